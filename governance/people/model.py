"""Rows for persons, identities, posts, bodies and staff sessions."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, OneOf, now
from governance.core.translation import AnyText, LazyText
from governance.core.translation import LazyText as _l
from governance.places.model import Place
from governance.places.place_columns import PLACE
from governance.places.placed import Placed

if TYPE_CHECKING:
    from governance.people.households import Residence

ROLES = {
    "grid": _l("网格员"),
    "community": _l("社区工作人员"),
    "street": _l("街道工作人员"),
    "district": _l("区级工作人员"),
    "body": _l("承办单位"),
    "auditor": _l("审计"),
}

IDENTITIES = ("device", "phone", "account", "member", "openid", "userid")
KNOWN_BY = {"slip": _l("住户条"), "worker": _l("工作人员当面确认"), "sms": _l("短信验证"), "wechat": _l("微信")}
LEFT = "已退出的居民"

IDLE = timedelta(hours=4)  # a session unused for so long ends; a long round on foot is shorter
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", _l("鸿蒙手机")),
    ("Android", _l("安卓手机")),
    ("Windows", _l("Windows 电脑")),
    ("Macintosh", _l("苹果电脑")),
    ("Linux", _l("Linux 电脑")),
)

Moment = datetime | BindParameter[datetime]


class Body(Placed, Base):
    """A property company, department or utility that does work. Offices within `place` may send it tickets."""

    __tablename__ = "body"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(String(20))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)

    place: Mapped[Place] = relationship()

    @property
    def stands_at(self) -> Place:
        return self.place

    @staticmethod
    def standing_id() -> Any:
        return Body.place_id


class Person(Base):
    """A resident or a member of staff. An unverified device is a person too.

    A resident is known since `known_at` and may then write what others read; `known_place_id` is the place of it.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint(f"known_by IN {tuple(KNOWN_BY)}", name="known_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str | None] = mapped_column(String(30))
    name: Mapped[str | None] = mapped_column(Personal)
    phone: Mapped[str | None] = mapped_column(Personal)
    created_at: Mapped[datetime] = mapped_column(default=now)
    erased_at: Mapped[datetime | None]
    known_at: Mapped[datetime | None]
    known_by: Mapped[str | None] = mapped_column(String(8))
    known_place_id: Mapped[int | None] = mapped_column(index=True, info=PLACE)  # places are never deleted
    nickname_key: Mapped[str | None] = mapped_column(String(30), index=True)
    consented_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None]

    posts: Mapped[list["Post"]] = relationship(back_populates="person", order_by="Post.id")
    identities: Mapped[list["Identity"]] = relationship(back_populates="person", order_by="Identity.id")
    known_place: Mapped[Place | None] = relationship(
        primaryjoin=lambda: Place.id == foreign(Person.known_place_id), viewonly=True
    )
    residences: Mapped[list["Residence"]] = relationship(back_populates="person", order_by="Residence.id")

    @property
    def how_known(self) -> AnyText:
        return KNOWN_BY.get(self.known_by or "", "")

    @property
    def account(self) -> "Identity | None":
        """The staff account, if this person has one."""
        return next((identity for identity in self.identities if identity.kind == "account"), None)


class Identity(Base):
    """One way to recognise a person: device cookie, phone, staff account, group member, WeChat or WeCom.

    `subject` is a keyed hash, for accounts the account name. `handle` is the address to write to: openid or userid.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(OneOf(10, IDENTITIES))
    subject: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str | None] = mapped_column(String(200))
    handle: Mapped[str | None] = mapped_column(Personal)
    must_change: Mapped[bool] = mapped_column(default=False)  # another person knows the password
    disabled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="identities")


class Post(Placed, Base):
    """A role at a place or in a body, from `since` to `until`. Its rights end with it, at once."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("(role = 'body') = (body_id IS NOT NULL)", name="body"),
        CheckConstraint("(body_id IS NULL) <> (place_id IS NULL)", name="where"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(OneOf(10, ROLES))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="posts")
    place: Mapped[Place | None] = relationship()
    body: Mapped[Body | None] = relationship()

    @property
    def label(self) -> LazyText:
        return ROLES[self.role]

    @property
    def where(self) -> str:
        return self.place.name if self.place else self.body.name if self.body else ""

    @property
    def stands_at(self) -> Place:
        """The place of the post; for a post in a body, the place of the body."""
        place = self.place or (self.body.place if self.body else None)
        if place is None:
            raise LookupError(f"post {self.id} is neither at a place nor in a body")
        return place

    @staticmethod
    def standing_id() -> Any:
        in_body = select(Body.place_id).where(Body.id == Post.body_id).correlate(Post).scalar_subquery()
        return func.coalesce(Post.place_id, in_body)

    def in_force(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or self.until > moment)

    @staticmethod
    def serving(moment: Moment) -> ColumnElement[bool]:
        """Held by a person whose account is not disabled."""
        shut = exists().where(
            Identity.person_id == Post.person_id, Identity.kind == "account", Identity.disabled_at.is_not(None)
        )
        return and_(Post.held(moment), ~shut)

    @staticmethod
    def held(moment: Moment) -> ColumnElement[bool]:
        return and_(Post.since <= moment, or_(Post.until.is_(None), Post.until > moment))


class StaffSession(Base):
    """One signed-in browser. The cookie holds a random token, the row its hash. Revoking it takes effect at once."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"), index=True)
    agent: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    identity: Mapped[Identity] = relationship()

    @property
    def is_awake(self) -> bool:
        """Neither expired nor idle too long."""
        return self.expires_at > now() and self.seen_at > now() - IDLE

    @staticmethod
    def awake() -> ColumnElement[bool]:
        return and_(StaffSession.expires_at > now(), StaffSession.seen_at > now() - IDLE)

    @property
    def device(self) -> AnyText:
        """The kind of device; empty when it is not recognised."""
        return next((name for mark, name in DEVICES if mark in self.agent), "")
