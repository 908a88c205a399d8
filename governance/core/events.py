"""The record. Actions append events; a sealer hashes them later into one hash chain per stream.

An event's hash is SHA-256 over the hash before it and its own facts in canonical form. Free words are stored beside it:
the chain covers only a salted hash of them. Erasing words and salt leaves a chain that still verifies and nothing to
recover (PIPL art. 47). The caller gives stream and scope: core knows no place.
"""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.db import Base, connection, db, now, partial_index, writing
from governance.core.personal import about_person, personal
from governance.core.sql_statements import Insert
from governance.core.translation import LazyText as _l

GENESIS = "0" * 64
BATCH = 500


class Event(Base):
    """One act: who, what, to which row, under whom at the time, with plain facts."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        Index("ix_event_subject", "noun", "subject_id", "id"),
        Index("ix_event_verb", "noun", "verb", "at"),
        Index("ix_event_unsealed", "id", **partial_index("seq IS NULL")),
        Index("ix_event_unprocessed", "id", **partial_index("processed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    noun: Mapped[str] = mapped_column(String(30))
    verb: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    stream: Mapped[int]
    scope: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[str | None] = mapped_column(Text, info=personal(_l("话"), _l("以后能查清楚说过什么、办过什么")))
    salt: Mapped[str | None] = mapped_column(
        String(32), info=personal(_l("校验这句话用的随机数"), _l("证明话没有被改过"), read=lambda _: None)
    )
    words_hash: Mapped[str | None] = mapped_column(String(64))
    processed_at: Mapped[datetime | None]
    seq: Mapped[int | None]
    prev: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))

    @property
    def name(self) -> str:
        return f"{self.noun}.{self.verb}"

    def facts(self) -> list[Any]:
        """What the hash covers, in a fixed order."""
        at = self.at.isoformat(timespec="microseconds")
        return [
            at,
            self.name,
            self.subject_id,
            self.scope,
            self.actor_id,
            self.actor,
            self.data,
            self.words_hash,
        ]


about_person(
    Event,
    _l("留痕"),
    seen_by=_l("办这件事的社区、街道、区里的人"),
    kept=_l("和事情一起留着；您删除以后，只剩办了哪一步、什么时间"),
    whose=lambda ids: and_(Event.noun == "person", Event.subject_id.in_(ids)),
    order=90,
    searched=lambda ids: Event.actor_id.in_(ids),
)
EVENT = Insert(Event)
_OF_SUBJECT = (Event.noun == bindparam("noun"), Event.subject_id == bindparam("subject"))
HISTORY = select(Event).where(*_OF_SUBJECT).order_by(Event.id)
UNSEALED = select(Event.stream).where(Event.seq.is_(None)).limit(1)


def record(name: str, subject_id: int, /, **facts: Any) -> Event:
    """Append one event and return it as an object."""
    return db.session.get_one(Event, append(name, subject_id, **facts))


def append(
    name: str,
    subject_id: int,
    /,
    *,
    stream: int,
    scope: str,
    actor: str,
    actor_id: int | None = None,
    words: str = "",
    **data: Any,
) -> int:
    """Append one event to the current transaction; returns its id. `name` is `noun.verb`; `data` are plain facts."""
    noun, verb = name.split(".")
    salt = secrets.token_hex(16) if words else None
    return EVENT.new(
        connection(),
        noun=noun,
        verb=verb,
        subject_id=subject_id,
        stream=stream,
        scope=scope,
        actor=actor,
        actor_id=actor_id,
        data=data,
        words=words or None,
        salt=salt,
        words_hash=_sha(salt + words) if salt else None,
    )


def forget_words(event: Event) -> None:
    """Erase the words of an event. The hash chain still verifies."""
    event.words = event.salt = None


def history(noun: str, subject_id: int) -> list[Event]:
    return list(db.session.scalars(HISTORY, {"noun": noun, "subject": subject_id}))


def line_hash(prev: str, seq: int, facts: list[Any]) -> str:
    return _sha(prev + json.dumps([seq, *facts], ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def seal() -> bool:
    """Hash one batch of unsealed events. One of several sealers wins; the others look again."""
    stream = db.session.scalars(UNSEALED).first()
    db.session.rollback()
    if stream is None:
        return False
    try:
        with writing():
            _seal_stream(stream)
    except IntegrityError:
        return False
    return True


def _seal_stream(stream: int) -> None:
    seq, prev = head(stream)
    fresh = select(Event).where(Event.stream == stream, Event.seq.is_(None)).order_by(Event.id).limit(BATCH)
    for event in db.session.scalars(fresh):
        seq += 1
        event.seq, event.prev, event.hash = seq, prev, line_hash(prev, seq, event.facts())
        prev = event.hash


def head(stream: int) -> tuple[int, str]:
    """Number and hash of the last sealed event of a stream; (0, GENESIS) before the first."""
    top = select(func.max(Event.seq)).where(Event.stream == stream).scalar_subquery()
    row = db.session.execute(select(Event.seq, Event.hash).where(Event.stream == stream, Event.seq == top)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def broken_at(stream: int) -> int | None:
    """The number of the first event of a stream that does not verify; None when all do."""
    prev, expected = GENESIS, 1
    lines = select(Event).where(Event.stream == stream, Event.seq.is_not(None)).order_by(Event.seq)
    for event in db.session.scalars(lines.execution_options(yield_per=BATCH)):
        if not _holds(event, expected, prev):
            return expected
        prev, expected = event.hash or "", expected + 1
    return None


def _holds(event: Event, seq: int, prev: str) -> bool:
    words_kept = event.words is None or event.words_hash == _sha((event.salt or "") + event.words)
    chained = event.seq == seq and event.prev == prev and event.hash == line_hash(prev, seq, event.facts())
    return words_kept and chained
