"""Create tickets, from a resident's device or by staff for a resident. One submission creates one ticket."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from governance.core.crypto import keyed_hash, new_ref
from governance.core.db import connection, db, now
from governance.core.db import find_by as one
from governance.core.errors import SentBefore
from governance.core.sql_statements import Insert, Prepared
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.places.landing import PlaceRow
from governance.places.model import Place
from governance.tickets.categories import Choice
from governance.tickets.model import Category, Follow, Photo, Ticket, told
from governance.tickets.record import record_event_at
from governance.triage.pressing import sorting_of

MOST_PHOTOS = 6
CONTENT = ("category", "words", "at", "where", "private", "contact_name", "contact_phone")
TICKET, FOLLOW = Insert(Ticket), Insert(Follow)
_SENT = (Ticket.submitter_id == bindparam("submitter"), Ticket.submission == bindparam("submission"))
SENT: Prepared[tuple[str, str | None]] = Prepared(select(Ticket.ref, Ticket.content_digest).where(*_SENT))
_MINE = Photo.person_id.in_([bindparam("person"), bindparam("staff")])
_STAGED = select(Photo.id).where(_MINE, Photo.submission == bindparam("under"), Photo.ticket_id.is_(None))
_FIRST = _STAGED.order_by(Photo.id).limit(MOST_PHOTOS)
ATTACH: Prepared[tuple[()]] = Prepared(
    update(Photo)
    .where(Photo.id.in_(_FIRST))
    .values(ticket_id=bindparam("ticket"), step=bindparam("taken_at"), let_out=bindparam("out"))
)


def submit_report(place: Place, by: Viewer, category: Category, submission: str, **details: Any) -> Ticket:
    """Create a ticket for the person behind `by`. A repeated submission returns the first ticket unchanged.

    `details`: words, where, private, contact_name, contact_phone, source. Call it inside `writing()`.
    """
    first = reported(by.person_id, submission)
    return first or _whole(_report(by, by.person_id, by.person_id, place, category, submission, details))


def new_report(
    place: Place | PlaceRow, by: Viewer, category: Category | Choice, submission: str, **details: Any
) -> str:
    """Create a ticket and return its reference. The caller has checked that the submission is new.

    `details` may also say `urgent`, and `hours` to handle it in where the category's are too many.
    """
    return _report(by, by.person_id, by.person_id, place, category, submission, details)


def _whole(ref: str) -> Ticket:
    return db.session.scalars(select(Ticket).filter_by(ref=ref)).one()


def reported(submitter_id: int | None, submission: str) -> Ticket | None:
    """Return the ticket that this submission created, if any."""
    return one(Ticket, submitter_id=submitter_id, submission=submission)


def content_digest(content: Mapping[str, Any]) -> str:
    """Return a keyed hash of the report's content, to detect a submission reused for another report."""
    return keyed_hash("report", json.dumps([content[name] or "" for name in CONTENT]))


def ref_of(by: Viewer, submission: str, digest: str) -> str | None:
    """Return the reference of the ticket that this submission created, if any. Raises SentBefore."""
    found = None if by.new else SENT.first(connection(), submitter=by.person_id, submission=submission)
    if found and found[1] not in (None, digest):
        raise SentBefore("tickets.show", ref=found[0])
    return found[0] if found else None


def _report(
    by: Viewer,
    submitter_id: int | None,
    reporter_id: int | None,
    place: Place | PlaceRow,
    category: Category | Choice,
    submission: str,
    details: Mapping[str, Any],
) -> str:
    details = {"words": "", "where": "", "source": "code", **details}
    sorting = sorting_of(told(details["words"], details["where"]))
    details["urgent"] = bool(details.get("urgent") or sorting.urgent)
    hours = details.pop("hours", category.hours)
    details["private"] = bool(details.get("private") or category.private or sorting.private)
    areas = place.areas() | ({"grid_id": None} if category.above_grid else {})
    ref = new_ref()
    id_ = TICKET.new(
        connection(),
        ref=ref,
        submitter_id=submitter_id,
        submission=submission,
        place_id=place.id,
        category_id=category.id,
        due_at=now() + timedelta(hours=hours),
        **areas,
        **details,
    )
    FOLLOW.run(connection(), ticket_id=id_, person_id=reporter_id, role="reporter")
    photos = attach(id_, by, submission, "report")
    facts = {"words": details["words"], "photos": photos, "source": details["source"]}
    record_event_at(id_, place, details["private"], "report", by, **facts)
    return ref


def report_for(
    by: Viewer, reporter_id: int, place: Place, category: Category, submission: str, **details: Any
) -> Ticket:
    """Create a ticket that staff write for a resident; the resident is its reporter."""
    require(by, "ticket.assist", place)
    return written_for(by, reporter_id, place, category, submission, **details)


def written_for(
    by: Viewer, reporter_id: int, place: Place, category: Category, submission: str, **details: Any
) -> Ticket:
    """The same for a caller that has settled the right to it."""
    details |= {"assisted_by_id": by.staff_id}
    first = reported(by.staff_id, submission)
    return first or _whole(_report(by, by.staff_id, reporter_id, place, category, submission, details))


def attach(ticket_id: int, by: Viewer, submission: str, step: str, *, let_out: bool = False) -> int:
    """Attach the photos staged under a submission to the ticket. Returns their number.

    `let_out`: neighbours see them at once, as those that staff take of the finished work.
    """
    if by.new and by.staff_id is None:
        return 0
    mine = {"person": by.person_id, "staff": by.staff_id}
    return ATTACH.run(connection(), ticket=ticket_id, under=submission, taken_at=step, out=let_out, **mine)
