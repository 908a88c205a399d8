"""A worker with nothing to do, on the demo's database: what it takes for ever, and how soon it looks at new work."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from sqlalchemy import exists, select

from bench import family
from bench.demo import place
from bench.goals import on
from bench.row import Row
from bench.stage import Stage, running
from governance.core.config import ROOT, Settings
from governance.core.db import db, writing
from governance.core.events import UNSEALED, Event, record

SECONDS, TIMES = 10, 9
PATIENCE = 60.0  # seconds until a worker that was started has looked


def rows(stage: Stage) -> Iterator[Row]:
    for kind in stage.kinds:
        settings = stage.filled(kind)
        with running(settings), _worker(settings) as pid:
            _seconds_until_sealed()
            looked = [_seconds_until_sealed(number / TIMES / 4) for number in range(TIMES)]
            began, before = time.perf_counter(), family.cpu(pid)
            time.sleep(SECONDS)
            taken = (family.cpu(pid) - before) / (time.perf_counter() - began) * 100
        yield Row(on("idle worker", kind), taken, "% of a core", note=f"over {SECONDS} s")
        yield Row(on("idle worker, first look at new work, wall", kind), median(looked), "s", note="until it is done")


@contextmanager
def _worker(settings: Settings) -> Iterator[int]:
    own = {"DATABASE_URL": settings.database, "VAR_DIR": str(settings.var_dir), "DEMO": "1", "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen([sys.executable, "-m", "governance.worker"], env=os.environ | own, cwd=ROOT)
    try:
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait(PATIENCE)


def _seconds_until_sealed(pause: float = 0.0) -> float:
    """From the commit of an event until the worker has sealed it, `pause` seconds after the last time."""
    time.sleep(pause)
    where = place("第一网格")
    with writing():
        event = record("place.bench", where.id, stream=where.stream, scope=where.path, actor="bench").id
    began = time.perf_counter()
    while db.session.scalar(select(exists(UNSEALED.where(Event.id == event)))):
        db.session.rollback()
        assert time.perf_counter() - began < PATIENCE, "the worker does not look"
        time.sleep(0.002)
    db.session.rollback()
    return time.perf_counter() - began
