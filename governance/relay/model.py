"""Rows of groups, what is due to each, and what was really sent. States only; how they move is in actions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, now
from governance.core.events import Event
from governance.people.model import Person
from governance.places.model import Place

AUDIENCES = {"workers": "工作群", "residents": "居民群"}
DUE, CLAIMED, SENDING, SENT, FAILED, UNKNOWN = "due", "claimed", "sending", "sent", "failed", "unknown"
STATES = (DUE, CLAIMED, SENDING, SENT, FAILED, UNKNOWN)
LABELS = {
    DUE: "等着发",
    CLAIMED: "准备发",
    SENDING: "正在发",
    SENT: "已发出",
    FAILED: "没发成",
    UNKNOWN: "可能已发出",
}


class Group(Base):
    """A chat group bound to places through a channel. `settings` is encrypted JSON: a robot's key is a credential."""

    __tablename__ = "chat_group"
    __table_args__ = (
        CheckConstraint("audience IN ('workers','residents')", name="audience"),
        Index("ix_chat_group_area", "community_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(20))
    audience: Mapped[str] = mapped_column(String(10))
    settings: Mapped[str] = mapped_column(Personal, default="{}")
    robot: Mapped[str | None] = mapped_column(String(43), index=True)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    district_id: Mapped[int | None]
    street_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None]
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[str | None] = mapped_column(String(200))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    keeper: Mapped[Person | None] = relationship()
    places: Mapped[list[Place]] = relationship(secondary="chat_group_place", order_by=Place.id)


class GroupPlace(Base):
    """A group hears of what happens in the places it is bound to."""

    __tablename__ = "chat_group_place"

    group_id: Mapped[int] = mapped_column(ForeignKey("chat_group.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True, index=True)


class Message(Base):
    """What was actually sent, or is to be posted by hand: the words, a short mark, and the outcome."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_message_robot", "robot", "sent_at"),
        Index("ix_message_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(8), unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("chat_group.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    robot: Mapped[str | None] = mapped_column(String(43))
    words: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default=DUE)
    reason: Mapped[str | None] = mapped_column(String(300))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    group: Mapped[Group] = relationship()
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="message")


class Delivery(Base):
    """One event owed to one group, once."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "group_id"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(
            "ix_delivery_waiting",
            "due_at",
            "id",
            sqlite_where=text("state IN ('due','claimed','sending')"),
            postgresql_where=text("state IN ('due','claimed','sending')"),
        ),
        Index("ix_delivery_group", "group_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("chat_group.id"))
    state: Mapped[str] = mapped_column(String(10), default=DUE)
    due_at: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(300))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    event: Mapped[Event] = relationship()
    group: Mapped[Group] = relationship()
    message: Mapped[Message | None] = relationship(back_populates="deliveries")
