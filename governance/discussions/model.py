"""Rows of topics and of their statements, voices, replies, reviews and deeds, with read-only properties."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from governance.core.db import Base, OneOf, db, now
from governance.core.personal import Erased, personal
from governance.core.translation import LazyText as _l
from governance.discussions.lifecycle import LIFE, PROPOSED, TopicMove, TopicState
from governance.people.model import Person
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.place_columns import AreaColumns

STATES = tuple(state.name for state in LIFE.states)
SHOWN, WAITING, HIDDEN = "shown", "waiting", "hidden"
AGREE, DISAGREE, PASS = 1, -1, 0
VOICES = {"agree": AGREE, "disagree": DISAGREE, "pass": PASS}
SAID = {AGREE: "同意", DISAGREE: "不同意", PASS: "不好说"}
TAKEN_BACK = "（本人已删去）"
_TO_TALK = _l("和邻居一起商量")
_TO_COUNT = _l("知道大家怎么想；别人只看到人数")
DONE_WELL = {"yes": "办得好", "partly": "办了一部分", "no": "没办好"}


class Topic(AreaColumns, Base):
    """One topic of discussion. `checked_at` is the time staff made it public; `version` is the version of its page.

    `urgent`: somebody may be in danger or in despair; it stays hidden until staff publish a wording of their own.
    """

    __tablename__ = "topic"
    __table_args__ = (
        UniqueConstraint("author_id", "submission"),
        Index("ix_topic_here", "place_id", "state", "id"),
        *(Index(f"ix_topic_{kind}", f"{kind}_id", "state", "id") for kind in AREAS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    submission: Mapped[str] = mapped_column(String(36))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    title: Mapped[str] = mapped_column(String(40), info=personal(_l("议题"), _TO_TALK, left=TAKEN_BACK))
    words: Mapped[str] = mapped_column(Text, default="", info=personal(_l("您说的"), _TO_TALK, left=""))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    official: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(OneOf(12, STATES), default=PROPOSED)
    checked_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    proposed_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("什么时候"), _TO_TALK, Erased.ANONYMOUS)
    )
    changed_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    people: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    table: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tallied_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship()
    author: Mapped[Person] = relationship()
    merged_into: Mapped["Topic | None"] = relationship(remote_side=[id])

    @property
    def status(self) -> TopicState:
        return LIFE.state(self.state)

    def next_moves(self) -> tuple[TopicMove, ...]:
        return LIFE.open_from(self.state)


class TopicFollow(Base):
    """A person who follows a topic; `seen_at` is their last visit."""

    __tablename__ = "topic_follow"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("上次看的时间"), _l("告诉您有没有新进展"), Erased.ROW)
    )


class Spoken(Base):
    """Public words of a known author: shown, waiting for a staff check, or hidden with a reason."""

    __abstract__ = True
    noun: ClassVar[str]

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    submission: Mapped[str] = mapped_column(String(36))
    official: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    from_group: Mapped[bool] = mapped_column(default=False)  # 转自群聊: said in a group, entered here by staff
    state: Mapped[str] = mapped_column(String(8), default=SHOWN)
    reason: Mapped[str] = mapped_column(String(200), default="")
    appeal: Mapped[str] = mapped_column(
        String(200), default="", info=personal(_l("您的申诉"), _l("请社区再看一遍"), left="")
    )
    answered_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候"), _TO_TALK, Erased.ANONYMOUS))

    words: Mapped[str]

    @declared_attr
    def topic(cls) -> Mapped[Topic]:
        return relationship(Topic)

    @declared_attr
    def author(cls) -> Mapped[Person]:
        return relationship(Person)

    @property
    def is_waiting(self) -> bool:
        return self.state == WAITING

    @property
    def is_hidden(self) -> bool:
        return self.state == HIDDEN


class Statement(Spoken):
    """One short statement that people vote on. The worker computes the counts from the voices."""

    __tablename__ = "statement"
    __table_args__ = (
        CheckConstraint(f"state IN {(SHOWN, WAITING, HIDDEN)}", name="state"),
        UniqueConstraint("author_id", "submission"),
        Index("ix_statement_topic", "topic_id", "state", "id"),
        Index("ix_statement_state", "state", "topic_id"),
    )
    noun = "statement"

    words: Mapped[str] = mapped_column(String(140), info=personal(_l("您说的"), _TO_TALK, left=TAKEN_BACK))
    agreed: Mapped[int] = mapped_column(default=0)
    disagreed: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)

    @property
    def voices(self) -> int:
        return self.agreed + self.disagreed + self.passed


class Reply(Spoken):
    """A reply in a thread: to the topic, to a statement, or to another reply (`parent`)."""

    __tablename__ = "reply"
    __table_args__ = (
        CheckConstraint(f"state IN {(SHOWN, WAITING, HIDDEN)}", name="state"),
        UniqueConstraint("author_id", "submission"),
        Index("ix_reply_topic", "topic_id", "parent_id", "id"),
        Index("ix_reply_state", "state", "topic_id"),
    )
    noun = "reply"

    words: Mapped[str] = mapped_column(String(300), info=personal(_l("您说的"), _TO_TALK, left=TAKEN_BACK))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), index=True)

    statement: Mapped[Statement | None] = relationship()


class Voice(Base):
    """One person's voice on one statement; a later voice replaces it. Not an event."""

    __tablename__ = "voice"
    __table_args__ = (CheckConstraint("answer IN (1, -1, 0)", name="answer"),)

    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    answer: Mapped[int] = mapped_column(
        info=personal(_l("您的态度"), _TO_COUNT, Erased.ANONYMOUS, read=lambda row: SAID[row.answer])
    )
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候"), _TO_COUNT, Erased.ANONYMOUS))


class Flag(Base):
    """A person's objection to words. Staff check it; nothing is hidden automatically."""

    __tablename__ = "flag"
    __table_args__ = (
        CheckConstraint("noun IN ('statement','reply')", name="noun"),
        Index("ix_flag_open", "topic_id", "settled_at"),
    )

    noun: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    words: Mapped[str] = mapped_column(
        String(200), default="", info=personal(_l("为什么不合适"), _l("请社区看一看"), Erased.ROW)
    )
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候"), _l("请社区看一看"), Erased.ROW))
    settled_at: Mapped[datetime | None]


class Review(Base):
    """One person's review of how a decision was carried out; a later review replaces it."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint(f"well IN {tuple(DONE_WELL)}", name="well"),)

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    well: Mapped[str] = mapped_column(
        String(6), info=personal(_l("办得怎样"), _TO_COUNT, Erased.ANONYMOUS, read=lambda row: DONE_WELL[row.well])
    )
    words: Mapped[str] = mapped_column(
        String(200), default="", info=personal(_l("您说的"), _l("知道哪里没办好"), left="")
    )
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候"), _TO_COUNT, Erased.ANONYMOUS))


class Deed(AreaColumns, Base):
    """A deed 办实事: a completed result for residents, counted at its place."""

    __tablename__ = "deed"
    __table_args__ = tuple(Index(f"ix_deed_{kind}", f"{kind}_id", "done_on", "id") for kind in AREAS)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    title: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    place: Mapped[Place] = relationship()
    topic: Mapped[Topic] = relationship()


class Watchword(Base):
    """A word that holds a contribution for a staff check. Officers maintain the list; a match never hides words."""

    __tablename__ = "watchword"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(20), unique=True)


def follows(topic: Topic, person_id: int | None) -> TopicFollow | None:
    return db.session.get(TopicFollow, (topic.id, person_id)) if person_id else None
