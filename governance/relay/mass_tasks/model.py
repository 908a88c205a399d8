"""Rows of mass tasks (企业群发): words in the hands of a group's owner, who presses 发送 or does not.

Meanwhile its messages stay `sending` without a lease, so that they are not reaped.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, now, partial_index
from governance.relay.model import Message

ASKING, WITH_OWNER, DONE, CANCELLED, REFUSED, UNKNOWN = "asking", "waiting", "done", "cancelled", "refused", "unknown"
TASK_STATES = (ASKING, WITH_OWNER, DONE, CANCELLED, REFUSED, UNKNOWN)
OPEN = "state IN ('asking','waiting')"


class MassTask(Base):
    """The same words for groups of one owner. `next_at`: when to track it next; `cancel_why`: it is to be cancelled."""

    __tablename__ = "mass_task"
    __table_args__ = (
        CheckConstraint(f"state IN {TASK_STATES}", name="state"),
        Index("ix_mass_task_open", "next_at", **partial_index(OPEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(Personal)
    msgid: Mapped[str | None] = mapped_column(Personal)
    state: Mapped[str] = mapped_column(String(10), default=ASKING)
    reason: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    cancel_why: Mapped[str | None] = mapped_column(String(300))
    ended_at: Mapped[datetime | None]

    parts: Mapped[list["MassTaskPart"]] = relationship(back_populates="task", order_by="MassTaskPart.message_id")


class MassTaskPart(Base):
    """The message of one group in a task, and the id of the group at WeCom at that time."""

    __tablename__ = "mass_task_part"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False)
    task_id: Mapped[int] = mapped_column(ForeignKey("mass_task.id"), index=True)
    chat_id: Mapped[str] = mapped_column(Personal)

    task: Mapped[MassTask] = relationship(back_populates="parts")
    message: Mapped[Message] = relationship()
