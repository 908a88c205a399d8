"""What is a person's own: what waits for their answer, and what they reported or joined, as they may read it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, select

from governance.core.db import connection, db, now
from governance.core.events import Event
from governance.core.lifecycle import Reader
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.places.landing import PlaceRow
from governance.tickets import lifecycle as life
from governance.tickets import summaries
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Follow, Ticket
from governance.tickets.queries import WITH_PLACE, stands_at
from governance.tickets.responses.answers import is_unanswered

ANSWER_BACK_SHOWN = timedelta(days=30)
PRIVATE = _l("一件不公开的事")  # its words and its category stay off a screen that others may see


class OwnTicket(NamedTuple):
    """A ticket that the viewer follows. `asks`: it waits for their answer. `changed_at` is of what they may read."""

    ticket: Ticket
    title: AnyText | str
    asks: bool
    changed_at: datetime


def followed(viewer: Viewer, limit: int = 50) -> list[OwnTicket]:
    """What the viewer reported or joined: first what waits for their answer, then the latest change first."""
    if viewer.person_id is None:
        return []
    read = (Event.noun == "ticket", Event.subject_id == Ticket.id, Event.verb.in_(LIFE.read_by(Reader.CONCERNED)))
    changed = func.coalesce(
        select(func.max(Event.at)).where(*read).correlate(Ticket).scalar_subquery(), Ticket.submitted_at
    )
    asks = case((is_unanswered(viewer.person_id), 1), else_=0)
    query = select(Ticket, asks, changed).join(Follow, Follow.ticket_id == Ticket.id)
    mine = (Follow.person_id == viewer.person_id, Follow.hidden_at.is_(None))
    query = query.where(*mine, visible(viewer, "ticket.follow", Ticket))
    found = db.session.execute(
        query.options(*WITH_PLACE).order_by(asks.desc(), changed.desc(), Ticket.id.desc()).limit(limit)
    )
    return [
        OwnTicket(ticket, title_for(ticket, viewer), bool(asked) and may(viewer, "ticket.answer", ticket), at)
        for ticket, asked, at in found
    ]


def title_for(ticket: Ticket, viewer: Viewer) -> AnyText | str:
    """The title that may stand on this person's phone."""
    if ticket.private:
        return PRIVATE
    return ticket.title if may(viewer, "ticket.original", ticket) else ticket.public_title


def waiting(viewer: Viewer) -> list[OwnTicket]:
    """What waits for the viewer's answer, latest finish first. Costs one prepared statement where nothing does."""
    ids = summaries.unanswered(connection(), viewer.person_id) if viewer.person_id else []
    if not ids:
        return []
    query = select(Ticket).where(Ticket.id.in_(ids)).options(*WITH_PLACE).order_by(Ticket.resolved_at.desc())
    return [
        OwnTicket(one, title_for(one, viewer), True, one.resolved_at or one.submitted_at)
        for one in db.session.scalars(query)
        if may(viewer, "ticket.answer", one)
    ]


def declined(viewer: Viewer) -> list[OwnTicket]:
    """What the viewer reported, was declined in the last 30 days and may answer back to, the latest first."""
    if viewer.person_id is None:
        return []
    lately = (Event.noun == "ticket", Event.verb == "decline", Event.at > now() - ANSWER_BACK_SHOWN)
    query = select(Ticket, Event.at).join(Event, Event.subject_id == Ticket.id).where(*lately)
    mine = Follow.person_id == viewer.person_id, Follow.role == "reporter", Follow.hidden_at.is_(None)
    query = query.join(Follow, Follow.ticket_id == Ticket.id).where(*mine, Ticket.state == life.DECLINED)
    return [
        OwnTicket(one, title_for(one, viewer), False, at)
        for one, at in db.session.execute(query.options(*WITH_PLACE).order_by(Event.id.desc()))
        if may(viewer, "ticket.appeal", one)
    ]


def being_done_here(viewer: Viewer, place: PlaceRow) -> int:
    """How many tickets around a place the viewer follows that are still to be done."""
    mine = select(func.count()).select_from(Ticket).join(Follow, Follow.ticket_id == Ticket.id)
    theirs = mine.where(Follow.person_id == viewer.person_id, Follow.hidden_at.is_(None))
    theirs = theirs.where(Ticket.state.in_(life.LISTED), stands_at(place))
    return db.session.scalar(theirs) or 0
