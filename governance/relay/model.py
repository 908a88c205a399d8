"""Rows of groups, of deliveries (what is owed) and of messages (what was sent)."""

import json
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, now, partial_index
from governance.core.events import Event
from governance.core.personal import Erased, personal
from governance.core.translation import LazyText as _l
from governance.people.model import Person
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.place_columns import AreaColumns

AUDIENCES = {"workers": "工作群", "residents": "居民群"}
ALONE = {"worker": "一位工作人员", "resident": "一位居民"}  # whose own group it is
AT_WORK = ("workers", "worker")
DUE, CLAIMED, SENDING, SENT, REFUSED, FAILED, UNKNOWN = (
    "due", "claimed", "sending", "sent", "refused", "failed", "unknown",
)  # fmt: skip
READY = (DUE, CLAIMED)
WAITING = (DUE, CLAIMED, SENDING)
DELIVERY_STATES = (*WAITING, SENT, FAILED, UNKNOWN)
MESSAGE_STATES = (SENDING, SENT, REFUSED, FAILED, UNKNOWN)
LABELS = {
    DUE: "等着发",
    CLAIMED: "准备发",
    SENDING: "正在发",
    SENT: "已发出",
    REFUSED: "被退回，会再试",
    FAILED: "没发成",
    UNKNOWN: "可能已发出",
}
ERASED_WORDS = "（本人已删去）"
ENTRY_CODE_LASTS = timedelta(days=7)  # as WeChat has it
ONLY_ANSWERS = "这个机器人只能回答，不能主动发"  # why a group does not receive events
WITH_OWNER = "等群主点发送"  # `sending` without a lease: only the owner can send it


class Group(AreaColumns, Base):
    """A chat group bound to places through a channel. `settings` is encrypted JSON and may hold credentials.

    `robot` is the keyed hash of the robot that speaks for the group; groups with the same one share its rate limit. A
    group whose robot can only answer does not receive events. With a `person` it is that person's own group: it has no
    places and no keeper, and appears in no list.
    """

    __tablename__ = "chat_group"
    __table_args__ = (
        CheckConstraint(
            "audience IN ('workers','residents') AND person_id IS NULL"
            " OR audience IN ('worker','resident') AND person_id IS NOT NULL",
            name="audience",
        ),
        Index("ix_chat_group_person", "person_id", "channel", unique=True),
        *(Index(f"ix_chat_group_{kind}", f"{kind}_id", "id") for kind in AREAS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(10))
    settings: Mapped[str] = mapped_column(Personal, default="{}")
    robot: Mapped[str | None] = mapped_column(String(43), index=True)
    heard_as: Mapped[str | None] = mapped_column(String(43), index=True)
    receives: Mapped[bool] = mapped_column(default=True, server_default=true())
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"),
        info=personal(
            _l("用微信告诉您进度"),
            _l("您同意过，办到哪了就告诉您"),
            Erased.ANONYMOUS,
            read=lambda row: _l("已停") if row.archived_at else _l("开着"),
        ),
    )
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    digest_hour: Mapped[int | None]
    rest_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[str | None] = mapped_column(String(200))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    entry_code: Mapped[str | None] = mapped_column(String(200))  # the address in the QR code that neighbours enter by
    entry_code_at: Mapped[datetime | None]

    keeper: Mapped[Person | None] = relationship(foreign_keys=[keeper_id])
    places: Mapped[list[Place]] = relationship(secondary="chat_group_place", order_by=Place.id)

    @property
    def audience_label(self) -> str:
        return (AUDIENCES | ALONE)[self.audience]

    @property
    def bound(self) -> dict[str, str]:
        """The decrypted settings, secrets included. Use them for sending only, never for display."""
        found: dict[str, str] = json.loads(self.settings)
        return found

    @property
    def hears(self) -> bool:
        return self.disabled_at is None and self.archived_at is None


class GroupPlace(Base):
    """Binds a group to a place. The group hears of events there."""

    __tablename__ = "chat_group_place"

    group_id: Mapped[int] = mapped_column(ForeignKey("chat_group.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True, index=True)


class Message(Base):
    """One attempt to send: the words, their signature and the outcome. A message posted by hand may serve many groups.

    `started_at` is when sending began, `ended_at` when the outcome was known. The rate limit counts by both.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN {MESSAGE_STATES}", name="state"),
        Index("ix_message_robot", "robot", "started_at"),
        Index("ix_message_channel", "channel", "started_at"),
        Index("ix_message_sending", "lease_until", **partial_index("state IN ('sending')")),
        Index("ix_message_unknown", "id", **partial_index("state IN ('unknown')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    short_code: Mapped[str] = mapped_column(String(8))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("chat_group.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    robot: Mapped[str | None] = mapped_column(String(43))
    words: Mapped[str] = mapped_column(
        Text, info=personal(_l("通知，写着您提的议题"), _l("告诉大家有新议题"), left=ERASED_WORDS)
    )
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(300))
    started_at: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    group: Mapped[Group | None] = relationship()
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="message", order_by="Delivery.id")

    @property
    def label(self) -> str:
        return WITH_OWNER if self.state == SENDING and self.lease_until is None else LABELS[self.state]


class Delivery(Base):
    """One event owed to one group, once. `due_at` is the earliest time to send; of a claimed one, the end of the lease.

    An `urgent` delivery waits only for urgent ones before it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "group_id"),
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        Index("ix_delivery_ready", "channel", "due_at", "id", **partial_index("state IN ('due','claimed')")),
        Index("ix_delivery_line", "group_id", "id", **partial_index("state IN ('due','claimed','sending')")),
        Index("ix_delivery_group", "group_id", "message_id"),
        Index("ix_delivery_failed", "id", **partial_index("state IN ('failed')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("chat_group.id"))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=DUE)
    due_at: Mapped[datetime] = mapped_column(default=now)
    urgent: Mapped[bool] = mapped_column(default=False)
    claim: Mapped[str | None] = mapped_column(String(16))
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(300))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    event: Mapped[Event] = relationship()
    group: Mapped[Group] = relationship()
    message: Mapped[Message | None] = relationship(back_populates="deliveries")

    @property
    def waits(self) -> bool:
        return self.state in WAITING

    @property
    def sleeps(self) -> bool:
        """Does it wait for the group's quiet hours or digest hour, and for nothing else?"""
        return self.state == DUE and self.tries == 0 and self.due_at > now()

    @property
    def label(self) -> str:
        return LABELS[self.state]
