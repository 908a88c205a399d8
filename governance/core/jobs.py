"""Jobs: a row written in the transaction of the change that asks for it, claimed with a lease.

A job may run twice, because a worker can die at any moment; every handler must be safe to repeat. A job that keeps
failing stops with its reason and is listed on the staff's page.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import JSON, BindParameter, Index, Select, String, Text, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, aliased, mapped_column

from governance.core.db import Base, connection, db, in_literals, now, partial_index, without_sorting, writing
from governance.core.sql_statements import Insert
from governance.core.waiting import Waiting

log = structlog.get_logger()
DUE, CLAIMED, DONE, FAILED = "due", "claimed", "done", "failed"
DIED = "the worker died each time, or took longer than the lease"


class Job(Base):
    """Jobs with the same `queue_key` run one after the other, in the order they were asked for. Jobs without one wait
    for none.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_waiting", "state", "due_at"),
        Index("ix_job_queue_key", "queue_key", "id", **partial_index("state IN ('due','claimed')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    slot: Mapped[str | None] = mapped_column(String(80), unique=True)
    queue_key: Mapped[str | None] = mapped_column(String(43))
    state: Mapped[str] = mapped_column(String(10), default=DUE)
    due_at: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]


JOB = Insert(Job)


@dataclass(frozen=True)
class Handler:
    run: Callable[..., None]
    lease: timedelta
    tries: int
    every: timedelta | None = None
    network: bool = False


class _Wait(Exception):
    """Raised by a handler that has done nothing: the job is due again, unchanged."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NotNow(_Wait):
    """The host it needs is away. The job keeps its place; this process runs no job of its name for so many seconds."""


class NotYet(_Wait):
    """This job waits for so many seconds, and those behind it in its queue wait with it."""


@dataclass(frozen=True)
class Claim:
    """A job that this worker holds, until another takes it after the lease."""

    id: int
    name: str
    args: dict[str, Any]
    tries: int


HANDLERS: dict[str, Handler] = {}
HELD_UNTIL: dict[str, float] = {}  # by name; on this process's own clock


def job(
    name: str, *, lease: int = 60, tries: int = 6, every: int | None = None, network: bool = False
) -> Callable[..., Any]:
    """Register a handler. `lease` and `every` are seconds; a handler with `every` runs once per slot of that length.

    A handler that uses the `network` runs in a thread of its own and delays no other.
    """

    def register(run: Callable[..., None]) -> Callable[..., None]:
        slot = timedelta(seconds=every) if every else None
        HANDLERS[name] = Handler(run, timedelta(seconds=lease), tries, slot, network)
        return run

    return register


def enqueue(name: str, *, due_at: datetime | None = None, queue_key: str | None = None, **args: Any) -> None:
    """Add a job in the current transaction: it exists if and only if the change does."""
    db.session.add(Job(name=name, args=args, due_at=due_at or now(), queue_key=queue_key))


def enqueue_fast(name: str, *, queue_key: str | None = None, **args: Any) -> None:
    """The same, due at once, through a prepared statement."""
    JOB.new(connection(), name=name, args=args, queue_key=queue_key)


def enqueue_once(name: str, seconds: int, key: str, **args: Any) -> None:
    """Add one job for all that ask within a slot of so many seconds; it is due at the end of the slot.

    It runs after the changes of everybody who asked, unless a transaction takes longer than another slot.
    """
    stretch = int(now().timestamp()) // seconds
    _enqueue_in(f"{name}:{key}@{stretch}", name, datetime.fromtimestamp((stretch + 2) * seconds, UTC), args)


def enqueue_at_most_once(name: str, apart: timedelta, key: str, **args: Any) -> None:
    """Add a job that is due at once, unless one was added within the same slot of time."""
    stretch = int(now().timestamp() // apart.total_seconds())
    _enqueue_in(f"{name}:{key}@{stretch}", name, now(), args)


def _enqueue_in(slot: str, name: str, due_at: datetime, args: dict[str, Any]) -> None:
    if db.session.scalar(select(Job.id).filter_by(slot=slot)) is not None:
        return
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = insert(Job).values(name=name, args=args, slot=slot, state=DUE, due_at=due_at, tries=0)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["slot"]))


def run_next(network: bool | None = None) -> bool:
    """Run one waiting job, of any kind or only of this one; returns whether there was one."""
    found = _claim(network)
    if found is None:
        return False
    handler = HANDLERS[found.name]
    try:
        handler.run(**found.args)
    except NotNow as wait:
        db.session.rollback()
        HELD_UNTIL[found.name] = time.monotonic() + wait.seconds
        _settle(found, state=DUE, tries=found.tries - 1)
    except NotYet as wait:
        db.session.rollback()
        _settle(found, state=DUE, tries=found.tries - 1, due_at=now() + timedelta(seconds=wait.seconds))
    except Exception as trouble:  # noqa: BLE001 - a job's trouble must never end the worker; it is kept on the row
        db.session.rollback()
        log.exception("job.failed", job=found.name, id=found.id)
        _again_later(found, handler, f"{type(trouble).__name__}: {trouble}"[:500])
    else:
        _settle(found, state=DONE, error=None, done_at=now())
    return True


@lru_cache(maxsize=64)
def _waiting(names: tuple[str, ...]) -> tuple[tuple[Select[int], Select[Job]], ...]:
    """The claimable jobs of these names: first those with an expired lease, then those that are due.

    For each, a statement whether there is any, and one for the oldest with nothing before it in its queue.
    """
    moment: BindParameter[datetime] = bindparam("moment")
    other = aliased(Job)
    left = (in_literals(Job.name, names), Job.state == CLAIMED, Job.lease_until < moment)
    due = (in_literals(Job.name, names), Job.state == DUE, Job.due_at <= moment)
    front = select(func.min(other.id)).where(other.queue_key == Job.queue_key, in_literals(other.state, (DUE, CLAIMED)))
    is_front = or_(Job.queue_key.is_(None), Job.id == front.scalar_subquery())
    first = select(Job).where(is_front).order_by(Job.due_at).limit(1).with_for_update(skip_locked=True)
    return tuple((select(Job.id).where(*which).limit(1), first.where(*which)) for which in (left, due))


def waiting(network: bool) -> Waiting:
    """What to ask the database to learn whether `run_next` would find a job; jobs behind others of their line count."""
    return tuple(look for look, _ in _waiting(_names(network)))


def _names(network: bool | None) -> tuple[str, ...]:
    """Names with a handler in this process. A job of another release waits for its own."""
    kinds = [name for name, handler in HANDLERS.items() if network in (None, handler.network)]
    return tuple(name for name in kinds if HELD_UNTIL.get(name, 0.0) <= time.monotonic())


def _claim(network: bool | None = None) -> Claim | None:
    moment, waiting = now(), _waiting(_names(network))
    waits = any(db.session.scalar(look, {"moment": moment}) for look, _ in waiting)
    db.session.rollback()
    if not waits:
        return None
    with writing():
        without_sorting()
        found = next(filter(None, (db.session.scalar(first, {"moment": moment}) for _, first in waiting)), None)
        if found is None:
            return None
        handler = HANDLERS[found.name]
        if found.tries >= handler.tries:
            found.state, found.error = FAILED, DIED
            return None
        found.state, found.tries = CLAIMED, found.tries + 1
        found.lease_until = moment + handler.lease
        return Claim(found.id, found.name, found.args, found.tries)


def _again_later(found: Claim, handler: Handler, error: str) -> None:
    if found.tries >= handler.tries:
        _settle(found, state=FAILED, error=error)
    else:
        _settle(found, state=DUE, error=error, due_at=now() + timedelta(seconds=2**found.tries))


def _settle(found: Claim, **values: Any) -> None:
    """Changes nothing where the lease expired and another worker has or had the job."""
    mine = update(Job).where(Job.id == found.id, Job.state == CLAIMED, Job.tries == found.tries)
    with writing():
        db.session.execute(mine.values(**values))


def retry(failed: Job) -> None:
    failed.state, failed.tries, failed.due_at = DUE, 0, now()


def plan_periodic(moment: datetime | None = None) -> None:
    """Ensure one row for each periodic handler and slot of time, however many workers ask."""
    seconds = (moment or now()).timestamp()
    slots = {
        f"{name}@{int(seconds // handler.every.total_seconds())}": name
        for name, handler in HANDLERS.items()
        if handler.every
    }
    known = set(db.session.scalars(select(Job.slot).where(Job.slot.in_(slots))))
    db.session.rollback()
    for slot in slots.keys() - known:
        _plan(slots[slot], slot)


def until_next_slot() -> float:
    """Seconds until `plan_periodic` next has something to plan."""
    seconds = now().timestamp()
    return min((every - seconds % every for every in _stretches()), default=math.inf)


def _stretches() -> set[float]:
    return {handler.every.total_seconds() for handler in HANDLERS.values() if handler.every}


def _plan(name: str, slot: str) -> None:
    try:
        with writing():
            db.session.add(Job(name=name, slot=slot))
    except IntegrityError:
        log.debug("job.planned_elsewhere", slot=slot)


@job("jobs.sweep", every=3600)
def sweep() -> None:
    """Delete jobs that were done a week ago."""
    with writing():
        old = delete(Job).where(Job.state == DONE, Job.done_at < now() - timedelta(days=7))
        db.session.execute(old)
