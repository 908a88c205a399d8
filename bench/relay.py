"""14,000 groups told of one event over loopback HTTP: CPU and wall, beside bare aiohttp in the same run.

Pacing per robot is on, the limit per address off; expansion, claims, states and outcomes are all in the figure.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

import aiohttp
from flask import Flask
from sqlalchemy import func, insert, select

from bench.row import Row
from governance.core import migrations
from governance.core.config import ROOT, load
from governance.core.db import db, now, writing
from governance.core.events import record
from governance.people.model import Person
from governance.places.actions import add_place
from governance.places.model import Place
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import IN_FLIGHT, TIMEOUT, deliver
from governance.relay.keys import robot_of
from governance.relay.model import Delivery, Group, GroupPlace
from governance.tickets.categories import DEFAULTS, add_category
from governance.tickets.model import Ticket
from governance.web.app import build

GROUPS = 14_000


def rows(full: bool = False) -> list[Row]:
    """Medians of interleaved rounds. Makes its own database and receiver, and leaves neither behind."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder, _receiver() as url, _application(Path(folder), url) as app:
        for _ in range(5 if full else 3):
            bare.append(_timed(lambda: asyncio.run(_bare(url))))
            ours.append(_timed(lambda: _told(app)))
    made = []
    for index, (what, goal) in enumerate((("CPU", 8.0), ("wall", 15.0))):
        value, beside = (median(one[index] for one in both) for both in (ours, bare))
        made.append(Row(f"{GROUPS} groups told of one event, {what}", value, "s", beside, at_most=goal))
    return made


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    def spent() -> float:
        usage = getrusage(RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    cpu, wall = spent(), time.perf_counter()
    work()
    return spent() - cpu, time.perf_counter() - wall


@contextmanager
def _receiver() -> Iterator[str]:
    command = [sys.executable, "-m", "bench.loopback"]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert running.stdin and running.stdout
    try:
        yield running.stdout.readline().strip()
    finally:
        running.stdin.close()
        running.wait(10)


@contextmanager
def _application(folder: Path, url: str) -> Iterator[Flask]:
    settings = load(
        _env_file=None, var_dir=folder, demo=True, database_url="", wecom_api_base=url, wecom_ip_per_minute=0
    )
    migrations.upgrade(settings.database)
    app = build(settings)
    with app.app_context():
        with writing():
            _bind(GROUPS)
        yield app
        db.engine.dispose()


def _bind(groups: int) -> None:
    """So many groups at one place, each with a robot of its own."""
    for facts in DEFAULTS:
        add_category(**facts)
    place = add_place("courtyard", "量度院", add_place("community", "量度社区", None, "bench"), "bench")
    person = Person()
    db.session.add(person)
    db.session.flush()
    due = now()
    db.session.add(
        Ticket(
            ref="bench", submitter_id=person.id, submission="bench", place_id=place.id, category_id=1, due_at=due,
            **place.areas(),
        )
    )  # fmt: skip
    facts = {"channel": "wecom_webhook", "audience": "residents", "created_at": due}
    keys = [f"00000000-0000-0000-0000-{one:012d}" for one in range(groups)]
    bindings = [{"settings": json.dumps({"key": key}), "robot": robot_of("wecom_webhook", key)} for key in keys]
    made = [facts | {"name": f"{one}群"} | bound for one, bound in enumerate(bindings)]
    db.session.execute(insert(Group), made)
    bound = select(Group.id, place.id)  # type: ignore[call-overload]  # a plain number beside a column
    db.session.execute(insert(GroupPlace).from_select(["group_id", "place_id"], bound))


def _told(app: Flask) -> None:
    place = db.session.scalars(select(Place).filter_by(kind="courtyard")).one()
    with writing():
        event = record("ticket.finish", 1, stream=place.stream, scope=place.path, actor="bench")
    while expand():
        pass
    while deliver(app):
        pass
    sent = db.session.scalar(select(func.count()).select_from(Delivery).filter_by(event_id=event.id, state="sent"))
    assert sent == GROUPS, sent


async def _bare(url: str) -> None:
    """The same calls with nothing around them."""
    left = iter(range(GROUPS))

    async def speak(http: aiohttp.ClientSession) -> None:
        for one in left:
            body = {"msgtype": "text", "text": {"content": "量度院的“电梯”办好了（编号 1-8）。" * 3}}
            async with http.post(f"{url}/cgi-bin/webhook/send", params={"key": f"bare-{one}"}, json=body) as answer:
                assert (await answer.json())["errcode"] == 0

    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as http:
        await asyncio.gather(*(speak(http) for _ in range(IN_FLIGHT)))
