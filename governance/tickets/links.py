"""Tickets as linked items, and the port through which topics use tickets (`links.TicketPort`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from governance import links
from governance.core.crypto import new_ref
from governance.core.db import db, locked, now, numbered
from governance.core.errors import Invalid, Missing, Refused, SentBefore
from governance.core.similarity import ALIKE, likeness
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may, require, visible
from governance.people.access.viewer import Viewer
from governance.people.model import Body
from governance.places.model import Place, under
from governance.tickets import lifecycle as life
from governance.tickets import queries
from governance.tickets.actions import apply_move
from governance.tickets.categories import LAST_RESORT, active
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Ticket
from governance.tickets.record import record_event
from governance.tickets.reporting.reports import reported, written_for
from governance.triage.sorting import sort

CLUSTER = 3  # the fewest open tickets of one category that make a cluster


@links.describes("ticket")
def describe(ids: Sequence[int], viewer: Viewer) -> dict[int, links.LinkedItem]:
    found = db.session.scalars(select(Ticket).where(Ticket.id.in_(ids)).options(*queries.WITH_PLACE))
    return {ticket.id: _item(ticket, viewer) for ticket in found if may(viewer, "ticket.follow", ticket)}


def _item(ticket: Ticket, viewer: Viewer) -> links.LinkedItem:
    is_task = ticket.source == "topic"
    return links.LinkedItem(
        label=_l("任务") if is_task else _l("上报"),
        title=ticket.title if may(viewer, "ticket.original", ticket) else ticket.public_title,
        endpoint="tickets.show",
        ref=ticket.ref,
        status=ticket.status.for_residents,
        over=ticket.status.put_right or not ticket.status.open,
        owner=ticket.body.name if ticket.body else _l("社区"),
        due_at=ticket.due_at if is_task else None,
    )


def clusters(place: Place) -> list[links.Cluster]:
    """Return the largest clusters of public open tickets around a place, at most three."""
    by_category: dict[str, list[Ticket]] = {}
    for ticket in _reported_around(place):
        by_category.setdefault(ticket.category.label, []).append(ticket)
    found = [links.Cluster(label, len(same), _most_joined(same)) for label, same in by_category.items()]
    return sorted((one for one in found if one.count >= CLUSTER), key=lambda one: -one.count)[:3]


def _reported_around(place: Place) -> list[Ticket]:
    """Return the public open tickets of the community, without the tasks of topics and without urgent tickets."""
    around = Ticket.community_id == place.community_id if place.community_id else Ticket.place_id == place.id
    reported = (
        Ticket.state.in_(life.LISTED),
        Ticket.private.is_(False),
        Ticket.source != "topic",
        Ticket.urgent.is_(False),
    )
    query = select(Ticket).where(around, *reported).options(*queries.WITH_PLACE)
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(200)))


def _most_joined(tickets: list[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: -ticket.joined)[:3]


def similar(place: Place, words: str) -> list[Ticket]:
    """Return the public open tickets around a place whose titles resemble the words, most similar first."""
    ranked = [(likeness(words, ticket.public_title), ticket) for ticket in _reported_around(place) if words]
    return [ticket for degree, ticket in sorted(ranked, key=lambda pair: -pair[0]) if degree >= ALIKE][:3]


def movable_to_topic(place: Place, viewer: Viewer) -> list[Ticket]:
    """Return the tickets at or inside a place that the viewer may move to a topic, ordered by category."""
    inside = Ticket.place_id.in_(select(Place.id).where(under(place)))
    open_ = Ticket.state.in_(LIFE.move("to_topic").sources)
    query = select(Ticket).where(inside, open_, Ticket.private.is_(False), visible(viewer, "ticket.to_topic", Ticket))
    order = (Ticket.category_id, Ticket.joined.desc(), Ticket.id)
    return list(db.session.scalars(query.options(*queries.WITH_PLACE).order_by(*order).limit(40)))


def to_topic(ticket_id: int, by: Viewer, topic: str) -> None:
    """Move one ticket to a topic. Raises Missing, Forbidden, Refused, Invalid. Call it inside `writing()`."""
    ticket = numbered(Ticket, ticket_id)
    if ticket is None or not may(by, "ticket.follow", ticket):
        raise Missing
    locked(ticket)
    require(by, "ticket.to_topic", ticket)
    apply_move(ticket, "to_topic", by, {"topic": topic})


def report_privately(by: Viewer, reporter_id: int, place: Place, submission: str, words: str) -> int:
    """Create a private ticket of words from the hall, in the category that fits them."""
    require(by, "topic.moderate", place)
    kind = queries.category(sort(words).slug or LAST_RESORT) or queries.category(LAST_RESORT)
    if kind is None:
        raise Refused("没有能用的分类，请先在后台加一类“别的”")
    return written_for(by, reporter_id, place, kind, submission, words=words, private=True, source="hall").id


def task_choices(place: Place) -> tuple[links.Choices, links.Choices]:
    """Return the categories of a task, and the bodies that may receive a task from this place."""
    categories = [(one.slug, one.label) for one in active() if not one.private]
    bodies = db.session.scalars(select(Body).where(Body.place_id.in_(place.ancestors)).order_by(Body.name))
    return categories, [(str(body.id), body.name) for body in bodies]


def task(
    by: Viewer, place: Place, submission: str, *, words: str, category: str, body: str, due_at: datetime
) -> links.NewTask:
    """Create an accepted ticket with an owner and a due date. A repeated submission returns the first task.

    Raises SentBefore for the same submission with other words.
    """
    require(by, "topic.task", place)
    first = reported(by.staff_id, submission)
    if first and first.words != words:
        raise SentBefore("tickets.show", ref=first.ref)
    if first:
        return links.NewTask(first.id, first.number, created=False)
    ticket = _task(by, place, submission, words, category, due_at)
    record_event(ticket, "report", by, words=words, source=ticket.source)
    apply_move(ticket, "accept", by, {})
    if body:
        apply_move(ticket, "dispatch", by, {"body": body})
    return links.NewTask(ticket.id, ticket.number, created=True)


def _task(by: Viewer, place: Place, submission: str, words: str, category: str, due_at: datetime) -> Ticket:
    kind = queries.category(category)
    if kind is None or kind.private:
        raise Invalid({"category": _l("请另选一类")})
    details: dict[str, Any] = {"words": words, "source": "topic", "due_at": due_at, "submitted_at": now()}
    ticket = Ticket(
        ref=new_ref(),
        submitter_id=by.staff_id,
        submission=submission,
        place_id=place.id,
        place=place,
        category_id=kind.id,
        category=kind,
        state=life.SUBMITTED,
        **place.areas(),
        **details,
    )
    db.session.add(ticket)
    db.session.flush()
    return ticket
