"""The inbox: each message of a platform is stored once under its key, together with the job that answers it.

The endpoint only verifies, stores and acknowledges. The body is encrypted and deleted when the message is done; the key
stays for 30 days as the idempotency key.
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
from governance.core.personal import Erased, about_person, personal
from governance.core.sql_statements import InsertOnce
from governance.core.translation import LazyText as _l
from governance.wechat.inbound import OTHER, Incoming

STORED, ANSWERED, TELLING, TOLD, SILENT, REFUSED, UNKNOWN = (
    "stored", "answered", "telling", "told", "silent", "refused", "unknown",
)  # fmt: skip
ROBOT = "aibot"  # a source beside the gateway's `official` and `app`
STATES = (STORED, ANSWERED, TELLING, TOLD, SILENT, REFUSED, UNKNOWN)
KEPT = timedelta(days=30)
LOCK = 0x0E_1B0C
STILL_AN_ANSWER = timedelta(days=1)  # WeChat accepts replies for two days after a message
CALLBACKS = Counter(
    "callbacks_total", "What platforms sent us, by what became of it at the door", ["source", "outcome"]
)


class Inbound(Base):
    """`source` is the way it came. `message_key` is a keyed hash that does not reveal the sender."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("source", "message_key"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_inbound_waiting", "source", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    message_key: Mapped[str] = mapped_column(String(43))
    body: Mapped[str] = mapped_column(
        Personal, info=personal(_l("刚收到的话"), _l("排队等着回答，答完就删"), Erased.BY_TERM)
    )
    state: Mapped[str] = mapped_column(String(8), default=STORED)
    reply: Mapped[str | None] = mapped_column(
        Personal, info=personal(_l("我们回的"), _l("同一句不答两遍"), Erased.BY_TERM)
    )
    at: Mapped[datetime] = mapped_column(default=now, index=True)

    @property
    def incoming(self) -> Incoming:
        return Incoming.from_plain(json.loads(self.body))

    @property
    def robot(self) -> str:
        """The name of the robot that received it; empty for another source."""
        return self.source.partition(":")[2]

    def claim(self) -> bool:
        """Claim the reply for sending; says whether it was ready. A reply older than a day is dropped."""
        if self.state != ANSWERED:
            return False
        if now() - self.at > STILL_AN_ANSWER:
            self.end(REFUSED)
            return False
        self.state = TELLING
        return True

    def end(self, state: str) -> None:
        """Set the final state and delete the body."""
        self.state, self.body = state, "{}"


about_person(
    Inbound,
    _l("微信转来的话"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("加密存 30 天就删；存的时候不带是谁"),
    whose=None,
    order=52,
)
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
    """Store a message and its job in one transaction; says whether it was new."""
    db.session.rollback()  # read nothing older than what a group commit of others wrote
    return _ARRIVALS.add(Arrival(source, inbox_key(source, incoming.key), incoming))


def _keep(arrival: Arrival) -> bool:
    source, message_key, incoming = arrival
    body = json.dumps(incoming.as_plain(), ensure_ascii=False)
    id_ = INBOUND.new(connection(), source=source, message_key=message_key, body=body)
    if id_:
        _enqueue_work(source, incoming, id_)
    return bool(id_)


_ARRIVALS = GroupCommit(_keep, LOCK)


def _enqueue_work(source: str, incoming: Incoming, inbound: int) -> None:
    """Messages of one conversation are answered in order: a photo belongs to the words before it."""
    name = "relay.hear_photos" if incoming.photos else "relay.hear"
    enqueue_fast(name, queue_key=queue_key("hear", source, incoming), inbound=inbound)


def queue_key(doing: str, source: str, incoming: Incoming) -> str:
    """The queue key for jobs that do the same to messages of one conversation."""
    return keyed_hash("line", f"{doing}:{source}:{incoming.conversation}")


def accept(source: str, incoming: Incoming) -> None:
    """Store the message unless there is nothing to do about it, and count it."""
    outcome = "ignored" if incoming.kind == OTHER else "stored" if store(source, incoming) else "duplicate"
    CALLBACKS.labels(source.partition(":")[0], outcome).inc()


def record_reply(inbound: int, state: str) -> None:
    """Record the outcome of sending a reply; `ANSWERED` means it was certainly not sent. A final state stays."""
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
    """Delete messages after 30 days."""
    with writing():
        db.session.execute(delete(Inbound).where(Inbound.at < now() - KEPT))
