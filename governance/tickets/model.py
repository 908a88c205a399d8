"""Models of tickets and their related rows, with derived properties. Actions are elsewhere."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    event,
    exists,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from governance.core.crypto import Personal, masked_name, masked_phone
from governance.core.db import LARGEST, Base, OneOf, db, in_literals, now
from governance.core.personal import Erased, personal
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.people.model import Body, Person, Post
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.place_columns import AreaColumns
from governance.tickets.lifecycle import LIFE, OFFICES, RUNNING, SUBMITTED, UNTAKEN, TicketMove, TicketState
from governance.triage.bodies import is_named
from governance.triage.masking import WHERE, masked

SOURCES: dict[str, AnyText] = {
    "code": _l("扫码"),
    "12345": "12345",
    "phone": _l("来电"),
    "walk_in": _l("当面"),
    "patrol": _l("巡查"),
    "group": _l("群里"),
    "topic": _l("议事厅"),
    "hall": _l("议事厅里的话"),
}
STATES = tuple(state.name for state in LIFE.states)
SOLVED = {"yes": _l("解决了"), "partly": _l("好了一部分"), "no": _l("没解决")}
ROLES = {"reporter": _l("您报的"), "joiner": _l("您也遇到")}
_KNOWN_ROLES = "known_roles"  # of a loaded ticket
_TO_HANDLE = _l("办这件事")
_UNREAD = _l("有（读不出写了什么）")
_TO_COUNT = _l("知道有多少人遇到、多少人说好")


class Category(Base):
    """One kind of problem, with its time limit and its requirements for a finish.

    `above_grid`: reports of it go to the community. The grid worker, whom they may be about, sees none.
    """

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(30), unique=True)
    label: Mapped[str] = mapped_column(String(12), unique=True)
    hint: Mapped[str] = mapped_column(String(60), default="")
    hours: Mapped[int]
    private: Mapped[bool] = mapped_column(default=False)
    above_grid: Mapped[bool] = mapped_column(default=False, server_default=false())
    photo_to_finish: Mapped[bool] = mapped_column(default=False)
    scan_to_finish: Mapped[bool] = mapped_column(default=False)
    verify: Mapped[bool] = mapped_column(default=False)
    elsewhere: Mapped[str | None] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


def _runs(insert: Any) -> bool:
    """Return True if the clock runs in the state of the inserted row."""
    given = insert.get_current_parameters() if insert else {}
    return given.get("state", SUBMITTED) in RUNNING


class Ticket(AreaColumns, Base):
    """One reported problem. An office owns it; after dispatch a body owns it."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("submitter_id", "submission"),
        Index("ix_ticket_here", "place_id", "state", "id"),
        *(Index(f"ix_ticket_{kind}", f"{kind}_id", "running", "due_at", "id") for kind in AREAS),
        *(Index(f"ix_ticket_{kind}_all", f"{kind}_id", "id") for kind in AREAS),
        Index("ix_ticket_body", "body_id", "running", "due_at", "id"),
        Index("ix_ticket_handler", "handler_id", "running", "due_at", "id"),
        Index(  # SQLite uses it only for a condition written as the query writes it
            "ix_ticket_urgent",
            "id",
            sqlite_where=text("urgent = 1 AND state IN ('submitted', 'appealed')"),
            postgresql_where=text("urgent AND state IN ('submitted', 'appealed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    submitter_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submission: Mapped[str] = mapped_column(String(36))
    content_digest: Mapped[str | None] = mapped_column(  # keyed hash; None on rows older than the column
        String(43),
        info=personal(_l("比对用的记号"), _l("同一件事又交一次时认得出来"), masked=lambda _mark: _UNREAD),
    )
    place_id: Mapped[int] = mapped_column(
        ForeignKey("place.id"),
        info=personal(_l("在哪里"), _TO_HANDLE, Erased.ANONYMOUS, read=lambda row: row.place.full_name),
    )
    category_id: Mapped[int] = mapped_column(
        ForeignKey("category.id"),
        info=personal(_l("哪一类"), _TO_HANDLE, Erased.ANONYMOUS, read=lambda row: row.category.label),
    )
    source: Mapped[str] = mapped_column(OneOf(8, SOURCES), default="code")
    words: Mapped[str] = mapped_column(Text, default="", info=personal(_l("您说的"), _TO_HANDLE, left=""))
    where: Mapped[str] = mapped_column(String(40), default="", info=personal(_l("具体位置"), _l("找得到地方"), left=""))
    private: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())  # its words mention a danger
    contact_name: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("怎么称呼您"), _l("办这件事的人联系您"), masked=masked_name)
    )
    contact_phone: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("联系电话"), _l("办这件事的人联系您"), masked=masked_phone)
    )
    contact_sent: Mapped[bool] = mapped_column(default=False, server_default=false())  # the body may see the contact
    assisted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    state: Mapped[str] = mapped_column(OneOf(16, STATES), default=SUBMITTED)
    running: Mapped[bool] = mapped_column(default=_runs)  # derived from state, for indexes; a bulk UPDATE must set both
    round: Mapped[int] = mapped_column(default=1)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    finisher_id: Mapped[int | None]
    appeal_to: Mapped[str | None] = mapped_column(OneOf(10, OFFICES))  # looks again; None: nobody answered back
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    hold_reason: Mapped[str | None] = mapped_column(String(500))
    held_at: Mapped[datetime | None]
    joined: Mapped[int] = mapped_column(default=0)
    nudged: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("什么时候报的"), _l("按时办"), Erased.ANONYMOUS)
    )
    due_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    public_words: Mapped[str | None] = mapped_column(  # public wording; None: mask the words on each read
        Text, info=personal(_l("邻居看到的文字"), _l("让邻居知道有人报了"))
    )
    words_hidden: Mapped[bool] = mapped_column(default=False)
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]  # of the first round; a reopen keeps it
    first_resolved_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship()
    category: Mapped[Category] = relationship()
    body: Mapped[Body | None] = relationship()
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id])
    merged_into: Mapped["Ticket | None"] = relationship(remote_side=[id])
    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.id", viewonly=True)

    @validates("state")
    def _keep_running(self, _name: str, state: str) -> str:
        self.running = state in RUNNING
        return state

    @property
    def number(self) -> str:
        """The number for use on the phone: the id with a Luhn check digit (ISO/IEC 7812-1)."""
        return f"{self.id}-{check_digit(self.id)}"

    @property
    def status(self) -> TicketState:
        return LIFE.state(self.state)

    @property
    def is_late(self) -> bool:
        return too_late(self.state, self.due_at)

    @property
    def presses(self) -> bool:
        """The ticket is urgent and waits for the office that must look: nobody accepted it, or it was answered back."""
        return self.urgent and self.state in UNTAKEN

    @property
    def told(self) -> str:
        return told(self.words, self.where)

    @property
    def is_crisis(self) -> bool:
        """Somebody is in despair or was hurt: no due date is promised and no score asked."""
        return self.urgent and self.private

    @staticmethod
    def pressing() -> ColumnElement[bool]:
        """`presses` as an SQL condition that matches the partial index."""
        return and_(Ticket.urgent, in_literals(Ticket.state, UNTAKEN))

    @property
    def title(self) -> str:
        """The title for viewers who may read the words: their beginning, else the category."""
        return headline(self.words, self.category.label)

    @property
    def public_title(self) -> str:
        """The title for everybody: the beginning of the words if they are checked and not hidden, else the category."""
        may_be_read = self.checked_at and not self.words_hidden and not self.private
        return headline(self.said_publicly, self.category.label) if may_be_read else self.category.label

    @property
    def said_publicly(self) -> str:
        """The public wording: the wording by staff, else the words with numbers, doors and names masked."""
        return masked(self.words).text if self.public_words is None else self.public_words

    @property
    def masked_words(self) -> list[tuple[str, str]]:
        """The words in pieces, each with the kind of what is masked in it, or an empty kind."""
        pieces, last = list[tuple[str, str]](), 0
        for part in masked(self.words).parts:
            pieces += [(self.words[last : part.start], ""), (self.words[part.start : part.end], part.kind)]
            last = part.end
        return [piece for piece in [*pieces, (self.words[last:], "")] if piece[0]]

    @property
    def from_group(self) -> bool:
        """转自群聊: staff reported it from a chat group."""
        return self.source == "group" and self.assisted_by_id is not None

    @property
    def awaits_check(self) -> bool:
        """The ticket is public, but staff have not checked its words and photos yet."""
        return self.checked_at is None and not self.private

    @property
    def told_photos(self) -> list["Photo"]:
        """The photos of the report, without refused ones."""
        return [photo for photo in self.photos if photo.step == "report" and photo.state != "refused"]

    @property
    def body_words(self) -> str:
        """The words as the body reads them: without numbers and names unless the contact was sent, doors stay."""
        return self.words if self.contact_sent else self.masked_for_body

    @property
    def masked_for_body(self) -> str:
        return masked(self.words, WHERE).text

    def named_in_words(self, bodies: Iterable[str]) -> list[str]:
        """Those of these bodies that the words name; perhaps they complain of it."""
        return [name for name in bodies if is_named(name, self.words)]

    @property
    def owner(self) -> AnyText:
        """Who has it now, in words for residents: the community where the grid has no worker."""
        return self.body.name if self.body else office_at(self.grid_id)

    def next_moves(self) -> tuple[TicketMove, ...]:
        return LIFE.open_from(self.state)

    def is_followed_by(self, person_id: int | None, role: str) -> bool:
        return person_id is not None and self._role_of(person_id) == role

    def _role_of(self, person_id: int) -> str | None:
        """What this person is to this ticket. A page asks a dozen times; while writing, the answer may change."""
        if db.session.info.get("writing"):
            return db.session.scalar(ROLE, {"ticket": self.id, "person": person_id})
        known: dict[int, str | None] = self.__dict__.setdefault(_KNOWN_ROLES, {})
        if person_id not in known:
            known[person_id] = db.session.scalar(ROLE, {"ticket": self.id, "person": person_id})
        return known[person_id]

    @staticmethod
    def followed_by(person_id: int | None, role: str) -> ColumnElement[bool]:
        mine = select(Follow.ticket_id).filter_by(person_id=person_id, role=role)
        return exists(mine.where(Follow.ticket_id == Ticket.id).correlate(Ticket))


def office_at(grid_id: int | None) -> AnyText:
    """Who is sent a report in this grid, in words for residents."""
    return _l("网格员") if Post.serves_grid(grid_id) else _l("社区")


def told(words: str, where: str) -> str:
    """The words and the spot together: a danger may stand in either."""
    return "\n".join(filter(None, (words, where)))


def headline(words: str, category: str) -> str:
    """Return the beginning of the words, else the category."""
    first = words.strip().splitlines()[0] if words.strip() else ""
    return (first[:24] + "…" if len(first) > 24 else first) or category


def too_late(state: str, due_at: datetime) -> bool:
    return state in RUNNING and due_at < now()


def check_digit(number: int) -> int:
    digits = [int(digit) for digit in reversed(str(number))]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
    return -(doubled + sum(digits[1::2])) % 10


def _number_of(ticket_id: int | None) -> str | None:
    return f"{ticket_id}-{check_digit(ticket_id)}" if ticket_id else None


def read_number(text: str) -> int | None:
    """Return the id in a number that a person wrote, or None if the check digit is wrong."""
    digits = "".join(char for char in text if char.isdecimal())
    if not 2 <= len(digits) <= 18 or check_digit(int(digits[:-1])) != int(digits[-1]):
        return None
    number = int(digits[:-1])
    return number if number <= LARGEST else None


class Follow(Base):
    """A follower of a ticket, as reporter or joiner. One row per person and ticket."""

    __tablename__ = "follow"
    __table_args__ = (CheckConstraint("role IN ('reporter','joiner')", name="role"),)

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id"),
        primary_key=True,
        info=personal(_l("事情"), _l("告诉您办到哪了"), Erased.ROW, read=lambda row: _number_of(row.ticket_id)),
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(
        String(8), info=personal(_l("怎么有关"), _TO_COUNT, Erased.ROW, read=lambda row: ROLES[row.role])
    )
    since: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("从什么时候"), _l("告诉您办到哪了"), Erased.ROW)
    )
    hidden_at: Mapped[datetime | None] = mapped_column(
        info=personal(_l("什么时候从“我的”里拿走的"), _l("您不想在“我的”里看到它"), Erased.ROW)
    )


ROLE = select(Follow.role).where(Follow.ticket_id == bindparam("ticket"), Follow.person_id == bindparam("person"))


@event.listens_for(Ticket, "expire")
def _forget_roles(ticket: Ticket, _attributes: object) -> None:
    """Every `writing()` and every rollback expires what was read before."""
    ticket.__dict__.pop(_KNOWN_ROLES, None)


class Answer(Base):
    """One follower's answer in one round: solved or not, and how satisfied. No answer means no row."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint("solved IN ('yes','partly','no')", name="solved"),
        CheckConstraint("satisfied BETWEEN 1 AND 5", name="satisfied"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    solved: Mapped[str] = mapped_column(
        String(6),
        info=personal(_l("解决了吗"), _TO_COUNT, Erased.ANONYMOUS, read=lambda row: SOLVED[row.solved]),
    )
    satisfied: Mapped[int | None] = mapped_column(info=personal(_l("满意几分"), _TO_COUNT, Erased.ANONYMOUS))
    words: Mapped[str] = mapped_column(Text, default="", info=personal(_l("您说的"), _l("知道哪里没办好"), left=""))
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候"), _TO_COUNT, Erased.ANONYMOUS))


class Nudge(Base):
    """One person's 催一下 on one day. One row per person and day."""

    __tablename__ = "nudge"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date] = mapped_column(
        Date, primary_key=True, info=personal(_l("哪一天催的"), _l("一天只算一次"), Erased.ROW)
    )


class Photo(Base):
    """One photo. It stays in quarantine until the job worker has cleaned it; no route serves the original."""

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("state IN ('quarantine','clean','refused')", name="state"),
        Index("ix_photo_staged", "person_id", "submission"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(24), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submission: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(
        String(64), info=personal(_l("照片的指纹"), _l("同一张不存两遍"), Erased.ROW, read=lambda _: None)
    )
    ticket_id: Mapped[int | None] = mapped_column(
        ForeignKey("ticket.id"),
        index=True,
        info=personal(_l("事情"), _l("办这件事"), Erased.ROW, read=lambda row: _number_of(row.ticket_id)),
    )
    step: Mapped[str] = mapped_column(String(10), default="report")
    state: Mapped[str] = mapped_column(String(10), default="quarantine")
    reason: Mapped[str | None] = mapped_column(String(80))
    let_out: Mapped[bool] = mapped_column(default=False, server_default=false())  # staff let neighbours see it
    width: Mapped[int | None]
    height: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=now, info=personal(_l("什么时候交的"), _l("办这件事"), Erased.ROW))

    @property
    def shows(self) -> bool:
        return self.state == "clean"


class Slip(Base):
    """The slip of an assisted report; its holder can read and undo the report. Stores only the hash of the secret."""

    __tablename__ = "slip"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(
        String(64),
        unique=True,
        info=personal(_l("凭条的一串码"), _l("凭条能看办到哪了"), Erased.ROW, read=lambda _: None),
    )
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(
        default=now, info=personal(_l("什么时候替您报的"), _l("凭条能看办到哪了"), Erased.ROW)
    )
    undone_at: Mapped[datetime | None]
