"""What we remember of a talk with somebody in one room, which is a group, or alone with us.

That is what we asked, the last report, which photos join, and the ticket spoken of last: each is good for half an
hour; for some minutes what is said may be more of the same. Where somebody last scanned stays longer.
"""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal
from governance.core.db import Base, db, now, writing
from governance.core.db import find_by as one
from governance.core.jobs import job
from governance.places.model import Place
from governance.tickets.model import Ticket

GOOD_FOR, JUST_NOW = timedelta(minutes=30), timedelta(minutes=5)
KEPT = timedelta(days=180)
WHETHER, WHERE, WHAT, MORE = "whether", "where", "what", "more"
QUESTIONS = (WHETHER, WHERE, WHAT, MORE)


class Conversation(Base):
    """`asked` is our open question, `words` what it is about; `submission` holds photos that came before any words.
    `ticket` is what was reported here last, `spoken` what was spoken of last, their own or not."""

    __tablename__ = "conversation"
    __allow_unmapped__ = True  # for `moment`
    __table_args__ = (
        UniqueConstraint("person_id", "room"),
        Index("ix_conversation_room", "room", "reported_at"),
        CheckConstraint(f"asked IN {QUESTIONS}", name="asked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    room: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str | None] = mapped_column(String(8))
    words: Mapped[str | None] = mapped_column(Personal)
    asked_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(String(36))
    photos_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    reported_at: Mapped[datetime | None]
    mentioned_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    mentioned_at: Mapped[datetime | None]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    at: Mapped[datetime] = mapped_column(default=now, index=True)

    moment: datetime | None = None  # when what is heard now was said; now, if nothing else was told

    ticket: Mapped[Ticket | None] = relationship(foreign_keys=[ticket_id])
    mentioned: Mapped[Ticket | None] = relationship(foreign_keys=[mentioned_id])
    place: Mapped[Place | None] = relationship()

    @property
    def question(self) -> str | None:
        """What we asked and still wait for."""
        return self.asked if self._is_fresh(self.asked_at) else None

    @property
    def begun(self) -> str:
        """What our open question is about."""
        return (self.words or "") if self.question else ""

    @property
    def just_asked(self) -> bool:
        return self.question is not None and self._is_fresh(self.asked_at, JUST_NOW)

    @property
    def report(self) -> Ticket | None:
        """The report that what is said now belongs to."""
        return self.ticket if self._is_fresh(self.reported_at) else None

    @property
    def just_reported(self) -> Ticket | None:
        """The report that more may be said of."""
        return self.ticket if self._is_fresh(self.reported_at, JUST_NOW) else None

    @property
    def subject(self) -> Ticket | None:
        """The ticket that was spoken of last, if that was just now."""
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
        """Did they begin something since what is heard now, which comes late?"""
        return any(at and at > self.said_at for at in (self.reported_at, self.asked_at))

    def _is_fresh(self, at: datetime | None, good_for: timedelta = GOOD_FOR) -> bool:
        return at is not None and at > self.said_at - good_for

    def ask(self, question: str, words: str = "") -> None:
        self.asked, self.words, self.asked_at = question, words, self.said_at

    def answered(self) -> str:
        """The question is settled; what it was about."""
        words, self.asked, self.words, self.asked_at = self.words or "", None, None, None
        return words

    def drop(self) -> None:
        """Nothing that was asked or sent is to be gone on with."""
        self.answered()
        self.submission = self.photos_at = None

    def speak_of(self, ticket: Ticket) -> None:
        self.mentioned, self.mentioned_at = ticket, self.said_at

    def reported(self, ticket: Ticket) -> None:
        self.answered()
        self.speak_of(ticket)
        self.ticket, self.reported_at, self.place_id = ticket, self.said_at, ticket.place_id
        self.submission = self.photos_at = None


def conversation_with(person_id: int, room: str, moment: datetime | None = None) -> Conversation:
    """The talk in this room as of when something was said there. Call it inside `writing()`."""
    found = one(Conversation, person_id=person_id, room=room) or Conversation(person_id=person_id, room=room)
    found.at, found.moment = now(), moment
    db.session.add(found)
    db.session.flush()
    return found


def reported_lately(room: str) -> Ticket | None:
    """What anybody reported last in this room, if that was just now."""
    lately = (Conversation.room == room, Conversation.reported_at > now() - GOOD_FOR)
    conversation = db.session.scalars(
        select(Conversation).where(*lately).order_by(Conversation.reported_at.desc()).limit(1)
    ).first()
    return conversation.ticket if conversation else None


@job("relay.forget_talks", every=3600)
def forget_talks() -> None:
    with writing():
        db.session.execute(delete(Conversation).where(Conversation.at < now() - KEPT))
