"""Merges two persons: identities and rows of the old one move to the new one."""

from sqlalchemy import select, update

from governance.core.db import db, locked, now
from governance.people import hooks
from governance.people.households import DoorSlip, Residence, VerificationRequest
from governance.people.model import Identity, Person


def merge_persons(old: Person, new: Person) -> None:
    """Call it inside `writing()`. The old row stays, empty, so that its id is never reused."""
    if old.id == new.id or old.account or new.account:
        raise ValueError("only two different residents can be one")
    for person in sorted((old, new), key=lambda person: person.id):  # always in this order, against deadlocks
        locked(person)
    hooks.person_merged(old.id, new.id)
    _move_homes(old, new)
    for row, column in (
        (Identity, Identity.person_id),
        (VerificationRequest, VerificationRequest.person_id),
        (DoorSlip, DoorSlip.used_by_id),
    ):
        db.session.execute(update(row).where(column == old.id).values({column: new.id}))
    old.merged_into_id, old.nickname, old.nickname_key = new.id, None, None
    old.known_at = old.known_by = old.known_place_id = old.consented_at = old.phone = None
    db.session.flush()
    db.session.expire(old)
    db.session.expire(new)


def _move_homes(old: Person, new: Person) -> None:
    """Move residences; where both live behind one door, the old one's ends."""
    has = set(db.session.scalars(select(Residence.door_id).filter_by(person_id=new.id, until=None)))
    for residence in db.session.scalars(select(Residence).filter_by(person_id=old.id)):
        if residence.until is None and residence.door_id in has:
            residence.until = now()
        residence.person_id = new.id
    db.session.flush()
