"""Who is behind a nickname, what is held about a person, and leaving."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from governance.core.crypto import masked_phone
from governance.core.db import db, locked, now, writing
from governance.core.errors import Refused
from governance.core.events import Event, forget_words, history
from governance.core.translation import AnyText
from governance.people import hooks
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.people.households import Residence, VerificationRequest
from governance.people.model import KNOWN_BY, LEFT, Identity, Person
from governance.people.residents import nicknames
from governance.people.residents.doors import unknown
from governance.people.residents.verification import record_event

NEUTRAL_NAME = "邻居%04d"


@dataclass(frozen=True)
class Who:
    """What staff may read about the person behind a nickname."""

    nickname: str
    doors: tuple[str, ...]
    place: str
    how: AnyText
    since: datetime
    confirmed_by: str
    phone: str


def who(person: Person, by: Viewer, reason: str = "") -> Who:
    """Look up a person, as staff of a place of theirs. Each look goes on record, and the resident can read it."""
    with writing():
        require(by, "person.who", locked(person))
        place = person.known_place
        if place is None or person.known_at is None:
            raise Refused("这位居民已经退出了")
        record_event(person, "who", place, by, words=reason)
        return Who(
            nickname=person.nickname or "",
            doors=tuple(home.door.full_name for home in homes(person)),
            place=place.full_name,
            how=KNOWN_BY[person.known_by or "slip"],
            since=person.known_at,
            confirmed_by=_confirmed_by(person),
            phone=masked_phone(person.phone),
        )


def take_name(person: Person, by: Viewer, reason: str) -> None:
    """Replace an offensive nickname by a neutral one. Its owner reads the reason and may choose another."""
    with writing():
        require(by, "person.who", locked(person))
        place = person.known_place
        if place is None or person.known_at is None:
            raise Refused("这位居民已经退出了")
        person.nickname = NEUTRAL_NAME % (person.id % 10_000)
        person.nickname_key = nicknames.key(person.nickname)
        record_event(person, "unname", place, by, words=reason)


def name_taken_for(person_id: int | None) -> str:
    """The reason why staff replaced a nickname; empty once another was chosen."""
    about_names = Event.verb.in_(("rename", "unname"))
    query = select(Event).filter_by(noun="person", subject_id=person_id or 0).where(about_names)
    last = db.session.scalars(query.order_by(Event.id.desc()).limit(1)).first()
    return last.words or "" if last is not None and last.verb == "unname" else ""


def homes(person: Person) -> list[Residence]:
    """The person's residences now."""
    query = select(Residence).filter_by(person_id=person.id, until=None).order_by(Residence.id)
    return list(db.session.scalars(query))


def _confirmed_by(person: Person) -> str:
    """The worker who confirmed the person, from the record."""
    lines = [line for line in history("person", person.id) if line.verb == "know" and line.data.get("how") == "worker"]
    return lines[-1].actor if lines else ""


def looks_at(person: Person) -> list[Event]:
    """The record of lookups of this person, the latest first, at most 50."""
    looks = select(Event).filter_by(noun="person", verb="who", subject_id=person.id)
    return list(db.session.scalars(looks.order_by(Event.id.desc()).limit(50)))


def by_wechat(person: Person) -> bool:
    return any(identity.kind == "openid" for identity in person.identities)


def devices(person: Person) -> int:
    mine = select(func.count()).select_from(Identity).filter_by(person_id=person.id, kind="device", disabled_at=None)
    return db.session.scalar(mine) or 0


def leave(by: Viewer) -> None:
    """End residences; delete name, phone and WeChat. Statements stay without the name. Call it inside `writing()`."""
    person = locked(db.session.get_one(Person, by.person_id))
    place = person.known_place
    if person.known_at is None or place is None:
        raise Refused("您已经退出了")
    for home in homes(person):
        home.until = now()
    db.session.execute(delete(VerificationRequest).where(VerificationRequest.person_id == person.id))
    ways = Identity.kind.in_(("phone", "openid"))
    db.session.execute(delete(Identity).where(Identity.person_id == person.id, ways))
    for line in history("person", person.id):
        forget_words(line)
    unknown(person)
    person.nickname, person.nickname_key, person.left_at = LEFT, None, now()
    person.name = person.phone = person.consented_at = None
    db.session.flush()
    hooks.person_left(person.id)
    record_event(person, "leave", place, by)
