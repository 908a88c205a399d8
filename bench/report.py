"""A report without a photo, from the request to the durable commit, against a bare insert and commit through Flask."""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import Flask
from psycopg.pq import Trace
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bench.asking import ask, request
from bench.bare import BareInsert
from bench.demo import codes
from bench.forms import cookie_of, filled_in
from bench.goals import on
from bench.row import Row, interleaved_prepared
from bench.stage import Stage

ROUNDS = 150


def rows(stage: Stage) -> Iterator[Row]:
    for kind in stage.kinds:
        with stage.community(kind) as app:
            yield from _measured(app, kind)


def _measured(app: Flask, kind: str) -> Iterator[Row]:
    forms, bare = _forms(app), BareInsert(app.config["SQLALCHEMY_DATABASE_URI"])

    def send(form: dict[str, Any]) -> None:
        ask(app, form, 303)

    spent = interleaved_prepared({"report": (lambda: next(forms), send), "bare": (bare.prepare, bare)}, ROUNDS)
    (cpu, wall), (bare_cpu, bare_wall) = spent["report"], spent["bare"]
    yield Row(on("report beside a bare insert", kind), cpu, "ms", bare_cpu)
    yield Row(on("report beside a bare insert, wall", kind), wall, "ms", bare_wall, note="the disk included")
    if kind == "PostgreSQL":
        trips, least = _round_trips(partial(send, next(forms))), _round_trips(partial(bare, bare.prepare()))
        note = f"counted on the wire; the bare insert takes {least}"
        yield Row(on("round trips of a report", kind), trips, "", note=note)


def _forms(app: Flask) -> Iterator[dict[str, Any]]:
    """Each from a phone of its own; fetching it is not measured here."""
    for code in itertools.cycle(codes()):
        headers, page = ask(app, request(f"/c/{code}/report"))
        yield filled_in(code, page, cookie_of(headers))


def _round_trips(do: Callable[[], None]) -> int:
    """How often the server is waited for meanwhile: what libpq's own trace says was sent and asks for an answer."""
    traced = []
    with tempfile.TemporaryFile("w+") as trace:

        def begin(connection: Any, _entry: Any, _proxy: Any) -> None:
            connection.pgconn.trace(trace.fileno())
            connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
            traced.append(connection.pgconn)

        event.listen(Pool, "checkout", begin)
        try:
            do()
        finally:
            event.remove(Pool, "checkout", begin)
            for each in traced:
                each.untrace()
        trace.seek(0)
        sent = [line.split("\t") for line in trace if line.startswith("F\t")]
    return sum(words[2].strip() in ("Query", "Sync") for words in sent)
