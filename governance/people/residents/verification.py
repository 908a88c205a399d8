"""Verification of residents by door slip or by a worker, and their nicknames.

sms.py verifies by text message, people/wechat/identity.py by WeChat. Each action checks, changes and records, in the
caller's transaction unless it says otherwise.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import exists, or_, select, update

from governance.core.crypto import ALPHABET, keyed_hash, new_ref
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Invalid, Refused
from governance.core.events import Event, record
from governance.core.translation import LazyText as _l
from governance.people import hooks
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.people.households import Door, DoorSlip, Residence, VerificationRequest
from governance.people.model import Identity, Person, Post
from governance.people.residents import nicknames
from governance.places.model import Place
from governance.places.tokens import plain_symbols

SLIP_SYMBOLS = 20  # 100 random bits
SHOWN_FOR = timedelta(minutes=10)
RENAMES, RENAMED_WITHIN = 3, timedelta(days=30)


def new_slip_secret() -> str:
    return new_ref(SLIP_SYMBOLS)


def slip_hash(secret: str) -> str:
    return keyed_hash("door slip", secret)


def read_slip(text: str) -> str | None:
    """The secret typed from a slip; None when it is malformed."""
    plain = plain_symbols(text).lower()
    return plain if len(plain) == SLIP_SYMBOLS and set(plain) <= set(ALPHABET) else None


def find_slip(text: str) -> DoorSlip | None:
    secret = read_slip(text)
    return one(DoorSlip, secret_hash=slip_hash(secret)) if secret else None


def use_slip(slip: DoorSlip, by: Viewer, nickname: str) -> Person:
    """Verify the person of this device by a slip. A known person keeps their nickname. Raises Refused, Invalid."""
    locked(slip)
    if not slip.is_good:
        raise Refused("这张住户条刚刚用过了。住户条只能用一次，要再办一张请打社区电话")
    person = becoming(by.person_id)
    know(person, "slip", slip.door.place, nickname, by, slip.door)
    slip.used_at, slip.used_by_id = now(), person.id
    return person


def know(person: Person, how: str, place: Place, nickname: str, by: Viewer, door: Door | None = None) -> None:
    """Make a person known at a place, with a residence when a door is given, and record it. Raises Invalid."""
    if person.known_at is None:
        person.nickname = free_nickname(nickname, place)
        person.nickname_key = nicknames.key(person.nickname)
        person.known_at = person.consented_at = now()
        person.known_by, person.known_place_id = how, place.id
    if door and not one(Residence, person_id=person.id, door_id=door.id, until=None):
        db.session.add(Residence(person_id=person.id, door_id=door.id, how=how))
    db.session.flush()
    record_event(person, "know", place, by, words=person.nickname or "", how=how, door=door.id if door else None)


def becoming(person_id: int | None) -> Person:
    """The person, locked; a new one for a person who left, so that the old statements stay nameless. Raises Refused."""
    person = locked(db.session.get_one(Person, person_id))
    if person.merged_into_id:
        raise Refused("这台手机刚刚认识过了，请刷新看看")
    return _anew(person) if person.left_at else person


def _anew(left: Person) -> Person:
    person = Person()
    db.session.add(person)
    db.session.flush()
    hooks.person_began_anew(left.id, person.id)
    for row in (Identity, VerificationRequest):
        db.session.execute(update(row).where(row.person_id == left.id).values(person_id=person.id))
    return person


_SCREENS: list[Callable[[str], bool]] = []


def screen(objects: Callable[[str], bool]) -> Callable[[str], bool]:
    """Register a check of an upper slice: nicknames for which it returns true are refused."""
    _SCREENS.append(objects)
    return objects


def free_nickname(asked: str, place: Place, mine: int | None = None) -> str:
    """The nickname, when it is allowed and free in this community. Raises Invalid, offering another if it is taken."""
    name = nicknames.checked(asked)
    community = locked(db.session.get_one(Place, place.stream))
    if any(objects(name) for objects in _SCREENS):
        raise Invalid({"nickname": _l("这个昵称别人看了会不舒服，请换一个")})
    if _is_like_staff(name):
        raise Invalid({"nickname": _l("“%(name)s”和这里的工作人员太像，别人会认错，请换一个", name=name)})
    if not _taken(name, community, mine):
        return name
    free = next((other for other in nicknames.others(name) if not _taken(other, community, mine)), "")
    if free:
        raise Invalid({"nickname": _l("“%(name)s”已经有邻居用了，换成“%(free)s”行不行？", name=name, free=free)})
    raise Invalid({"nickname": _l("“%(name)s”已经有邻居用了，请换一个", name=name)})


def _taken(name: str, community: Place, mine: int | None) -> bool:
    """A known person of this community has it."""
    here = Place.community_id == community.id if community.community_id else Place.id == community.id
    became_known = exists().where(Place.id == Person.known_place_id, here)
    lives = (
        exists()
        .where(Residence.person_id == Person.id, Residence.until.is_(None), Residence.door_id == Door.id)
        .where(Door.place_id == Place.id, here)
    )
    same = (Person.nickname_key == nicknames.key(name), Person.known_at.is_not(None), Person.id != (mine or 0))
    neighbour = select(Person.id).where(*same, or_(became_known, lives))
    return db.session.scalar(neighbour.limit(1)) is not None


def _is_like_staff(name: str) -> bool:
    """It equals the nickname of a member of staff, apart from digits around it."""
    plain = nicknames.key(name).strip("0123456789")
    at_work = select(Person.nickname).join(Post).where(Post.held(now()), Person.nickname.is_not(None)).distinct()
    return any(plain == nicknames.key(worker or "").strip("0123456789") for worker in db.session.scalars(at_work))


def rename(by: Viewer, nickname: str) -> None:
    """Change the nickname, at most `RENAMES` times in `RENAMED_WITHIN`. Raises Refused, Invalid."""
    person = locked(db.session.get_one(Person, by.person_id))
    if person.known_at is None or person.known_place is None:
        raise Refused("先认识一下，才有昵称")
    changes = select(Event.id).filter_by(noun="person", verb="rename", subject_id=person.id)
    lately = db.session.scalars(changes.where(Event.at > now() - RENAMED_WITHIN).limit(RENAMES)).all()
    if len(lately) >= RENAMES:
        raise Invalid({"nickname": _l("一个月最多改 %(count)s 次，过些天再改", count=RENAMES)})
    name = free_nickname(nickname, person.known_place, person.id)
    if name != person.nickname:
        person.nickname, person.nickname_key = name, nicknames.key(name)
        record_event(person, "rename", person.known_place, by, words=name)


def ask_worker(by: Viewer, nickname: str) -> VerificationRequest:
    """Make six digits to show to a worker within `SHOWN_FOR`. Earlier digits of the person end."""
    person = becoming(by.person_id)
    name = person.nickname if person.known_at else nicknames.checked(nickname)
    for earlier in db.session.scalars(
        select(VerificationRequest).filter_by(person_id=person.id, way="worker", used_at=None)
    ):
        earlier.expires_at, earlier.code, earlier.code_hash = now(), None, None
    db.session.flush()
    asking = VerificationRequest(person_id=person.id, way="worker", nickname=name, expires_at=now() + SHOWN_FOR)
    asking.code = _unused_digits()
    asking.code_hash = digits_hash(asking.code)
    db.session.add(asking)
    db.session.flush()
    return asking


def _unused_digits() -> str:
    """Six digits that no open request has."""
    while True:
        digits = f"{secrets.randbelow(1_000_000):06}"
        other = one(VerificationRequest, code_hash=digits_hash(digits))
        if other is None:
            return digits
        if other.expires_at <= now():
            other.code, other.code_hash = None, None
            db.session.flush()
            return digits


def digits_hash(digits: str) -> str:
    return keyed_hash("asking", digits)


def shown(person_id: int | None) -> VerificationRequest | None:
    """The open request of this person to a worker."""
    mine = (
        select(VerificationRequest)
        .filter_by(person_id=person_id, way="worker", used_at=None)
        .where(VerificationRequest.expires_at > now())
    )
    return db.session.scalars(mine.order_by(VerificationRequest.id.desc()).limit(1)).first()


def find_asking(digits: str) -> VerificationRequest | None:
    """The open request with these digits."""
    found = one(VerificationRequest, code_hash=digits_hash("".join(char for char in digits if char.isdecimal())))
    return found if found and found.used_at is None and found.expires_at > now() else None


def vouch(asking: VerificationRequest, by: Viewer, place: Place, nickname: str, door: str = "") -> Person:
    """当面确认: verify a person by a worker, in its own transaction. Raises Forbidden, Refused, Invalid."""
    with writing():
        require(by, "place.vouch", locked(place))
        locked(asking)
        if asking.used_at or asking.expires_at <= now():
            raise Refused("这个数字过期了，或者刚刚用过了，请居民再出一个")
        person = becoming(asking.person_id)
        know(person, "worker", place, nickname, by, _door(place, door))
        asking.used_at, asking.code, asking.code_hash = now(), None, None
    return person


def _door(place: Place, label: str) -> Door | None:
    label = "".join(label.split())
    door = one(Door, place_id=place.id, label=label) if label else None
    if label and door is None:
        not_there = _l("%(place)s还没有登记“%(door)s”；可以先空着，由社区补上这扇门", place=place.name, door=label[:20])
        raise Invalid({"door": not_there})
    return door


def record_event(person: Person, verb: str, place: Place, by: Viewer, words: str = "", **facts: object) -> None:
    """Record an event of a resident. `words` holds what can be erased, such as the nickname."""
    record(
        f"person.{verb}",
        person.id,
        stream=place.stream,
        scope=place.path,
        actor=by.label,
        actor_id=by.staff_id,
        words=words,
        **facts,
    )
