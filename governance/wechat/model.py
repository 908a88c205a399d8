"""Rows that all processes share: Tencent's tokens, and the parametric codes of places."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.crypto import Personal
from governance.core.db import Base, now


class WechatToken(Base):
    """A token or ticket of a `side`, and the lease of whoever fetches the next one.

    `fetched_at` is the version: the lease is given only while it is unchanged. Until `rest_until` nobody fetches,
    because `trouble` would only repeat; another secret (`secret_digest`) may.
    """

    __tablename__ = "wechat_token"
    __table_args__ = (UniqueConstraint("side", "app_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(String(20))
    app_id: Mapped[str] = mapped_column(String(64))
    token: Mapped[str | None] = mapped_column(Personal)  # 512 characters and more
    fetched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    secret_digest: Mapped[str | None] = mapped_column(String(43))
    trouble: Mapped[str | None] = mapped_column(String(200))
    rest_until: Mapped[datetime | None]


class WechatCode(Base):
    """The permanent parametric code of a place. Who scans it may follow the account, and we are told the place."""

    __tablename__ = "wechat_code"
    __table_args__ = (
        CheckConstraint("state IN ('due','made','refused')", name="state"),
        Index("ix_wechat_code_of_place", "app_id", "place_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[str] = mapped_column(String(64), index=True)
    scene: Mapped[str] = mapped_column(String(64))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    asked: Mapped[int] = mapped_column(default=0)  # how often WeChat was asked for it, as each may count
    state: Mapped[str] = mapped_column(String(8), default="due")
    url: Mapped[str | None] = mapped_column(Text)
    trouble: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def is_coming(self) -> bool:
        return self.state == "due"
