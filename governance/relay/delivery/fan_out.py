"""The fan-out: reads new events of the record in order and writes a delivery for each group that is owed one.

An event is told to the groups bound to the places in its scope. An event for all places inside its own is told only to
groups that existed when it happened.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Insert,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)

from governance.core.db import Utc, begins_with, db, now, writing
from governance.core.events import Event
from governance.places.model import Place
from governance.relay.delivery.quiet_hours import Hours
from governance.relay.messages.audience import tellings_of
from governance.relay.messages.facts import Facts
from governance.relay.messages.templates import has_words
from governance.relay.model import ALONE, AUDIENCES, DUE, Delivery, Group, GroupPlace
from governance.relay.subscriptions.recipients import own_groups, speaks

log = structlog.get_logger()
LOOK, PIECE = 200, 2000
UNPROCESSED = select(Event).where(Event.processed_at.is_(None)).order_by(Event.id).limit(LOOK)
Bound = Select[int] | CompoundSelect[int]


def expand() -> bool:
    """Fan out the next unprocessed events in order; says whether there were any. Any number of workers may run it."""
    fresh = _unprocessed()
    if not fresh:
        return False
    told = [event for event in fresh if _is_told(event)]
    if silent := {event.id for event in fresh} - {event.id for event in told}:
        _mark(silent)
    for event in told:
        _fan_out(event)
    return True


def _unprocessed() -> list[Event]:
    fresh = list(db.session.scalars(UNPROCESSED.execution_options(populate_existing=True)))
    db.session.rollback()
    return fresh


def _is_told(event: Event) -> bool:
    audiences = (*AUDIENCES, *(audience for audience in ALONE if speaks(audience, event.name)))
    return any(has_words(audience, event.name) for audience in audiences)


def _mark(ids: Collection[int]) -> None:
    """Mark these events as processed, but those that another transaction has locked: waiting could deadlock."""
    free = select(Event.id).where(Event.id.in_(ids)).with_for_update(skip_locked=True)
    with writing():
        db.session.execute(update(Event).where(Event.id.in_(free)).values(processed_at=now()))


def _fan_out(event: Event) -> None:
    """Read the facts of the event once, then write its deliveries piece by piece."""
    tellings = tellings_of(event)
    audiences, bound = tellings.audiences, _bound_where(event, tellings.facts)
    own = own_groups(event, audiences)
    owed_to = bound if own is None else union(bound, own)
    urgent = tuple(audience for audience in audiences if tellings.is_urgent(audience))
    db.session.rollback()
    while not _piece(event.id, audiences, owed_to, urgent):
        pass


def _bound_where(event: Event, facts: Facts | None) -> Select[int]:
    """The groups bound to the places of the event's scope; for some events also, or only, to those inside its place."""
    scope = [int(part) for part in event.scope.strip("/").split("/") if part.isdecimal()]
    if facts is not None and facts.told_at:
        scope = [id_ for id_ in scope if id_ in facts.told_at]
    if facts is None or not facts.inside:
        return select(GroupPlace.group_id).where(GroupPlace.place_id.in_(scope))
    below = bound_below(event.scope, around=scope if facts.around else ())
    return below.join(Group, Group.id == GroupPlace.group_id).where(Group.created_at <= event.at)


def bound_below(path: str, around: Sequence[int] = ()) -> Select[int]:
    """The groups bound to a place, to a place inside it, or to one of the places `around`."""
    joined = select(GroupPlace.group_id).join(Place, Place.id == GroupPlace.place_id)
    inside = begins_with(Place.path, path)
    return joined.where(or_(Place.id.in_(around), inside) if around else inside)


def _piece(event_id: int, audiences: tuple[str, ...], bound: Bound, urgent: tuple[str, ...] = ()) -> bool:
    """Write the next piece; says whether the event is done.

    It waits for a worker or the sealer that has locked the event's row. To pass the event over would put a later event
    before it in the queues of its groups.
    """
    with writing():
        held = select(Event.id).where(Event.id == event_id, Event.processed_at.is_(None)).with_for_update()
        if db.session.scalar(held) is None:
            return True
        made = _write(event_id, audiences, bound, urgent) if audiences else 0
        if made < PIECE:
            db.session.execute(update(Event).where(Event.id == event_id).values(processed_at=now()))
        return made < PIECE


def _write(event_id: int, audiences: tuple[str, ...], bound: Bound, urgent: tuple[str, ...]) -> int:
    """Write at most `PIECE` deliveries; returns their number."""
    owed = _owed(event_id, audiences, bound, urgent).execution_options(preserve_rowcount=True)
    return db.session.connection().execute(owed).rowcount


def _owed(event_id: int, audiences: tuple[str, ...], bound: Bound, urgent: tuple[str, ...]) -> Insert:
    moment, table = literal(now(), Utc), Delivery.metadata.tables["delivery"]
    due_at = _due_at(bound, audiences, urgent)
    owed = exists().where(Delivery.event_id == event_id, Delivery.group_id == Group.id)
    columns = {
        Delivery.event_id: literal(event_id),
        Delivery.group_id: Group.id,
        Delivery.channel: Group.channel,
        Delivery.state: literal(DUE),
        Delivery.due_at: moment if due_at is None else due_at,
        Delivery.urgent: Group.audience.in_(urgent),
        Delivery.tries: literal(0),
        Delivery.created_at: moment,
    }
    hears = (Group.audience.in_(audiences), Group.receives, Group.disabled_at.is_(None), Group.archived_at.is_(None))
    groups = select(*columns.values()).where(Group.id.in_(bound), *hears, ~owed).order_by(Group.id).limit(PIECE)
    return insert(table).from_select([column.key for column in columns], groups, include_defaults=False)


def _due_at(bound: Bound, audiences: tuple[str, ...], urgent: tuple[str, ...]) -> ColumnElement[datetime] | None:
    """When each group is due, by the distinct quiet and digest hours of the groups; None when no group has any."""
    named = (Group.audience, Group.quiet_from, Group.quiet_until, Group.digest_hour)
    kept = Group.quiet_from.is_not(None) | Group.digest_hour.is_not(None)
    different = select(*named).where(Group.id.in_(bound), Group.audience.in_(audiences), kept).distinct()
    moment = now()
    whens = [
        (
            and_(*(column.is_not_distinct_from(value) for column, value in zip(named, row, strict=True))),
            literal(Hours(*row[1:]).due(row[0], row[0] in urgent, moment), Utc),
        )
        for row in db.session.execute(different)
    ]
    return case(*whens, else_=literal(moment, Utc)) if whens else None


def unprocessed() -> int:
    """How many events wait for their fan-out."""
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.processed_at.is_(None))) or 0
