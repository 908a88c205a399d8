"""Commits messages as `sending` before the network is touched, and reaps those whose worker died.

Such a message, or one that a bot leased and never reported, may have arrived. It becomes unknown and is never repeated
automatically.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from governance.core.db import db, in_literals, now, writing
from governance.relay.channels import known
from governance.relay.channels.base import Channel
from governance.relay.delivery.batches import Parcel
from governance.relay.delivery.rate_limit import Pace, turn
from governance.relay.model import CLAIMED, DUE, SENDING, UNKNOWN, Delivery, Group, Message

LAPSED = select(Message.id).where(in_literals(Message.state, (SENDING,)), Message.lease_until < bindparam("moment"))
DELIVERY, MESSAGE = (Message.metadata.tables[name] for name in ("delivery", "message"))  # bulk, without the ORM


def start(channel: Channel, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Commit these parcels as `sending` with their messages, as far as rate limit and claim still allow. The rest is
    put back.

    While the host is away, all of them are put back.
    """
    with turn():
        pace = Pace(channel, (parcel.robot for parcel in parcels))
        rests = channel.host.rests
        back = now() + timedelta(seconds=rests) if rests else None
        held = _still_held(parcels)
        go = []
        for parcel in parcels:
            if not held.issuperset(parcel.deliveries):
                continue
            later = back or pace.take(parcel.robot)
            if later is None:
                go.append(parcel)
                put_back(parcel, parcel.left, now())
            else:
                put_back(parcel, (*parcel.deliveries, *parcel.left), later)
        return _as_messages(channel, go)


def _still_held(parcels: Sequence[Parcel]) -> set[int]:
    ids = [id_ for parcel in parcels for id_ in parcel.deliveries]
    claims = {parcel.claim for parcel in parcels}
    query = select(Delivery.id).join(Group, Group.id == Delivery.group_id)
    query = query.where(Delivery.id.in_(ids), Delivery.state == CLAIMED, Delivery.claim.in_(claims))
    query = query.where(Group.disabled_at.is_(None), Group.archived_at.is_(None))
    return set(db.session.scalars(query.order_by(Delivery.id).with_for_update(of=Delivery)))


def _as_messages(channel: Channel, parcels: Sequence[Parcel]) -> list[Parcel]:
    if not parcels:
        return []
    moment = now()
    rows = [
        {
            "short_code": parcel.short_code,
            "group_id": parcel.group_id,
            "channel": channel.name,
            "robot": parcel.robot,
            "words": parcel.words,
            "state": SENDING,
            "started_at": moment,
            "lease_until": moment + timedelta(seconds=channel.lease),
        }
        for parcel in parcels
    ]
    # RETURNING row by row is slow on SQLite; a signature is unique among the messages being sent.
    db.session.connection().execute(insert(MESSAGE), rows)
    fresh = select(Message.short_code, Message.id).where(
        in_literals(Message.state, (SENDING,)), Message.started_at == moment
    )
    ids = {row.short_code: row.id for row in db.session.execute(fresh)}
    started = [replace(parcel, message_id=ids[parcel.short_code]) for parcel in parcels]
    of_message = update(DELIVERY).where(DELIVERY.c.id == bindparam("b_id"))
    sent = [{"b_id": id_, "b_message": one.message_id} for one in started for id_ in one.deliveries]
    db.session.connection().execute(of_message.values(state=SENDING, message_id=bindparam("b_message")), sent)
    return started


def put_back(parcel: Parcel, ids: Sequence[int], due_at: datetime) -> None:
    """Make these deliveries of the parcel due again, not before `due_at`."""
    if ids:
        mine = update(DELIVERY).where(DELIVERY.c.id.in_(ids), DELIVERY.c.claim == parcel.claim)
        db.session.connection().execute(mine.values(state=DUE, claim=None, due_at=due_at))


def reap() -> int:
    """Mark messages whose lease ended without an outcome as unknown; returns their number."""
    found = db.session.scalars(LAPSED.limit(500), {"moment": now()}).all()
    db.session.rollback()
    if found:
        with writing():
            mine = LAPSED.where(Message.id.in_(found)).with_for_update(skip_locked=True).add_columns(Message.channel)
            for name, gone in _by_channel(db.session.execute(mine, {"moment": now()}).all()).items():
                values = {"state": UNKNOWN, "reason": known()[name].lost}
                db.session.execute(update(Message).where(Message.id.in_(gone)).values(**values, ended_at=now()))
                carried = Delivery.message_id.in_(gone), Delivery.state == SENDING
                db.session.execute(update(Delivery).where(*carried).values(**values))
    return len(found)


def _by_channel(rows: Sequence[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for id_, name in rows:
        found[name].append(id_)
    return found
