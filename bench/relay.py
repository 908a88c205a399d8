"""14,000 groups told of one event over loopback HTTP: CPU and wall, beside bare aiohttp in the same run.

Pacing per robot is on, the limit per address off; expansion, claims, states and outcomes are all in the figure.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from statistics import median

import aiohttp
from flask import Flask
from sqlalchemy import func, insert, select

from bench.goals import on
from bench.row import Row
from bench.stage import Stage
from governance.core.config import ROOT
from governance.core.db import db, now, writing
from governance.core.events import record
from governance.people.model import Person
from governance.places.actions import add_place
from governance.places.model import Place
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import IN_FLIGHT, TIMEOUT, deliver
from governance.relay.keys import robot_of
from governance.relay.model import Delivery, Group, GroupPlace
from governance.tickets.model import Category, Ticket

GROUPS = 14_000


def rows(stage: Stage) -> Iterator[Row]:
    """Medians of interleaved rounds, each figure for 14,000 groups; a quarter of them unless `--full`."""
    groups, rounds = (GROUPS, 5) if stage.full else (GROUPS // 4, 3)
    for kind in stage.kinds:
        ours, bare = [], []
        with stage.community(kind) as app, _receiver() as url:
            _prepare(app, url, groups)
            for _ in range(rounds):
                bare.append(_timed(lambda: asyncio.run(_bare(url, groups))))
                ours.append(_timed(lambda: _told(app, groups)))
        for index, name in enumerate(("14,000 groups told of one event", "14,000 groups told of one event, wall")):
            value, beside = (median(one[index] for one in both) * GROUPS / groups for both in (ours, bare))
            yield Row(on(name, kind), value, "s", beside, note=f"{groups:,} told; bare: aiohttp")


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Processor time of this process, and wall."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


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


def _prepare(app: Flask, url: str, groups: int) -> None:
    """So many groups at one place, each with a robot of its own."""
    app.extensions["settings"].wecom_api_base = url
    app.extensions["settings"].wecom_ip_per_minute = 0
    with writing():
        place = add_place("courtyard", "量度院", add_place("community", "量度社区", None, "bench"), "bench")
        person, category = Person(), db.session.scalars(select(Category)).first()
        db.session.add(person)
        db.session.flush()
        made = Ticket(ref="bench", submitter_id=person.id, submission="bench", place_id=place.id, due_at=now())
        made.category_id = category.id
        for name, id_ in place.areas().items():
            setattr(made, name, id_)
        db.session.add(made)
        _bind(groups, place, now())


def _bind(groups: int, place: Place, at: datetime) -> None:
    facts = {"channel": "wecom_webhook", "audience": "residents", "created_at": at}
    keys = [f"00000000-0000-0000-0000-{one:012d}" for one in range(groups)]
    bindings = [{"settings": json.dumps({"key": key}), "robot": robot_of("wecom_webhook", key)} for key in keys]
    made = [facts | {"name": f"{one}群"} | bound for one, bound in enumerate(bindings)]
    db.session.execute(insert(Group), made)
    bound = select(Group.id, place.id)  # type: ignore[call-overload]  # a plain number beside a column
    db.session.execute(insert(GroupPlace).from_select(["group_id", "place_id"], bound))


def _told(app: Flask, groups: int) -> None:
    place = db.session.scalars(select(Place).filter_by(name="量度院")).one()
    ticket = db.session.scalars(select(Ticket.id).filter_by(ref="bench")).one()
    with writing():
        event = record("ticket.finish", ticket, stream=place.stream, scope=place.path, actor="bench")
    while expand():
        pass
    while deliver(app):
        pass
    sent = db.session.scalar(select(func.count()).select_from(Delivery).filter_by(event_id=event.id, state="sent"))
    assert sent == groups, sent


async def _bare(url: str, groups: int) -> None:
    """The same calls with nothing around them."""
    left = iter(range(groups))

    async def speak(http: aiohttp.ClientSession) -> None:
        for one in left:
            body = {"msgtype": "text", "text": {"content": "量度院的“电梯”办好了（编号 1-8）。" * 3}}
            async with http.post(f"{url}/cgi-bin/webhook/send", params={"key": f"bare-{one}"}, json=body) as answer:
                assert (await answer.json())["errcode"] == 0

    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as http:
        await asyncio.gather(*(speak(http) for _ in range(IN_FLIGHT)))
