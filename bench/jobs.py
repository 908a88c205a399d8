"""One waiting job claimed, run and settled: with 30,000 waiting in lines of their own, beside 30 waiting."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy import delete, insert

from bench.goals import on
from bench.row import Row
from bench.stage import Stage
from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.jobs import DUE, Job, run_next

MANY, FEW = 30_000, 30
ROUNDS, RUNS = 3, 25


def rows(stage: Stage) -> Iterator[Row]:
    """Medians of interleaved rounds, each with a table filled anew. By wall, since the database does the finding."""
    for kind in stage.kinds:
        with stage.community(kind), _a_job_that_does_nothing():
            spent: dict[int, list[float]] = {MANY: [], FEW: []}
            for _ in range(ROUNDS):
                for size, each in spent.items():
                    each += _one_of(size)
        many, few = (median(spent[size]) * 1000 for size in (MANY, FEW))
        yield Row(on("a job of 30,000 waiting beside one of 30, wall", kind), many, "ms", few)


@contextmanager
def _a_job_that_does_nothing() -> Iterator[None]:
    with patch.dict(jobs.HANDLERS, clear=True):
        jobs.job("bench.nothing")(lambda: None)
        yield


def _one_of(waiting: int) -> list[float]:
    """Seconds that each of some jobs took, with so many waiting at first, a third of them in one line."""
    began = now() - timedelta(hours=1)
    with writing():
        db.session.execute(delete(Job))
        db.session.execute(insert(Job), [_row(number, began) for number in range(waiting)])
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run_next()
        spent.append(time.perf_counter() - start)
    return spent


def _row(number: int, began: datetime) -> dict[str, Any]:
    line = f"of-{number}" if number % 3 else "of-many"
    due_at = began + timedelta(milliseconds=number)
    return {"name": "bench.nothing", "args": {}, "state": DUE, "tries": 0, "line": line, "due_at": due_at}
