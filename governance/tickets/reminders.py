"""What the clock says of a ticket: due soon, and late; each put on record once for every time it is due."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select

from governance.core.db import advisory_lock, db, now, writing
from governance.core.events import Event, append
from governance.people.access.viewer import SYSTEM
from governance.tickets.model import Ticket

SOON = timedelta(hours=2)  # before the end, while something can still be done
RECENT = timedelta(days=1)  # what has been late for longer is on the desks' lists, and no news
PIECE = 200
LOCK = 0x0E_C10C


def record_due_and_late() -> None:
    """Record what has come due, at most a piece of it."""
    moment = now()
    late = (Ticket.due_at < moment, Ticket.due_at > moment - RECENT, ~_said("late", Event.at >= Ticket.due_at))
    soon = (Ticket.due_at >= moment, Ticket.due_at < moment + SOON, ~_said("due", Event.at >= moment - SOON))
    with writing():
        advisory_lock(LOCK)
        _record("late", *late)
        _record("due", *soon)


def _said(verb: str, since: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Event.noun == "ticket", Event.subject_id == Ticket.id, Event.verb == verb, since)


def _record(verb: str, *which: ColumnElement[bool]) -> None:
    """A locked row is being worked on; the next look finds it as it is then."""
    query = select(Ticket).where(Ticket.running, *which).order_by(Ticket.id).limit(PIECE)
    for ticket in db.session.scalars(query.with_for_update(of=Ticket, skip_locked=True)):
        place = ticket.place
        append(f"ticket.{verb}", ticket.id, stream=place.stream, scope=place.path, actor=SYSTEM.label)
