"""Move reports, follows, answers, nudges and photos to another person, on a merge or a new start."""

import uuid
from typing import Any

from sqlalchemy import select, update

from governance.core.db import db, locked
from governance.people import hooks
from governance.tickets.model import Answer, Follow, Nudge, Photo, Ticket


@hooks.person_merged.listen
@hooks.person_began_anew.listen
def take_along(old_id: int, new_id: int) -> None:
    """Move all rows in the current transaction. Merge the duplicates at one ticket; the reporter role wins."""
    for ticket in db.session.scalars(_touched(old_id)).all():
        locked(ticket)
        _follow(ticket, old_id, new_id)
        _answers(ticket, old_id, new_id)
        _nudges(ticket, old_id, new_id)
    db.session.flush()
    _submissions(old_id, new_id)
    db.session.execute(update(Photo).where(Photo.person_id == old_id).values(person_id=new_id))


def _touched(person_id: int) -> Any:
    """Order by id, so that two merges cannot deadlock."""
    ids = (select(row.ticket_id).where(row.person_id == person_id) for row in (Follow, Answer, Nudge))
    first, *others = ids
    return select(Ticket).where(Ticket.id.in_(first.union(*others))).order_by(Ticket.id)


def _follow(ticket: Ticket, old_id: int, new_id: int) -> None:
    old, new = (db.session.get(Follow, (ticket.id, id_)) for id_ in (old_id, new_id))
    if old is None:
        return
    if new is None:
        db.session.add(
            Follow(ticket_id=ticket.id, person_id=new_id, role=old.role, since=old.since, hidden_at=old.hidden_at)
        )
    else:
        ticket.joined -= "joiner" in (old.role, new.role)
        new.role = "reporter" if "reporter" in (old.role, new.role) else "joiner"
        new.since = min(old.since, new.since)
        new.hidden_at = new.hidden_at or old.hidden_at
    db.session.delete(old)


def _answers(ticket: Ticket, old_id: int, new_id: int) -> None:
    """Keep the later of two answers in one round."""
    for old in db.session.scalars(select(Answer).filter_by(ticket_id=ticket.id, person_id=old_id)).all():
        new = db.session.get(Answer, (ticket.id, old.round, new_id))
        said = {name: getattr(old, name) for name in ("solved", "satisfied", "words", "taken_by_id", "at")}
        db.session.delete(old)
        if new is None:
            db.session.add(Answer(ticket_id=ticket.id, round=old.round, person_id=new_id, **said))
        elif old.at > new.at:
            for name, value in said.items():
                setattr(new, name, value)


def _nudges(ticket: Ticket, old_id: int, new_id: int) -> None:
    for old in db.session.scalars(select(Nudge).filter_by(ticket_id=ticket.id, person_id=old_id)).all():
        if db.session.get(Nudge, (ticket.id, new_id, old.day)):
            ticket.nudged -= 1
        else:
            db.session.add(Nudge(ticket_id=ticket.id, person_id=new_id, day=old.day))
        db.session.delete(old)


def _submissions(old_id: int, new_id: int) -> None:
    taken = set(db.session.scalars(select(Ticket.submission).filter_by(submitter_id=new_id)))
    for ticket in db.session.scalars(select(Ticket).filter_by(submitter_id=old_id)).all():
        if ticket.submission in taken:  # both used the same idempotency key; no request will repeat it
            ticket.submission = str(uuid.uuid4())
        ticket.submitter_id = new_id
    db.session.flush()
