"""Rows for doors, their residents, door slips, verification requests and text messages."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal, masked_phone
from governance.core.db import Base, now, partial_index
from governance.core.personal import Erased, about_person, personal
from governance.core.translation import LazyText
from governance.core.translation import LazyText as _l
from governance.people.model import KNOWN_BY, SEEN_BY_STAFF, Person
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
    door_id: Mapped[int] = mapped_column(
        ForeignKey("door.id"),
        index=True,
        info=personal(_l("门"), _l("知道您住在这里，能商量这里的事"), Erased.ROW, read=lambda row: row.door.full_name),
    )
    how: Mapped[str] = mapped_column(
        String(8),
        info=personal(_l("怎么知道的"), _l("证明您住在这里"), Erased.ROW, read=lambda row: row.how_label),
    )
    since: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("从什么时候"), _l("证明您住在这里"), Erased.ROW)
    )
    until: Mapped[datetime | None] = mapped_column(
        info=personal(_l("到什么时候"), _l("搬走以后不再算这里的居民"), Erased.ROW)
    )

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
    used_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"),
        info=personal(_l("您用过的住户条"), _l("一张条只能用一次"), read=lambda row: row.door.full_name),
    )
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
    nickname: Mapped[str] = mapped_column(String(30), info=personal(_l("想用的昵称"), _l("认识您以后用"), Erased.ROW))
    code: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("验证码"), _l("给工作人员看，几分钟有效"), Erased.ROW, read=lambda _: None)
    )
    code_hash: Mapped[str | None] = mapped_column(
        String(64), unique=True, info=personal(_l("验证码"), _l("核对验证码"), Erased.ROW, read=lambda _: None)
    )
    phone: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("手机号"), _l("发验证码"), Erased.ROW, masked=masked_phone)
    )
    phone_hash: Mapped[str | None] = mapped_column(
        String(64),
        info=personal(_l("手机号算出来的一串码"), _l("防止一个号码反复要验证码"), Erased.ROW, read=lambda _: None),
    )
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    sms_id: Mapped[str | None] = mapped_column(ForeignKey("sms.id"))
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("什么时候"), _l("过时就不能再用"), Erased.ROW)
    )
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    place: Mapped[Place | None] = relationship()
    sms: Mapped["Sms | None"] = relationship()


class Sms(Base):
    """One text message to a phone. Number and text are deleted once the gateway has answered."""

    __tablename__ = "sms"
    __table_args__ = (CheckConstraint(f"state IN {SMS_STATES}", name="state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    to: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("手机号"), _l("发验证码"), Erased.ROW, masked=masked_phone)
    )
    text: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("短信内容"), _l("发验证码"), Erased.ROW, read=lambda _: None)
    )
    state: Mapped[str] = mapped_column(String(8), default="due")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]

    @property
    def was_refused(self) -> bool:
        return self.state == "refused"


about_person(
    Residence,
    _l("住在哪里"),
    seen_by=SEEN_BY_STAFF,
    kept=_l("直到您退出或者删除"),
    whose=lambda ids: Residence.person_id.in_(ids),
    order=12,
)
about_person(
    DoorSlip,
    _l("用过的住户条"),
    seen_by=SEEN_BY_STAFF,
    kept=_l("直到您删除"),
    whose=lambda ids: DoorSlip.used_by_id.in_(ids),
    order=13,
)
about_person(
    VerificationRequest,
    _l("请社区认识您的时候留的"),
    seen_by=_l("当面核对的工作人员"),
    kept=_l("直到您退出或者删除"),
    whose=lambda ids: VerificationRequest.person_id.in_(ids),
    order=14,
)
about_person(
    Sms,
    _l("发给您的验证短信"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("发出去就删，号码和内容都不留"),
    whose=lambda ids: Sms.id.in_(
        select(VerificationRequest.sms_id).where(
            VerificationRequest.person_id.in_(ids), VerificationRequest.sms_id.is_not(None)
        )
    ),
    order=15,
)
