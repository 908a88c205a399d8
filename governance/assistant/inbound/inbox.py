"""What came in from a platform: kept once under its mark, together with the job that works it; its answer beside it.

A door only verifies, keeps and answers; whatever takes time is the job's. The body is encrypted and goes when it is
done with; the mark stays for a month, so that the same thing again is known.
"""

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from prometheus_client import Counter
from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.crypto import Personal, keyed_hash
from governance.core.db import Base, connection, db, now, writing
from governance.core.group_commit import GroupCommit
from governance.core.jobs import enqueue_fast, job
from governance.core.sql_statements import InsertOnce
from governance.wechat.inbound import OTHER, Incoming

STORED, ANSWERED, TELLING, TOLD, SILENT, REFUSED, UNKNOWN = (
    "stored", "answered", "telling", "told", "silent", "refused", "unknown",
)  # fmt: skip
ROBOT = "aibot"  # beside the two sides of the gateway
STATES = (STORED, ANSWERED, TELLING, TOLD, SILENT, REFUSED, UNKNOWN)
KEPT = timedelta(days=30)
LOCK = 0x0E_1B0C
STILL_AN_ANSWER = timedelta(days=1)  # WeChat takes one for two days after somebody wrote
CALLBACKS = Counter(
    "callbacks_total", "What platforms sent us, by what became of it at the door", ["source", "outcome"]
)


class Inbound(Base):
    """`source` is the door it came by; `message_key` is a keyed hash: who sent it cannot be read from it."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("source", "message_key"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_inbound_waiting", "source", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    message_key: Mapped[str] = mapped_column(String(43))
    body: Mapped[str] = mapped_column(Personal)
    state: Mapped[str] = mapped_column(String(8), default=STORED)
    reply: Mapped[str | None] = mapped_column(Personal)
    at: Mapped[datetime] = mapped_column(default=now, index=True)

    @property
    def incoming(self) -> Incoming:
        return Incoming.from_plain(json.loads(self.body))

    @property
    def robot(self) -> str:
        """The name of the robot it was said to; empty where it came by another door."""
        return self.source.partition(":")[2]

    def claim(self) -> bool:
        """Its answer is about to be said; says whether it stands ready. After a day nobody waits for it."""
        if self.state != ANSWERED:
            return False
        if now() - self.at > STILL_AN_ANSWER:
            self.end(REFUSED)
            return False
        self.state = TELLING
        return True

    def end(self, state: str) -> None:
        """Nothing more is to be done with it: what was said is not needed here any more."""
        self.state, self.body = state, "{}"


INBOUND = InsertOnce(Inbound)


def source_of(robot: str) -> str:
    return f"{ROBOT}:{robot}"


def inbox_key(source: str, key: str) -> str:
    return keyed_hash("inbound", f"{source}:{key}")


class Arrival(NamedTuple):
    source: str
    message_key: str
    incoming: Incoming


def store(source: str, incoming: Incoming) -> bool:
    """Keep it and ask for the work, in one transaction; says whether it came for the first time."""
    db.session.rollback()  # so that what is read next is no older than what others may have written for us
    return _ARRIVALS.add(Arrival(source, inbox_key(source, incoming.key), incoming))


def _keep(arrival: Arrival) -> bool:
    source, message_key, incoming = arrival
    body = json.dumps(incoming.as_plain(), ensure_ascii=False)
    id_ = INBOUND.new(connection(), source=source, message_key=message_key, body=body)
    if id_:
        _ask_for_work(source, incoming, id_)
    return bool(id_)


_ARRIVALS = GroupCommit(_keep, LOCK)


def _ask_for_work(source: str, incoming: Incoming, inbound: int) -> None:
    """What is said in one talk is heard in turn: whose photo it is depends on the words before it."""
    name = "relay.hear_photos" if incoming.photos else "relay.hear"
    enqueue_fast(name, queue_key=queue_key("hear", source, incoming), inbound=inbound)


def queue_key(doing: str, source: str, incoming: Incoming) -> str:
    """The jobs of one talk with a group, or with somebody alone, in which this is done with what they said."""
    return keyed_hash("line", f"{doing}:{source}:{incoming.conversation}")


def receive(source: str, incoming: Incoming) -> None:
    """Keep what there is something to do about, and count it."""
    outcome = "ignored" if incoming.kind == OTHER else "stored" if store(source, incoming) else "duplicate"
    CALLBACKS.labels(source.partition(":")[0], outcome).inc()


def end(inbound: int, state: str) -> None:
    """What became of saying its answer; `ANSWERED` when it was surely not said. What is known by then stays."""
    with writing():
        row = db.session.get_one(Inbound, inbound, with_for_update=True, populate_existing=True)
        if row.state == TELLING and state == ANSWERED:
            row.state = ANSWERED
        elif row.state == TELLING:
            row.end(state)


def find_inbound(source: str, message_key: str) -> Inbound | None:
    return db.session.scalars(select(Inbound).filter_by(source=source, message_key=message_key)).one_or_none()


@job("relay.forget_inbound", every=3600)
def forget_inbound() -> None:
    with writing():
        db.session.execute(delete(Inbound).where(Inbound.at < now() - KEPT))
