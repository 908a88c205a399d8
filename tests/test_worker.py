"""The worker sleeps until something waits; then it looks soon, and at the right kind of work."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue
from statistics import median
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import text

from governance import worker
from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.events import record
from governance.core.waiting import asking
from governance.relay.model import Message

PATIENCE = 20.0  # seconds for what takes a fraction of one
SOON = 0.3  # seconds until an idle worker looks
KINDS = ["job", "network job", "seal", "fan-out"]

END_SINCE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_start > :moment
"""


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Queue[float]:
    """The moments at which the one job of this test began."""
    monkeypatch.setattr(jobs, "HANDLERS", {})
    moments: Queue[float] = Queue()
    for name, network in (("test.work", False), ("test.network", True)):
        jobs.job(name, network=network)(lambda: moments.put(time.perf_counter()))
    return moments


@contextmanager
def working(app: Flask) -> Iterator[Thread]:
    stop = Event()
    thread = Thread(target=worker.run, args=(app, stop))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def enqueue(name: str, seconds: float = 0) -> float:
    with writing():
        jobs.enqueue(name, due_at=now() + timedelta(seconds=seconds))
    return time.perf_counter()


@pytest.mark.parametrize("name", ["test.work", "test.network"])
def test_an_idle_worker_looks_within_three_tenths_of_a_second(app: Flask, begun: Queue[float], name: str) -> None:
    """Half of nine times, since the machine may be busy."""
    with working(app):
        enqueue(name)
        begun.get(timeout=PATIENCE)
        waited = []
        for _ in range(9):
            asked = enqueue(name)
            waited.append(begun.get(timeout=PATIENCE) - asked)
    assert median(waited) < SOON


def test_a_job_for_later_begins_when_it_is_due(app: Flask, begun: Queue[float]) -> None:
    with working(app):
        asked = enqueue("test.work", seconds=1)
        assert 0.9 < begun.get(timeout=PATIENCE) - asked < 1 + PATIENCE / 4


def test_a_periodic_job_runs_in_each_of_its_slots(app: Flask, begun: Queue[float]) -> None:
    jobs.job("test.each_second", every=1)(lambda: begun.put(time.perf_counter()))
    with working(app):
        moments = [begun.get(timeout=PATIENCE) for _ in range(4)]
    assert moments[3] - moments[0] < 4


@pytest.mark.parametrize("world", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_worker_whose_connections_end_goes_on(app: Flask, begun: Queue[float]) -> None:
    db.engine.dispose()  # so that the worker takes new connections
    moment = db.session.scalar(text("SELECT clock_timestamp()"))
    with working(app):
        enqueue("test.work")
        begun.get(timeout=PATIENCE)
        assert len(db.session.execute(text(END_SINCE), {"moment": moment}).all()) >= 2
        asked = enqueue("test.work")
        assert begun.get(timeout=PATIENCE) - asked < worker.REST / 4


def test_each_kind_of_work_is_seen_to_wait_and_no_other(app: Flask, cast, begun, robot, ticket, happen) -> None:
    kinds = dict(zip([*KINDS, *worker.channels.pushing()], worker.kinds_of_work(app), strict=True))
    assert waiting_after(kinds, lambda: enqueue("test.work", seconds=60)) == []
    assert waiting_after(kinds, lambda: enqueue("test.work")) == ["job"]
    assert waiting_after(kinds, lambda: enqueue("test.network")) == ["network job"]
    assert waiting_after(kinds, lambda: happening(cast)) == ["seal", "fan-out"]
    robot("5号楼")
    assert waiting_after(kinds, lambda: owed(kinds, happen(ticket(), "finish"))) == ["wecom_webhook"]
    assert waiting_after(kinds, lambda: cut_off("wecom_webhook")) == [*worker.channels.pushing()]


def cut_off(channel: str) -> None:
    """A message whose worker died as it was sent."""
    with writing():
        lease = now() - timedelta(seconds=1)
        db.session.add(Message(short_code="m", channel=channel, words="w", state="sending", lease_until=lease))


def waiting_after(kinds: dict[str, worker.Kind], do: Callable[[], object]) -> list[str]:
    """What waits once this was done and nothing else was left."""
    for kind in kinds.values():
        while kind.look():
            pass
    do()
    db.session.rollback()
    with asking() as ask:
        found = ask([kind.waits() for kind in kinds.values()])
    return [name for name, waits in zip(kinds, found, strict=True) if waits]


def happening(cast) -> None:
    place = cast.place("5号楼")
    with writing():
        record("place.change", place.id, stream=place.stream, scope=place.path, actor="test")


def owed(kinds: dict[str, worker.Kind], _event: int) -> None:
    for name in ("seal", "fan-out"):
        while kinds[name].look():
            pass
