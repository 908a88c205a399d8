"""The page behind the code: kept, made anew, and as residents meet it, each against a bare Flask hello."""

import random
import statistics
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from flask import Flask

from bench.asking import ask, ask_anew, request
from bench.bare import Hello
from bench.demo import codes
from bench.goals import on
from bench.row import Row, interleaved
from bench.stage import Stage
from governance.core.web import page_cache

SCANS_A_DAY, DAY = 20, 16 * 3600.0  # of one code, in the hours in which people are awake


def rows(stage: Stage) -> Iterator[Row]:
    for kind in stage.kinds:
        with stage.community(kind) as app:
            pages = [request(f"/c/{code}", headers={"Accept-Encoding": "gzip"}) for code in codes()]
            yield from _one_code(app, pages[0], kind)
            yield _a_day(app, pages, kind)


def _one_code(app: Flask, page: dict[str, Any], kind: str) -> Iterator[Row]:
    doings = {"bare": Hello(), "kept": lambda: ask(app, page), "anew": lambda: ask_anew(app, page)}
    spent = interleaved(doings, rounds=40, times=25)
    yield Row(on("scan page, kept, one code again and again", kind), spent["kept"], "ms", spent["bare"])
    yield Row(on("scan page, made anew", kind), spent["anew"], "ms", spent["bare"])


def _a_day(app: Flask, pages: list[dict[str, Any]], kind: str) -> Row:
    """Each code is scanned so often, at moments that have nothing to do with each other; nothing changes meanwhile.

    The cache's clock is set to the moment of the scan. The mean counts, since it is what the server pays.
    """
    dice = random.Random(20)
    day = sorted((dice.uniform(0, DAY), at) for at in range(len(pages)) for _ in range(SCANS_A_DAY))
    scans, clock = iter(day), SimpleNamespace(now=0.0)
    app.extensions["kept_pages"].clear()

    def scan() -> None:
        clock.now, at = next(scans)
        ask(app, pages[at])

    with patch.object(page_cache, "time", SimpleNamespace(monotonic=lambda: clock.now)):
        times = len(pages)
        spent = interleaved({"bare": Hello(), "scan": scan}, SCANS_A_DAY, times, middle=statistics.fmean)
    name = on(f"scan page, {SCANS_A_DAY} scans a day a code", kind)
    return Row(name, spent["scan"], "ms", spent["bare"], note=f"{len(pages)} codes, {len(day)} scans, mean")
