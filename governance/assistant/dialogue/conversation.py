"""The state of a conversation with one person in one room. A room is a group or a private conversation.

It holds the open question, the last report, photos that wait for a report, and the ticket mentioned last. Each expires
after half an hour; for five minutes further words may be taken as more of the same. The place of the last scan stays.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, OneOf, db, find_by, now, writing
from governance.core.jobs import job
from governance.core.personal import Erased, about_person, personal
from governance.core.translation import LazyText as _l
from governance.places.model import Place
from governance.tickets.model import Ticket

GOOD_FOR, JUST_NOW = timedelta(minutes=30), timedelta(minutes=5)
KEPT = timedelta(days=180)
WHETHER, WHERE, WHAT, MORE = "whether", "where", "what", "more"
QUESTIONS = (WHETHER, WHERE, WHAT, MORE)
WHICH, SOLVED, SCORE = "which", "solved", "score"  # about a finished ticket
FEEDBACK_QUESTIONS = (WHICH, SOLVED, SCORE)


class Conversation(Base):
    """`asked` is our open question and `words` its subject. `submission` identifies photos that came before any words.
    `ticket` is the last report of this person here; `mentioned` is the ticket mentioned last, of any reporter."""

    __tablename__ = "conversation"
    __allow_unmapped__ = True  # for `moment`
    __table_args__ = (
        UniqueConstraint("person_id", "room"),
        Index("ix_conversation_room", "room", "reported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    room: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str | None] = mapped_column(OneOf(8, (*QUESTIONS, *FEEDBACK_QUESTIONS)))
    words: Mapped[str | None] = mapped_column(Personal, info=personal(_l("正在问您的那句话"), _l("接着聊"), Erased.ROW))
    asked_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(String(36))
    photos_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    reported_at: Mapped[datetime | None]
    mentioned_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    mentioned_at: Mapped[datetime | None]
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("place.id"),
        info=personal(
            _l("上次说的地方"), _l("不用每次都说在哪"), Erased.ROW, read=lambda row: row.place and row.place.full_name
        ),
    )
    at: Mapped[datetime] = mapped_column(
        default=now, index=True, info=personal(_l("上次聊的时间"), _l("接着聊"), Erased.ROW)
    )

    moment: datetime | None = None  # when the turn in hand was said; None means now

    ticket: Mapped[Ticket | None] = relationship(foreign_keys=[ticket_id])
    mentioned: Mapped[Ticket | None] = relationship(foreign_keys=[mentioned_id])
    place: Mapped[Place | None] = relationship()

    @property
    def question(self) -> str | None:
        """Our open question about a matter, one of `QUESTIONS`; None when there is none or it has expired."""
        return self.asked if self.asked in QUESTIONS and self._is_fresh(self.asked_at) else None

    @property
    def feedback_question(self) -> str | None:
        """Our open question about a finished ticket, one of `FEEDBACK_QUESTIONS`."""
        return self.asked if self.asked in FEEDBACK_QUESTIONS and self._is_fresh(self.asked_at) else None

    @property
    def feedback_words(self) -> str:
        """What our open question about a finished ticket must remember."""
        return (self.words or "") if self.feedback_question else ""

    @property
    def question_words(self) -> str:
        """The words our open question is about."""
        return (self.words or "") if self.question else ""

    @property
    def just_asked(self) -> bool:
        return self.question is not None and self._is_fresh(self.asked_at, JUST_NOW)

    @property
    def last_report(self) -> Ticket | None:
        """The report that photos join."""
        return self.ticket if self._is_fresh(self.reported_at) else None

    @property
    def just_reported(self) -> Ticket | None:
        """The report that further words may be added to."""
        return self.ticket if self._is_fresh(self.reported_at, JUST_NOW) else None

    @property
    def last_mentioned(self) -> Ticket | None:
        """The ticket mentioned last, unless that has expired."""
        return self.mentioned if self._is_fresh(self.mentioned_at) else None

    @property
    def waiting_photos(self) -> str | None:
        """The submission under which photos wait for their report."""
        return self.submission if self._is_fresh(self.photos_at) else None

    @property
    def said_at(self) -> datetime:
        return self.moment or now()

    @property
    def moved_on(self) -> bool:
        """Was something reported or asked after the turn in hand was said? Then this turn arrived late."""
        return any(at and at > self.said_at for at in (self.reported_at, self.asked_at))

    def _is_fresh(self, at: datetime | None, good_for: timedelta = GOOD_FOR) -> bool:
        return at is not None and at > self.said_at - good_for

    def ask(self, question: str, words: str = "") -> None:
        """Open a question about these words. It replaces the one before."""
        self.asked, self.words, self.asked_at = question, words, self.said_at

    def close_question(self) -> None:
        self.asked = self.words = self.asked_at = None

    def discard(self) -> None:
        """Close the question and forget the photos that wait."""
        self.close_question()
        self.forget_photos()

    def forget_photos(self) -> None:
        self.submission = self.photos_at = None

    def mention(self, ticket: Ticket) -> None:
        self.mentioned, self.mentioned_at = ticket, self.said_at

    def remember_report(self, ticket: Ticket) -> None:
        """`ticket` was reported in this conversation. It closes the question and took the photos that waited."""
        self.discard()
        self.mention(ticket)
        self.ticket, self.reported_at, self.place_id = ticket, self.said_at, ticket.place_id


about_person(
    Conversation,
    _l("和小助手聊到哪了"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("半年不聊就删"),
    whose=lambda ids: Conversation.person_id.in_(ids),
    order=51,
)


def conversation_with(person_id: int, room: str, moment: datetime | None = None) -> Conversation:
    """The conversation with this person in this room, created if new. Call it inside `writing()`."""
    found = find_by(Conversation, person_id=person_id, room=room) or Conversation(person_id=person_id, room=room)
    found.at, found.moment = now(), moment
    db.session.add(found)
    db.session.flush()
    return found


def last_report_in_room(room: str) -> Ticket | None:
    """The latest report of anybody in this room within half an hour."""
    lately = (Conversation.room == room, Conversation.reported_at > now() - GOOD_FOR)
    conversation = db.session.scalars(
        select(Conversation).where(*lately).order_by(Conversation.reported_at.desc()).limit(1)
    ).first()
    return conversation.ticket if conversation else None


@job("relay.forget_talks", every=3600)
def forget_conversations() -> None:
    """Delete conversations unused for 180 days."""
    with writing():
        db.session.execute(delete(Conversation).where(Conversation.at < now() - KEPT))
