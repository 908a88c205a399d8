"""Recalls mass tasks whose contents must not be told any more: a notice was stopped, or a group is disabled.

Until WeCom has taken a task back its owner may press. Its other deliveries become due again for another task.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from governance.core.db import db, now
from governance.core.jobs import enqueue
from governance.relay.delivery import hooks
from governance.relay.delivery.hooks import CANCELLED, STOPPED
from governance.relay.mass_tasks.model import ASKING, WITH_OWNER, MassTask, MassTaskPart
from governance.relay.model import FAILED, SENDING, Delivery, Group, Message

AT_ONCE = 50  # tasks with a job of their own; the tracking job finds the others within a minute


@hooks.withdrawn.listen
def call_off(which: ColumnElement[bool], why: str) -> None:
    """Mark for cancelling each task that still carries such deliveries and was not sent. Call it inside `writing()`."""
    carrying = (
        select(MassTaskPart.task_id)
        .join(Message, Message.id == MassTaskPart.message_id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Message.state == SENDING, which)
    )
    waiting = MassTask.state.in_((ASKING, WITH_OWNER)), MassTask.cancel_why.is_(None), MassTask.confirmed_at.is_(None)
    found = select(MassTask.id).where(*waiting, MassTask.id.in_(carrying)).order_by(MassTask.id).with_for_update()
    ids = list(db.session.scalars(found))
    if ids:
        off = update(MassTask).where(MassTask.id.in_(ids)).values(cancel_why=why[:300], next_at=now())
        db.session.execute(off, execution_options={"synchronize_session": False})
    for id_ in ids[:AT_ONCE]:
        enqueue("relay.mass_task", task_id=id_)


def is_due_again(task: MassTask) -> bool:
    """Was it recalled for some of its deliveries, so that the others must be sent again?"""
    return task.cancel_why is not None and task.cancel_why != CANCELLED


def unwanted(parts: Sequence[MassTaskPart]) -> dict[int, str]:
    """The deliveries among these that must not be told any more, each with its reason."""
    columns = (Delivery.id, Delivery.reason, Group.disabled_at, Group.disabled_why)
    carried = select(*columns).join(Delivery.group).where(Delivery.message_id.in_([part.message_id for part in parts]))
    rows = db.session.execute(carried).all()
    silent = {row.id: row.disabled_why or "已停用" for row in rows if row.disabled_at is not None}
    return silent | {row.id: STOPPED for row in rows if row.reason == STOPPED}


def lay_aside(reasons: dict[int, str]) -> None:
    for reason in set(reasons.values()):
        ids = [id_ for id_, why in reasons.items() if why == reason]
        mine = update(Delivery).where(Delivery.id.in_(ids)).values(state=FAILED, reason=reason, claim=None)
        db.session.execute(mine, execution_options={"synchronize_session": False})
