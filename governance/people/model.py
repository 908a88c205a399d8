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

from governance.core.crypto import Personal, masked_name, masked_phone
from governance.core.db import Base, OneOf, db, now
from governance.core.personal import Erased, about_person, personal
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
RECOGNISED_BY = {
    "device": _l("这台手机里的一串随机数，不是手机号"),
    "phone": _l("手机号算出来的一串码"),
    "account": _l("工作账号"),
    "member": _l("您在群里说话时，群机器人给的一串码"),
    "openid": _l("微信公众号给的一串码，只在这个公众号里有用"),
    "userid": _l("企业微信账号"),
}
KNOWN_BY = {"slip": _l("住户条"), "worker": _l("工作人员当面确认"), "sms": _l("短信验证"), "wechat": _l("微信")}
LEFT = "已退出的居民"


def _is_encrypted(_handle: str | None) -> AnyText:
    return _l("加密存着")


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
    nickname: Mapped[str | None] = mapped_column(
        String(30), info=personal(_l("昵称"), _l("您在议事厅说话时，邻居看到的名字"), left=LEFT)
    )
    name: Mapped[str | None] = mapped_column(Personal, info=personal(_l("姓名"), _l("社区认识您"), masked=masked_name))
    phone: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("手机号"), _l("短信验证您是这里的居民"), masked=masked_phone)
    )
    created_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("第一次来"), _l("防止有人一下子乱报"), Erased.ANONYMOUS)
    )
    erased_at: Mapped[datetime | None]
    known_at: Mapped[datetime | None] = mapped_column(info=personal(_l("认识的时间"), _l("能在议事厅说话")))
    known_by: Mapped[str | None] = mapped_column(
        String(8), info=personal(_l("怎么认识的"), _l("能在议事厅说话"), read=lambda row: row.how_known)
    )
    known_place_id: Mapped[int | None] = mapped_column(  # places are never deleted
        index=True,
        info=PLACE | personal(_l("在哪里认识的"), _l("知道您是哪里的居民"), read=lambda row: row.known_place.full_name),
    )
    nickname_key: Mapped[str | None] = mapped_column(
        String(30), index=True, info=personal(_l("昵称"), _l("不让两个人用一样的昵称"), read=lambda _: None)
    )
    consented_at: Mapped[datetime | None] = mapped_column(
        info=personal(_l("同意用昵称发言的时间"), _l("您同意过，大家能看到您说的话"))
    )
    left_at: Mapped[datetime | None] = mapped_column(
        info=personal(_l("退出的时间"), _l("不再显示您的名字"), Erased.ANONYMOUS)
    )
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
    kind: Mapped[str] = mapped_column(
        OneOf(10, IDENTITIES),
        info=personal(
            _l("靠什么认出您"),
            _l("下次来还认得，您能看到自己报的事"),
            Erased.ROW,
            read=lambda row: RECOGNISED_BY[row.kind],
        ),
    )
    subject: Mapped[str] = mapped_column(
        String(64), info=personal(_l("一串码"), _l("下次来还认得"), Erased.ROW, read=lambda _: None)
    )
    secret: Mapped[str | None] = mapped_column(
        String(200), info=personal(_l("工作账号的密码（只存校验码）"), _l("登录"), Erased.ROW, read=lambda _: None)
    )
    handle: Mapped[str | None] = mapped_column(
        Personal,
        info=personal(_l("微信给的号码"), _l("您同意以后，用微信告诉您进度"), Erased.ROW, masked=_is_encrypted),
    )
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
    def serves_grid(place_id: int | None) -> bool:
        """Whether a grid worker holds a post at this grid now."""
        working = exists().where(Post.place_id == place_id, Post.role == "grid", Post.serving(now()))
        return place_id is not None and bool(db.session.scalar(select(working)))

    @staticmethod
    def held(moment: Moment) -> ColumnElement[bool]:
        return and_(Post.since <= moment, or_(Post.until.is_(None), Post.until > moment))


class StaffSession(Base):
    """One signed-in browser. The cookie holds a random token, the row its hash. Revoking it takes effect at once."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"), index=True)
    agent: Mapped[str] = mapped_column(
        String(120), default="", info=personal(_l("浏览器"), _l("认出是不是本人在登录"), Erased.ROW)
    )
    created_at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("登录时间"), _l("登录"), Erased.ROW))
    seen_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("上次用的时间"), _l("太久不用就退出"), Erased.ROW)
    )
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


SEEN_BY_STAFF = _l("社区以上的工作人员；每次查看都记一笔，您能看到")
about_person(
    Person,
    _l("您是谁"),
    seen_by=SEEN_BY_STAFF,
    kept=_l("直到您退出或者删除"),
    whose=lambda ids: Person.id.in_(ids),
    order=10,
)
about_person(
    Identity,
    _l("怎么认出您"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("直到您删除"),
    whose=lambda ids: Identity.person_id.in_(ids),
    order=11,
)
about_person(
    StaffSession,
    _l("工作账号在哪里登录"),
    seen_by=_l("本人"),
    kept=_l("退出登录以后不再用"),
    whose=lambda ids: StaffSession.identity_id.in_(select(Identity.id).where(Identity.person_id.in_(ids))),
    order=19,
)
