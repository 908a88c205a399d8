"""Claims: which deliveries go out next, each with a lease. batches.py composes them, in_flight.py starts them.

Only the head of a group's queue can be claimed, with the ready ones behind it, so a group hears events in order. An
urgent one waits only for urgent ones. A claim whose worker died is retaken when its lease ends.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from itertools import groupby, islice, takewhile

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from governance.core.db import db, in_literals, now, writing
from governance.relay.channels.base import Channel
from governance.relay.delivery.batches import Claimed, Parcel, composed
from governance.relay.delivery.quiet_hours import may_go
from governance.relay.delivery.rate_limit import Pace, turn
from governance.relay.model import CLAIMED, FAILED, READY, SENDING, WAITING, Delivery, Group

CLAIM_LEASE = timedelta(seconds=120)


@cache
def anything_due(channel: str) -> Select[int]:
    """A delivery of this channel whose time has come at `:moment`, whether or not its group may be spoken to."""
    due = (
        in_literals(Delivery.channel, (channel,)),
        in_literals(Delivery.state, READY),
        Delivery.due_at <= bindparam("moment"),
    )
    return select(Delivery.id).where(*due).limit(1)


def claim(channel: Channel, limit: int, robot: str | None = None) -> list[Parcel]:
    """Claim the deliveries of up to `limit` groups of this channel and compose them. It leaves no transaction open."""
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
        still = update(Delivery).where(Delivery.id.in_(ids), in_literals(Delivery.state, READY))
        held = set(db.session.scalars(still.values(hold).returning(Delivery.id)))
        taken = {id_: [row for row in rows if row.id in held] for id_, rows in taken.items()}
    parcels, untold = composed(name, channel, taken)
    db.session.rollback()
    if untold:
        _drop(name, untold)
    return parcels


def _anything_ready(channel: Channel, robot: str | None) -> bool:
    """Most polls find nothing due and cost one indexed query."""
    due = db.session.scalar(anything_due(channel.name), {"moment": now()})
    found = db.session.scalar(_heads(channel.name, robot).limit(1)) if due else None
    db.session.rollback()
    return found is not None


def _heads(channel: str, robot: str | None) -> Select[int, int]:
    """The ready deliveries at the head of their group's queue, in groups that may be told now."""
    moment, earlier = now(), aliased(Delivery)
    in_front = exists().where(
        earlier.group_id == Delivery.group_id,
        earlier.id < Delivery.id,
        in_literals(earlier.state, WAITING),
        or_(Delivery.urgent.is_(False), earlier.urgent),
    )
    rested = or_(Group.rest_until.is_(None), Group.rest_until <= moment)
    query = (
        select(Delivery.id, Delivery.group_id)
        .join(Group, Group.id == Delivery.group_id)
        .where(
            Delivery.channel == channel,
            in_literals(Delivery.state, READY),
            Delivery.due_at <= moment,
            ~in_front,
            rested,
        )
        .where(may_go(moment))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return query.where(Group.robot == robot) if robot else query


def _with_followers(group_ids: Sequence[int], together: int) -> dict[int, list[Claimed]]:
    """The ready front of each group's queue; only urgent ones when the head has to wait."""
    moment = now()
    columns = (Delivery.id, Delivery.group_id, Delivery.event_id, Delivery.tries, Delivery.urgent)
    ready = and_(Delivery.due_at <= moment, Delivery.state != SENDING, may_go(moment)).label("ready")
    query = select(*columns, ready).join(Group, Group.id == Delivery.group_id)
    query = query.where(Delivery.group_id.in_(group_ids), in_literals(Delivery.state, WAITING))
    queues: dict[int, list[Claimed]] = {}
    for group_id, rows in groupby(
        db.session.execute(query.order_by(Delivery.group_id, Delivery.id)), lambda row: row.group_id
    ):
        queue = list(rows)
        front = queue if queue[0].ready else [row for row in queue if row.urgent]
        queues[group_id] = list(islice(takewhile(lambda row: row.ready, front), together))
    return queues


def _drop(name: str, untold: Mapping[str, Sequence[int]]) -> None:
    """Fail these deliveries, with the reason for each list."""
    with writing():
        for reason, ids in untold.items():
            mine = update(Delivery).where(Delivery.id.in_(ids), Delivery.claim == name)
            db.session.execute(mine.values(state=FAILED, reason=reason, claim=None))
