"""Danger in what residents add or answer, and what is done when nobody takes an urgent ticket."""

from datetime import timedelta

from sqlalchemy import select

from governance.core.db import advisory_lock, db, now, writing
from governance.core.events import append, history
from governance.people.access.viewer import SYSTEM, Viewer
from governance.tickets.lifecycle import APPEALED, LIFE, OFFICES
from governance.tickets.model import Ticket
from governance.tickets.record import record_event
from governance.triage.sorting import sort

ESCALATIONS = (  # how long nobody has taken it, and who is told then
    ("community", timedelta(minutes=10)),
    ("street", timedelta(minutes=30)),
    ("district", timedelta(minutes=60)),
)
WAITS_ANEW = {line.name for line in LIFE.lines.values() if line.waits_anew}  # the time counts from the last of these
PIECE = 200
LOCK = 0x0E_C10D


def heed(ticket: Ticket, words: str, by: Viewer) -> None:
    """Mark the ticket when added words speak of a danger, and record it: its workers are told at once."""
    if sort(words).urgent:
        mark(ticket, by)


def mark(ticket: Ticket, by: Viewer) -> None:
    """Mark the ticket as urgent and record it: its workers, or the office that looks again, are told at once."""
    ticket.urgent = True
    record_event(ticket, "urgent", by)


def escalate_untaken() -> None:
    """Record each urgent ticket that nobody has taken in time, once for each level above."""
    with writing():
        advisory_lock(LOCK)
        pressing = select(Ticket).where(Ticket.pressing()).order_by(Ticket.id).limit(PIECE)
        for ticket in db.session.scalars(pressing.with_for_update(of=Ticket, skip_locked=True)):
            _escalate(ticket)


def _escalate(ticket: Ticket) -> None:
    events = history("ticket", ticket.id)
    began = max((n for n, event in enumerate(events) if event.verb in WAITS_ANEW), default=0)
    waited = now() - (events[began].at if events else ticket.submitted_at)
    told = {event.data["to"] for event in events[began:] if event.verb == "escalate"}
    lowest = OFFICES.index(ticket.appeal_to) if ticket.state == APPEALED and ticket.appeal_to else 0
    for level, after in ESCALATIONS:
        if OFFICES.index(level) < lowest:
            continue  # it declined, and cannot decide again
        if waited >= after and level not in told and getattr(ticket, f"{level}_id"):
            place = ticket.place
            append("ticket.escalate", ticket.id, stream=place.stream, scope=place.path, actor=SYSTEM.label, to=level)
