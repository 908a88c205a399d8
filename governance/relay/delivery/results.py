"""Outcomes of messages: sent, refused (due again with back-off), failed, unknown; a dead robot disables its groups."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from governance.core.db import db, in_literals, now, writing
from governance.relay.channels.base import Dead, Outcome, Refusal, Sent, Unknown
from governance.relay.delivery import hooks
from governance.relay.delivery.batches import Parcel
from governance.relay.model import DUE, FAILED, READY, REFUSED, SENDING, SENT, UNKNOWN, Delivery, Group, Message
from governance.relay.record import record_event

DELIVERY, MESSAGE = (Message.metadata.tables[name] for name in ("delivery", "message"))
log = structlog.get_logger()
TRIES, FIRST_WAIT, LONGEST_WAIT = 10, 5, 1800

Ended = tuple[Parcel, Outcome]


def record_outcomes(ended: Sequence[Ended]) -> None:
    """Record these outcomes in one transaction."""
    if not ended:
        return
    with writing():
        _sent([parcel.message_id for parcel, outcome in ended if isinstance(outcome, Sent)])
        for parcel, outcome in ended:
            if isinstance(outcome, Unknown):
                _end(parcel, UNKNOWN, UNKNOWN, outcome.reason)
            elif isinstance(outcome, Refusal):
                _refused(parcel, outcome)
            elif isinstance(outcome, Dead):
                _dead(parcel, outcome)


def _sent(message_ids: list[int]) -> None:
    if message_ids:
        done = update(MESSAGE).where(MESSAGE.c.id.in_(message_ids), MESSAGE.c.state == SENDING)
        db.session.connection().execute(done.values(state=SENT, ended_at=now(), reason=None))
        carried = update(DELIVERY).where(DELIVERY.c.message_id.in_(message_ids), DELIVERY.c.state == SENDING)
        db.session.connection().execute(carried.values(state=SENT, reason=None, claim=None))


def _end(
    parcel: Parcel, message: str, delivery: str, reason: str, due_at: datetime | None = None, tried: int = 1
) -> None:
    """Set the end of a message and of its deliveries. A message that has ended already stays as it is."""
    ended = update(Message).where(Message.id == parcel.message_id, Message.state == SENDING)
    if not db.session.execute(ended.values(state=message, reason=reason, ended_at=now())).rowcount:  # type: ignore[attr-defined]
        return
    values = {"state": delivery, "reason": reason, "claim": None, "tries": Delivery.tries + tried}
    carried = update(Delivery).where(Delivery.message_id == parcel.message_id, Delivery.state == SENDING)
    db.session.execute(carried.values(**values, **({"due_at": due_at} if due_at else {})))


def _refused(parcel: Parcel, refusal: Refusal) -> None:
    if refusal.after is None or (parcel.tries + 1 >= TRIES and not refusal.away):
        _end(parcel, FAILED, FAILED, refusal.reason)
        return
    wait = FIRST_WAIT if refusal.away else min(FIRST_WAIT * 2**parcel.tries, LONGEST_WAIT)
    again = now() + timedelta(seconds=max(refusal.after, wait))
    _end(parcel, REFUSED, DUE, refusal.reason, again, tried=0 if refusal.away else 1)
    if refusal.whole_robot and parcel.robot:
        db.session.execute(update(Group).where(Group.robot == parcel.robot).values(rest_until=again))


def _dead(parcel: Parcel, dead: Dead) -> None:
    _end(parcel, FAILED, FAILED, dead.reason)
    shared = parcel.robot and parcel.person_id is None
    same = Group.robot == parcel.robot if shared else Group.id == parcel.group_id
    for group in db.session.scalars(select(Group).where(same, Group.disabled_at.is_(None))):
        silence(group, dead.reason, "系统")
    log.warning("relay.robot_dead", group=parcel.group_id, reason=dead.reason)


def silence(group: Group, reason: str, actor: str, actor_id: int | None = None) -> None:
    """Disable a group. Its waiting deliveries fail with the reason."""
    group.disabled_at, group.disabled_why = now(), reason[:200]
    waiting = update(Delivery).where(Delivery.group_id == group.id, in_literals(Delivery.state, READY))
    db.session.execute(waiting.values(state=FAILED, reason=reason[:300], claim=None))
    hooks.withdrawn(Delivery.group_id == group.id, reason)
    if group.person_id is None:
        record_event(group, "disable", actor, actor_id)
