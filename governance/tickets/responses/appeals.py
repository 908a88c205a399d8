"""A declined reporter answers back, once. The office above the one that declined looks again and decides.

It upholds with a reason, or sends the ticket back to be handled; then it can no longer be declined. Until somebody
decides, the ticket stands on the list of that office and of those above it. An urgent one stands first there, and that
office is told at once. The reporter may withdraw it meanwhile.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from governance.core.db import db, locked, now
from governance.core.events import history
from governance.people.access.permissions import level_here, require
from governance.people.access.viewer import Viewer
from governance.people.model import Post
from governance.tickets.lifecycle import LIFE, OFFICES
from governance.tickets.model import Ticket
from governance.tickets.urgency import mark
from governance.triage.sorting import sort


def answer_back(ticket: Ticket, by: Viewer, note: str) -> None:
    """The reporter disagrees. Raises Forbidden, Refused, Invalid. Call it inside `writing()`."""
    locked(ticket)
    LIFE.make(ticket, "appeal", by, {"note": note}, require)


@LIFE.changes("decline")
def _decline(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """The record keeps which office declined."""
    return {"level": level_here(by, ticket)}


@LIFE.changes("appeal")
def _appeal(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.appeal_to = _office_above(ticket)
    if ticket.urgent or sort(answers["note"]).urgent:
        mark(ticket, by)
    return _clock_anew(ticket) | {"level": ticket.appeal_to}


@LIFE.changes("send_back")
def _send_back(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    return _clock_anew(ticket)


def _clock_anew(ticket: Ticket) -> dict[str, Any]:
    ticket.due_at = now() + timedelta(hours=ticket.category.hours)
    return {}


def _office_above(ticket: Ticket) -> str:
    """The lowest office above the one that declined where somebody serves, else the next one above.

    Above the district there is none: it looks again itself. A ticket declined before the record kept the office goes
    to the community.
    """
    declined = [event for event in history("ticket", ticket.id) if event.verb == "decline"]
    level = declined[-1].data.get("level") if declined else None
    above = OFFICES[OFFICES.index(level or OFFICES[0]) + 1 :] or OFFICES[-1:]
    return next((office for office in above if _is_staffed(office, ticket)), above[0])


def _is_staffed(office: str, ticket: Ticket) -> bool:
    here = exists().where(Post.role == office, Post.place_id.in_(ticket.place.ancestors), Post.serving(now()))
    return bool(db.session.scalar(select(here)))


def was_said(ticket: Ticket, by: Viewer, note: str) -> bool:
    """Did this reporter answer back with the same words before? The phone sends again when our answer was lost."""
    said = (event for event in history("ticket", ticket.id) if event.verb == "appeal")
    return any((event.actor_id, event.words) == (by.staff_id or by.person_id, note) for event in said)
