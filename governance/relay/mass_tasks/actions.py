"""Mass tasks that wait for their owner, as keepers see them, and cancelling one.

Cancelling needs the network, so a job does it. Until then the owner may still press.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from governance.core.db import db, locked, now, numbered, writing
from governance.core.errors import Missing, Refused
from governance.core.jobs import enqueue
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.relay.delivery.hooks import CANCELLED
from governance.relay.mass_tasks.model import WITH_OWNER, MassTask, MassTaskPart
from governance.relay.model import SENDING, Group, Message
from governance.relay.record import record_event

SHOWN = 30


@dataclass(frozen=True)
class Waiting:
    """A task in its owner's hands: this viewer's groups in it, and whether the viewer keeps all of its groups."""

    task: MassTask
    words: str
    groups: tuple[Group, ...]
    may_cancel: bool

    @property
    def count(self) -> int:
        return len(self.groups)


def waiting(viewer: Viewer, group: Group | None = None) -> list[Waiting]:
    """The waiting tasks with groups of this viewer, or with one group; oldest first."""
    mine = select(MassTaskPart.task_id).join(MassTaskPart.message).join(Message.group)
    mine = mine.where(Message.state == SENDING, Group.id == group.id if group else visible(viewer, "group.keep", Group))
    open_ = select(MassTask).where(MassTask.state == WITH_OWNER, MassTask.id.in_(mine))
    loads = selectinload(MassTask.parts).joinedload(MassTaskPart.message).joinedload(Message.group)
    tasks = db.session.scalars(open_.order_by(MassTask.created_at, MassTask.id).limit(SHOWN).options(loads))
    return [_seen(viewer, task) for task in tasks]


def _seen(viewer: Viewer, task: MassTask) -> Waiting:
    every = _groups(task)
    kept = tuple(one for one in every if may(viewer, "group.keep", one))
    cancels = len(kept) == len(every) and not task.cancel_why and not task.confirmed_at
    return Waiting(task, task.parts[0].message.words, kept, cancels)


def _groups(task: MassTask) -> Sequence[Group]:
    return [part.message.group for part in task.parts if part.message.group]


def cancel(task_id: int, by: Viewer) -> None:
    """Cancel a task for all of its groups. Raises Missing unless the viewer keeps all of them."""
    with writing():
        task = numbered(MassTask, task_id)
        groups = _groups(task) if task else []
        if task is None or not groups or not all(may(by, "group.keep", one) for one in groups):
            raise Missing
        if locked(task).state != WITH_OWNER or task.cancel_why or task.confirmed_at:
            raise Refused("这次群发已经有结果了")
        task.cancel_why, task.next_at = CANCELLED, now()
        for group in groups:
            record_event(group, "cancel_task", by.label, by.staff_id, task=task.id)
        enqueue("relay.mass_task", task_id=task.id)
