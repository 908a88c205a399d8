"""Rows of notices with read-only properties. actions.py has their moves."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.db import Base, OneOf, now
from governance.notices import lifecycle as life
from governance.notices.lifecycle import LIFE, NoticeMove, NoticeState
from governance.people.model import Person
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.place_columns import AreaColumns

READERS = {"residents": "居民群", "workers": "工作群", "both": "居民群和工作群"}


class Notice(AreaColumns, Base):
    """A notice of a community, street or district to all groups in and below a place.

    `event_id` is the event that groups were sent.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(f"audience IN {tuple(READERS)}", name="audience"),
        *(Index(f"ix_notice_{kind}", f"{kind}_id", "id") for kind in AREAS),
        Index("ix_notice_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    submission: Mapped[str] = mapped_column(String(36))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    title: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(10))
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(OneOf(10, (state.name for state in LIFE.states)), default=life.DRAFT)
    answer: Mapped[str | None] = mapped_column(String(300))  # why it was declined or stopped
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=author_id)
    approver: Mapped[Person | None] = relationship(foreign_keys=approver_id)

    @property
    def status(self) -> NoticeState:
        return LIFE.state(self.state)

    @property
    def audiences(self) -> tuple[str, ...]:
        return ("residents", "workers") if self.audience == "both" else (self.audience,)

    @property
    def readers(self) -> str:
        return READERS[self.audience]

    @property
    def digest(self) -> str:
        """A digest of the content, audience and place. An approval must carry the digest of the current content."""
        facts = (self.title, self.words, self.audience, self.urgent, self.place_id)
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def is_stopped(self) -> bool:
        return self.state == life.STOPPED

    @property
    def may_change(self) -> bool:
        return self.state == life.DRAFT

    @property
    def waits(self) -> bool:
        return self.state == life.ASKED

    @property
    def is_out(self) -> bool:
        return self.status.out

    def next_moves(self) -> tuple[NoticeMove, ...]:
        return LIFE.open_from(self.state)
