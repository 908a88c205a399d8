"""Record that a ticket is due soon or late, once per due date."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select

from governance.core.db import advisory_lock, db, now, writing
from governance.core.events import Event, append
from governance.people.access.viewer import SYSTEM
from governance.places.actions import freshen
from governance.tickets.model import Ticket

SOON = timedelta(hours=2)  # early enough for staff to act
RECENT = timedelta(days=1)  # a ticket late for longer gets no event; the desk lists it
PIECE = 200
LOCK = 0x0E_C10C


def record_due_and_late() -> None:
    """Record the tickets that are due soon or late, at most `PIECE` of each."""
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
    """Skip locked rows, which others are changing; the next run reads them."""
    query = select(Ticket).where(Ticket.running, *which).order_by(Ticket.id).limit(PIECE)
    for ticket in db.session.scalars(query.with_for_update(of=Ticket, skip_locked=True)):
        place = ticket.place
        append(f"ticket.{verb}", ticket.id, stream=place.stream, scope=place.path, actor=SYSTEM.label)
        if not ticket.private:
            freshen(place)  # the scan page says what is late
