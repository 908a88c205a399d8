"""Assisted reports: staff report for a resident and hand over a slip. The slip shows the report and undoes it."""

import hashlib
from typing import Any

from sqlalchemy import select

from governance.core.crypto import keyed_hash, same
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused, SentBefore
from governance.people.access.permissions import may, require
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.places.model import Place
from governance.tickets.actions import apply_move
from governance.tickets.model import Category, Follow, Slip, Ticket
from governance.tickets.record import record_event
from governance.tickets.reporting.reports import report_for, reported

HOLDER, UNDONE = "凭条人", "凭条撤回"  # actor and note of an undo in the record


def reporter_secret(ticket: Ticket) -> str:
    """Return the secret that makes another device the reporter. It is derived, not stored."""
    return keyed_hash("reporter", ticket.ref)[:22]


def is_reporter_secret(ticket: Ticket, given: str) -> bool:
    return same(given, reporter_secret(ticket))


def become_reporter(ticket: Ticket, by: Viewer) -> None:
    """Make the device behind `by` a reporter. Check the secret first. Call it inside `writing()`.

    Signed-in staff who work on the ticket stay what they are: the link must not let them answer for the resident.
    """
    if may(by, "ticket.work", ticket):
        return
    locked(ticket)
    follow = db.session.get(Follow, (ticket.id, by.person_id))
    if follow is None:
        db.session.add(Follow(ticket_id=ticket.id, person_id=by.person_id, role="reporter"))
    elif follow.role == "joiner":
        follow.role, ticket.joined = "reporter", ticket.joined - 1


def assist(place: Place, by: Viewer, category: Category, submission: str, **details: Any) -> tuple[Ticket, str]:
    """Report for a resident. Returns the ticket and the slip's secret; the row stores only its hash."""
    with writing():
        require(by, "ticket.assist", place)
        somebody = Person()
        db.session.add(somebody)
        db.session.flush()
        ticket = report_for(by, somebody.id, place, category, submission, **details)
        secret = _slip_secret(ticket)
        db.session.add(Slip(secret_hash=_hash(secret), ticket_id=ticket.id, by_id=by.staff_id))
    return ticket, secret


def assisted(by: Viewer, submission: str, digest: str) -> str | None:
    """Return the slip's secret of the report that this member of staff already sent under a submission.

    Raises SentBefore if that report had other content.
    """
    first = reported(by.staff_id, submission)
    if first and first.content_digest not in (None, digest):
        raise SentBefore("tickets.show", ref=first.ref)
    return _slip_secret(first) if first else None


def _slip_secret(ticket: Ticket) -> str:
    return keyed_hash("slip", ticket.ref)[:22]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_slip(secret: str) -> Slip | None:
    return one(Slip, secret_hash=_hash(secret))


def undo(slip: Slip) -> None:
    """Withdraw the report of the slip's holder. Idempotent. Raises Refused once work has begun."""
    with writing():
        ticket = locked(db.session.get_one(Ticket, slip.ticket_id))
        reporter = db.session.scalar(select(Follow.person_id).filter_by(ticket_id=ticket.id, role="reporter").limit(1))
        holder = Viewer(person_id=reporter, label=HOLDER)
        if slip.undone_at:
            return
        if "withdraw" not in {move.name for move in ticket.next_moves()}:
            raise Refused("这件事%(state)s，撤不回了；要停办请打社区电话", state=ticket.status.for_residents)
        apply_move(ticket, "withdraw", holder, {"note": UNDONE})
        slip.undone_at = now()
        record_event(ticket, "undo", holder)
