"""Reads the record: marks each new event as told and writes what is owed to which group, in pieces.

An event is told to the groups bound to the places it happened in, as they stood then (its scope). What is told to many
groups alike is told to those there were when it was said.
"""

from collections.abc import Sequence
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
from governance.relay.messages.audience import hearers, telling
from governance.relay.messages.facts import facts_of
from governance.relay.messages.templates import has_words
from governance.relay.model import ALONE, AUDIENCES, DUE, Delivery, Group, GroupPlace
from governance.relay.subscriptions.recipients import lines, speaks

log = structlog.get_logger()
LOOK, PIECE = 200, 2000
UNTOLD = select(Event).where(Event.processed_at.is_(None)).order_by(Event.id).limit(LOOK)
Bound = Select[int] | CompoundSelect[int]


def expand() -> bool:
    """Take the next untold events in order; says whether there were any. Safe to run in any number of workers."""
    fresh = _untold()
    if not fresh:
        return False
    silent = [event.id for event in fresh if not _is_told(event)]
    if silent:
        _mark(silent)
    for event in fresh:
        if _is_told(event):
            _fan_out(event)
    return True


def _untold() -> list[Event]:
    fresh = list(db.session.scalars(UNTOLD.execution_options(populate_existing=True)))
    db.session.rollback()
    return fresh


def _is_told(event: Event) -> bool:
    audiences = (*AUDIENCES, *(audience for audience in ALONE if speaks(audience, event.name)))
    return any(has_words(audience, event.name) for audience in audiences)


def _mark(ids: list[int]) -> None:
    """Of these, those that nobody has in hand: many rows locked in any order could wait for each other for ever."""
    free = select(Event.id).where(Event.id.in_(ids)).with_for_update(skip_locked=True)
    with writing():
        db.session.execute(update(Event).where(Event.id.in_(free)).values(processed_at=now()))


def _fan_out(event: Event) -> None:
    audiences = hearers(event)
    alone = lines(event, audiences)
    bound = _bound_where(event) if alone is None else union(_bound_where(event), alone)
    urgent = tuple(audience for audience in audiences if (one := telling(event, audience)) and one.urgent)
    db.session.rollback()
    while not _piece(event.id, audiences, bound, urgent):
        pass


def _bound_where(event: Event) -> Select[int]:
    """The groups bound to the places an event happened in; for some events, to those inside too, or alone."""
    scope = [int(part) for part in event.scope.strip("/").split("/") if part.isdecimal()]
    facts = facts_of(event)
    if facts is None or not facts.below:
        return select(GroupPlace.group_id).where(GroupPlace.place_id.in_(scope))
    below = bound_below(event.scope, around=scope if facts.above else ())
    return below.join(Group, Group.id == GroupPlace.group_id).where(Group.created_at <= event.at)


def bound_below(path: str, around: Sequence[int] = ()) -> Select[int]:
    """The groups bound to a place or to those inside it, and to these others."""
    joined = select(GroupPlace.group_id).join(Place, Place.id == GroupPlace.place_id)
    inside = begins_with(Place.path, path)
    return joined.where(or_(Place.id.in_(around), inside) if around else inside)


def _piece(event_id: int, audiences: tuple[str, ...], bound: Bound, urgent: tuple[str, ...] = ()) -> bool:
    """Write the next piece; says whether the event is done with.

    Whoever else has the event's row in hand, another worker or the sealer, is waited for: with the event passed over,
    a later one would come before it in its groups' lines.
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
    """Write one piece of what is owed; how much that was."""
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
    """When each group is to hear it, for the few different hours there are; nothing when none of them has any."""
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


def untold() -> int:
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.processed_at.is_(None))) or 0
