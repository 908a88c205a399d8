"""Rows for doors, their residents, door slips, verification requests and text messages."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, now, partial_index
from governance.core.translation import LazyText
from governance.core.translation import LazyText as _l
from governance.people.model import KNOWN_BY, Person
from governance.places.model import Place
from governance.places.placed import Placed

SMS_STATES = ("due", "taken", "refused")
LIVE = "used_at IS NULL AND revoked_at IS NULL"


class Door(Placed, Base):
    """One household's door in a building or courtyard. `area` is its own floor area by the roll, in square metres."""

    __tablename__ = "door"
    __table_args__ = (UniqueConstraint("place_id", "label"), CheckConstraint("area > 0", name="area"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    label: Mapped[str] = mapped_column(String(20))
    area: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))

    place: Mapped[Place] = relationship()
    residences: Mapped[list["Residence"]] = relationship(back_populates="door", order_by="Residence.id")
    slips: Mapped[list["DoorSlip"]] = relationship(back_populates="door", order_by="DoorSlip.id")

    @property
    def full_name(self) -> str:
        return f"{self.place.full_name} {self.label}"

    @property
    def stands_at(self) -> Place:
        return self.place

    @staticmethod
    def standing_id() -> Any:
        return Door.place_id


class Residence(Placed, Base):
    """A person lives behind a door from `since` to `until`; `how` it was verified is a key of `KNOWN_BY`."""

    __tablename__ = "residence"
    __table_args__ = (
        CheckConstraint(f"how IN {tuple(KNOWN_BY)}", name="how"),
        Index("ix_residence_now", "person_id", "door_id", unique=True, **partial_index("until IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"), index=True)
    how: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="residences")
    door: Mapped[Door] = relationship(back_populates="residences")

    @property
    def how_label(self) -> LazyText:
        return KNOWN_BY[self.how]

    @property
    def stands_at(self) -> Place:
        return self.door.place

    @staticmethod
    def standing_id() -> Any:
        return select(Door.place_id).where(Door.id == Residence.door_id).correlate(Residence).scalar_subquery()


class DoorSlip(Base):
    """住户条: a paper for one door, used once. The row holds its secret's hash. A door has one unused slip at most."""

    __tablename__ = "door_slip"
    __table_args__ = (Index("ix_door_slip_live", "door_id", unique=True, **partial_index(LIVE)),)

    id: Mapped[int] = mapped_column(primary_key=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    printed_at: Mapped[datetime] = mapped_column(default=now)
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]

    door: Mapped[Door] = relationship(back_populates="slips")

    @property
    def is_good(self) -> bool:
        return self.used_at is None and self.revoked_at is None

    @property
    def label(self) -> LazyText:
        return _l("用过了") if self.used_at else _l("作废了") if self.revoked_at else _l("待用")

    @property
    def look(self) -> str:
        return "chip--done" if self.used_at else "" if self.revoked_at else "chip--wait"


class VerificationRequest(Base):
    """A device asks for verification by a code that is shown to a worker (`worker`) or sent to a phone (`sms`)."""

    __tablename__ = "verification_request"
    __table_args__ = (CheckConstraint("way IN ('worker','sms')", name="way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    way: Mapped[str] = mapped_column(String(8))
    nickname: Mapped[str] = mapped_column(String(30))
    code: Mapped[str | None] = mapped_column(Personal)
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(Personal)
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    sms_id: Mapped[str | None] = mapped_column(ForeignKey("sms.id"))
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    place: Mapped[Place | None] = relationship()
    sms: Mapped["Sms | None"] = relationship()


class Sms(Base):
    """One text message to a phone. Number and text are deleted once the gateway has answered."""

    __tablename__ = "sms"
    __table_args__ = (CheckConstraint(f"state IN {SMS_STATES}", name="state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    to: Mapped[str | None] = mapped_column(Personal)
    text: Mapped[str | None] = mapped_column(Personal)
    state: Mapped[str] = mapped_column(String(8), default="due")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]

    @property
    def was_refused(self) -> bool:
        return self.state == "refused"
