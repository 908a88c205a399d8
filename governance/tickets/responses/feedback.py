"""Residents' feedback after the report: 我也遇到, 催一下, 补一句. Answers to whether it is solved are in answers.py."""

from datetime import date

from governance.core.db import db, locked, now
from governance.core.errors import Refused, SentBefore
from governance.core.events import Event, history
from governance.core.web.pages import local
from governance.people.access.permissions import may, require
from governance.people.access.viewer import Viewer
from governance.tickets import lifecycle as life
from governance.tickets.actions import still_listed
from governance.tickets.model import Follow, Nudge, Ticket
from governance.tickets.record import record_event
from governance.tickets.reporting.reports import attach
from governance.tickets.responses import answers
from governance.tickets.urgency import heed


def join(ticket: Ticket, by: Viewer) -> bool:
    """我也遇到: count this person once. Returns True if they were not counted before. Call it inside `writing()`."""
    locked(ticket)
    require(by, "ticket.join", ticket)
    if answers.are_taken(ticket):
        raise Refused("这件事已经办完了。您那里还没好，请点“我也遇到，还没好”")
    still_listed(ticket)
    if ticket.is_followed_by(by.person_id, "joiner"):
        return False
    answers.add_joiner(ticket, by)
    return True


def nudge(ticket: Ticket, by: Viewer) -> bool:
    """催一下: count one nudge per person and day. Returns True if this is today's first."""
    locked(ticket)
    require(by, "ticket.nudge", ticket)
    still_listed(ticket)
    key = _today(ticket, by)
    if db.session.get(Nudge, key):
        return False
    db.session.add(Nudge(ticket_id=key[0], person_id=key[1], day=key[2]))
    ticket.nudged += 1
    record_event(ticket, "nudge", by, nudged=ticket.nudged)
    return True


def has_said(deed: str, ticket: Ticket, by: Viewer) -> bool:
    """Return True if this person was counted already."""
    if deed == "join":
        return ticket.is_followed_by(by.person_id, "joiner")
    return db.session.get(Nudge, _today(ticket, by)) is not None


def _today(ticket: Ticket, by: Viewer) -> tuple[int, int | None, date]:
    return (ticket.id, by.person_id, local(now()).date())


def more(ticket: Ticket, by: Viewer, words: str, submission: str) -> bool:
    """补一句: add words or photos from a follower, for staff. Returns False if this submission was added before."""
    locked(ticket)
    require(by, "ticket.more", ticket)
    first = said_more(ticket, by, submission)
    if first is not None and first.words not in (None, words):
        raise SentBefore("tickets.show", ref=ticket.ref)
    if first is not None:
        return False
    if not ticket.status.open:
        raise Refused("这件事%(state)s。还有问题请重新报一次", state=ticket.status.for_residents)
    heed(ticket, words, by)
    photos = attach(ticket.id, by, submission, "more")
    record_event(ticket, "more", by, words=words, photos=photos, submission=submission)
    return True


def show_in_mine(ticket: Ticket, by: Viewer, shown: bool) -> None:
    """Take a followed ticket off the page 我的, or put it back. Not recorded: it concerns nobody else."""
    require(by, "ticket.nudge", ticket)
    follow = db.session.get_one(Follow, (ticket.id, by.person_id))
    follow.hidden_at = None if shown else now()


def is_in_mine(ticket: Ticket, by: Viewer) -> bool:
    follow = db.session.get(Follow, (ticket.id, by.person_id)) if by.person_id else None
    return follow is not None and follow.hidden_at is None


def said_more(ticket: Ticket, by: Viewer, submission: str) -> Event | None:
    """Return the 补一句 event of this submission, if it exists."""
    mine = (event for event in history("ticket", ticket.id) if event.actor_id == (by.staff_id or by.person_id))
    return next((event for event in mine if event.verb == "more" and event.data.get("submission") == submission), None)


def open_to(ticket: Ticket, viewer: Viewer) -> dict[str, bool]:
    """Return the feedback that the viewer may give now, for the page's buttons."""
    listed, is_open = ticket.state in life.LISTED, ticket.status.open
    follows = may(viewer, "ticket.nudge", ticket)
    return {
        "may_join": listed
        and ticket.source != "topic"
        and not follows
        and not viewer.posts
        and may(viewer, "ticket.join", ticket),
        "may_nudge": listed and follows,
        "may_more": is_open and may(viewer, "ticket.more", ticket),
        **answers.open_to(ticket, viewer),
    }
