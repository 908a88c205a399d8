"""Doors: add and remove them, print and revoke their slips, end residences."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select, update

from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Invalid, Refused
from governance.core.events import record
from governance.core.translation import LazyText
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.people.households import Door, DoorSlip, Residence
from governance.people.model import Person
from governance.people.residents.verification import record_event, slip_hash
from governance.places.model import Place
from governance.places.typefaces import MissingGlyph, must_be_printable

HELD_IN = ("courtyard", "building")
LABEL = re.compile(r"[\w#-]{1,20}")
SPOKEN = re.compile(r"(.*?)(\d{1,5})[~到至](.*?)(\d{1,5})")
UNITS = re.compile(r"单元.*-.*单元")  # a range over more than one floor
HYPHEN = re.compile(r"([^-]*?)(\d{1,5})-([^-]*?)(\d{1,5})")
MOST_IN_A_RANGE, MOST_AT_ONCE = 60, 1000


def read_labels(text: str) -> list[str]:
    """The door labels in lines such as 3单元501 or 1单元101-1单元106. Raises Invalid with the label."""
    words = re.split(r"[\s,;、。]+", unicodedata.normalize("NFKC", text.replace("，", ",").replace("；", ";")))
    labels = list(dict.fromkeys(label for word in words if word for label in _spread(word)))
    if not labels:
        raise Invalid({"lines": _l("请写门牌，一行一个，如：3单元501")})
    if len(labels) > MOST_AT_ONCE:
        raise Invalid({"lines": _l("一次最多加 %(count)s 扇门", count=MOST_AT_ONCE)})
    try:
        must_be_printable("".join(labels))
    except MissingGlyph as trouble:
        raise Invalid({"lines": _l("“%(character)s”印不出来，请换一个写法", character=trouble.character)}) from trouble
    return labels


def _spread(word: str) -> Iterator[str]:
    """The labels of a range within one floor, as 101-106. A hyphen between numbers of different lengths is no range."""
    word = re.sub("[—–]", "-", word)
    found = SPOKEN.fullmatch(word) or HYPHEN.fullmatch(word)
    before, first, again, last = found.groups() if found else ("", "", "", "")
    if not found or again not in ("", before) or (found.re is HYPHEN and len(first) != len(last)):
        if UNITS.search(word):
            raise _wrong(_l("“%(door)s”看不明白；一层写一行，如：1单元101-1单元106", door=word[:40]))
        yield _label(word)
        return
    if not 1 < int(last) - int(first) + 1 <= MOST_IN_A_RANGE:
        raise _wrong(_l("“%(door)s”不像一层的门牌；一层写一行，如：1单元101-1单元106", door=word[:40]))
    yield from (_label(f"{before}{number:0{len(first)}}") for number in range(int(first), int(last) + 1))


def _label(word: str) -> str:
    if not LABEL.fullmatch(word):
        raise _wrong(_l("“%(door)s”不像门牌：用文字、数字和短横，最多 20 个字", door=word[:40]))
    return word


def _wrong(reason: LazyText) -> Invalid:
    return Invalid({"lines": reason})


def add_doors(place: Place, by: Viewer, text: str) -> list[Door]:
    """Add the doors that are not there yet to a building or courtyard. Raises Invalid, Refused, Forbidden."""
    labels = read_labels(text)
    with writing():
        require(by, "place.keep", locked(place))
        if place.kind not in HELD_IN:
            raise Refused("门要登记在楼栋或小区里")
        there = set(db.session.scalars(select(Door.label).filter_by(place_id=place.id)))
        doors = [Door(place_id=place.id, label=label) for label in labels if label not in there]
        db.session.add_all(doors)
        db.session.flush()
        if doors:
            _record(by, "add", place, place.id, count=len(doors))
    return doors


def remove_door(door: Door, by: Viewer) -> None:
    """Delete a door. Raises Refused when it has or had a residence."""
    with writing():
        require(by, "door.keep", locked(door))
        if one_of(Residence, door) is not None:
            raise Refused("这扇门里有过认识的居民，不能删")
        place = door.place
        for slip in list(door.slips):
            db.session.delete(slip)
        db.session.flush()
        db.session.delete(door)
        _record(by, "remove", place, place.id, label=door.label)


def one_of(row: Any, door: Door) -> Any:
    return db.session.scalars(select(row).filter_by(door_id=door.id).limit(1)).first()


def hand_out(secrets: Mapping[int, str], by: Viewer) -> None:
    """Make the slips with these secrets, by door id, valid. Earlier slips of the doors are revoked."""
    with writing():
        doors = db.session.scalars(select(Door).where(Door.id.in_(secrets)).order_by(Door.id)).all()
        for door in doors:
            require(by, "door.keep", locked(door))
            _end_slip(door)
            db.session.add(
                DoorSlip(door_id=door.id, secret_hash=slip_hash(secrets[door.id]), printed_by_id=by.staff_id)
            )
            _record(by, "print", door.place, door.id)


def end_slip(door: Door, by: Viewer) -> None:
    """Revoke the slip of a door. Raises Refused when there is none."""
    with writing():
        require(by, "door.keep", locked(door))
        if not _end_slip(door):
            raise Refused("这扇门现在没有能用的住户条")
        _record(by, "revoke", door.place, door.id)


def _end_slip(door: Door) -> bool:
    good = update(DoorSlip).where(
        DoorSlip.door_id == door.id, DoorSlip.used_at.is_(None), DoorSlip.revoked_at.is_(None)
    )
    ended = db.session.execute(good.values(revoked_at=now()))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_residence(residence: Residence, by: Viewer) -> None:
    """End a residence. A person verified otherwise than by text message is unknown after the last one ends."""
    with writing():
        require(by, "door.keep", locked(residence.door))
        locked(residence)
        if residence.until is not None:
            raise Refused("这里已经记过搬走了")
        residence.until = now()
        person = locked(residence.person)
        db.session.flush()
        if person.known_by != "sms" and one(Residence, person_id=person.id, until=None) is None:
            unknown(person)
        record_event(person, "move_out", residence.door.place, by, door=residence.door_id)


def unknown(person: Person) -> None:
    person.known_at = person.known_by = person.known_place_id = None


def with_state(doors: Iterable[Door]) -> dict[int, dict[str, Any]]:
    """The count of known residents and the latest slip of each door, by door id."""
    ids = [door.id for door in doors]
    known: dict[int, int] = {}
    for door_id in db.session.scalars(select(Residence.door_id).where(Residence.door_id.in_(ids), _now_there())):
        known[door_id] = known.get(door_id, 0) + 1
    slips = {
        slip.door_id: slip
        for slip in db.session.scalars(select(DoorSlip).where(DoorSlip.door_id.in_(ids)).order_by(DoorSlip.id))
    }
    return {id_: {"known": known.get(id_, 0), "slip": slips.get(id_)} for id_ in ids}


def _now_there() -> Any:
    return Residence.until.is_(None)


def _record(by: Viewer, verb: str, place: Place, subject_id: int, **data: Any) -> None:
    record(
        f"door.{verb}",
        subject_id,
        stream=place.stream,
        scope=place.path,
        actor=by.label,
        actor_id=by.staff_id,
        **data,
    )
