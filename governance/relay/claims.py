"""Which deliveries go out next: claimed with a lease and put into words. How they start is in starting.py.

Only the first waiting delivery of a group can be claimed, with those ready behind it, so a group hears things in
order; what is urgent waits only for what is urgent too. A claim whose worker died is retaken when its lease ends.
In one message the lines about one matter are reduced to the latest, which carries the deliveries of all of them.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice, takewhile
from typing import Any

from sqlalchemy import Row, Select, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.relay.audience import Telling, telling
from governance.relay.channels.base import Channel
from governance.relay.hours import may_go
from governance.relay.model import (
    CLAIMED,
    FAILED,
    READY,
    SENDING,
    WAITING,
    Delivery,
    Group,
    Message,
    among,
)
from governance.relay.pacing import Pace, turn
from governance.relay.persons import concerns
from governance.relay.wording import condensed, mark, room_for_words, signed

CLAIM_LEASE = timedelta(seconds=120)
Line = Row[int, int, int, int, bool, bool]
NOT_PUBLIC = "已不公开，不再告诉这个群"


@dataclass(frozen=True)
class Parcel:
    """One message on its way to one group."""

    claim: str
    group_id: int
    robot: str | None
    bound: Mapping[str, str]
    words: str
    mark: str
    deliveries: tuple[int, ...]
    left: tuple[int, ...]  # claimed with them, but there was no room in this message
    tries: int
    person_id: int | None = None  # whose own line this is
    news: str = ""  # to one person: which event it tells of
    matters: tuple[Telling, ...] = ()  # the words by matter, for a channel that can show them better
    message_id: int = 0


def carrying(message: Message) -> Parcel:
    """A message that was started before, as what is settled."""
    carried = message.deliveries
    return Parcel(
        claim="",
        group_id=message.group_id or 0,
        robot=message.robot,
        bound={},
        words=message.words,
        mark=message.mark,
        deliveries=tuple(delivery.id for delivery in carried),
        left=(),
        tries=max((delivery.tries for delivery in carried), default=0),
        message_id=message.id,
    )


def claim(channel: Channel, limit: int, robot: str | None = None) -> list[Parcel]:
    """Claim what up to `limit` groups are to hear through this channel, in words. The database is free afterwards."""
    name = secrets.token_hex(8)
    if not _anything_ready(channel, robot):
        return []
    with turn():
        if Pace(channel).left == 0:
            return []
        heads = db.session.execute(_heads(channel.name, robot).limit(limit)).all()
        taken = _with_followers([row.group_id for row in heads], channel.together)
        hold = {"state": CLAIMED, "claim": name, "due_at": now() + CLAIM_LEASE}
        ids = [row.id for rows in taken.values() for row in rows]
        db.session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(hold))
    parcels, untold = _composed(name, channel, taken)
    db.session.rollback()
    if untold:
        _drop(name, untold)
    return parcels


def _anything_ready(channel: Channel, robot: str | None) -> bool:
    found = db.session.scalar(_heads(channel.name, robot).limit(1))
    db.session.rollback()
    return found is not None


def _heads(channel: str, robot: str | None) -> Select[int, int]:
    """Deliveries that are ready and first in their group's line, in groups that may be spoken to now."""
    moment, earlier = now(), aliased(Delivery)
    in_front = exists().where(
        earlier.group_id == Delivery.group_id,
        earlier.id < Delivery.id,
        among(earlier.state, WAITING),
        or_(Delivery.urgent.is_(False), earlier.urgent),
    )
    rested = or_(Group.rest_until.is_(None), Group.rest_until <= moment)
    query = (
        select(Delivery.id, Delivery.group_id)
        .join(Group, Group.id == Delivery.group_id)
        .where(Delivery.channel == channel, among(Delivery.state, READY), Delivery.due_at <= moment, ~in_front, rested)
        .where(may_go(moment))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return query.where(Group.robot == robot) if robot else query


def _with_followers(group_ids: Sequence[int], together: int) -> dict[int, list[Line]]:
    """The front of each group's line, up to the first that has to wait; of the urgent ones alone when it is first."""
    moment = now()
    columns = (Delivery.id, Delivery.group_id, Delivery.event_id, Delivery.tries, Delivery.urgent)
    ready = and_(Delivery.due_at <= moment, Delivery.state != SENDING, may_go(moment)).label("ready")
    query = select(*columns, ready).join(Group, Group.id == Delivery.group_id)
    query = query.where(Delivery.group_id.in_(group_ids), among(Delivery.state, WAITING))
    lines: dict[int, list[Line]] = {}
    for group_id, rows in groupby(
        db.session.execute(query.order_by(Delivery.group_id, Delivery.id)), lambda row: row.group_id
    ):
        line = list(rows)
        front = line if line[0].ready else [row for row in line if row.urgent]
        lines[group_id] = list(islice(takewhile(lambda row: row.ready, front), together))
    return lines


def _composed(name: str, channel: Channel, taken: Mapping[int, list[Line]]) -> tuple[list[Parcel], list[int]]:
    """The claimed lines in words; and the deliveries that are not to be told after all."""
    columns = (Group.id, Group.audience, Group.robot, Group.settings, Group.person_id)
    groups = {row.id: row for row in db.session.execute(select(*columns).where(Group.id.in_(taken)))}
    tellings = _tellings_of(
        {row.event_id for rows in taken.values() for row in rows}, {one.audience for one in groups.values()}
    )
    parcels, untold = [], []
    for group_id, rows in taken.items():
        group = groups[group_id]
        said = [(row, tellings.get((row.event_id, group.audience)) if _is_theirs(row, group) else None) for row in rows]
        untold += [row.id for row, one in said if one is None]
        told = [(row, one) for row, one in said if one is not None]
        if told:
            lines = [(one.about, one.words) for _, one in told]
            texts, fit = condensed(lines, room_for_words(channel.longest_bytes))
            ids = tuple(row.id for row, _ in told)
            parcels.append(
                Parcel(
                    claim=name,
                    group_id=group_id,
                    robot=group.robot,
                    bound=json.loads(group.settings),
                    words=signed(texts, mark(ids[0])),
                    mark=mark(ids[0]),
                    deliveries=ids[:fit],
                    left=ids[fit:],
                    tries=max(row.tries for row, _ in told[:fit]),
                    person_id=group.person_id,
                    news=told[0][1].news,
                    matters=_latest([one for _, one in told[:fit]]),
                )
            )
    return parcels, untold


def _latest(told: Iterable[Telling]) -> tuple[Telling, ...]:
    """Of each matter what was said last, in the order of `condensed`."""
    said: dict[tuple[str, int], Telling] = {}
    for one in told:
        said = {about: other for about, other in said.items() if about != one.about} | {one.about: one}
    return tuple(said.values())


def _is_theirs(row: Line, group: Any) -> bool:
    return group.person_id is None or concerns(row.event_id, group.audience, group.person_id)


def _tellings_of(event_ids: Iterable[int], audiences: Iterable[str]) -> dict[tuple[int, str], Telling]:
    events = db.session.scalars(select(Event).where(Event.id.in_(list(event_ids)))).all()
    tellings = {(event.id, audience): telling(event, audience) for event in events for audience in audiences}
    return {key: one for key, one in tellings.items() if one}


def _drop(name: str, ids: list[int]) -> None:
    mine = update(Delivery).where(Delivery.id.in_(ids), Delivery.claim == name)
    with writing():
        db.session.execute(mine.values(state=FAILED, reason=NOT_PUBLIC, claim=None))
