"""A topic with 3,000 people and 30,000 voices: its page, somebody's own page, an answer, and the worker's count."""

import itertools
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from bench.asking import SITE, ask, ask_anew, request
from bench.bare import BareInsert, Hello
from bench.demo import place, staff
from bench.goals import on
from bench.row import Prepared, Row, interleaved, interleaved_prepared
from bench.stage import Stage
from governance.core.db import db, now, writing
from governance.discussions import actions, contributions, jobs
from governance.discussions.model import Statement, Topic, Voice
from governance.people.model import Person

PEOPLE, STATEMENTS, EACH = 3_000, 60, 10


def rows(stage: Stage) -> Iterator[Row]:
    for kind in stage.kinds:
        with stage.community(kind) as app:
            yield from _measured(app, _talked_over(), kind)


def _measured(app: Flask, ref: str, kind: str) -> Iterator[Row]:
    page = request(f"/topics/{ref}", headers={"Accept-Encoding": "gzip"})
    own, answering = _answering(app, ref)
    doings = {
        "bare": Hello(),
        "kept": lambda: ask(app, page),
        "anew": lambda: ask_anew(app, page),
        "own": lambda: ask(app, own),
    }
    spent = interleaved(doings, rounds=20, times=10)
    yield Row(on("topic page, kept", kind), spent["kept"], "ms", spent["bare"])
    yield Row(on("topic page, made anew", kind), spent["anew"], "ms", spent["bare"])
    yield Row(on("topic, one's own page", kind), spent["own"], "ms", spent["bare"])
    bare = BareInsert(app.config["SQLALCHEMY_DATABASE_URI"])
    written = interleaved_prepared({"answer": answering, "bare": (bare.prepare, bare)}, rounds=100)
    (cpu, wall), (bare_cpu, bare_wall) = written["answer"], written["bare"]
    yield Row(on("an answer beside a bare insert", kind), cpu, "ms", bare_cpu)
    yield Row(on("an answer beside a bare insert, wall", kind), wall, "ms", bare_wall, note="the disk included")
    yield Row(on(f"the worker's count of {PEOPLE * EACH:,} answers, wall", kind), _counted(ref), "s")


def _talked_over() -> str:
    """Bulk rows: every person answers ten of the statements; the reference of the topic."""
    topic = actions.begin(place("银杏里3号院"), staff("yinxing"), str(uuid.uuid4()), "充电棚装不装", "")
    with writing():
        db.session.execute(insert(Person), [{"nickname": f"量度{number}"} for number in range(PEOPLE)])
        people = list(db.session.scalars(select(Person.id).where(Person.nickname.like("量度%"))))
        said = [
            {
                "topic_id": topic.id,
                "author_id": people[number],
                "submission": str(uuid.uuid4()),
                "words": f"观点{number}",
            }
            for number in range(STATEMENTS)
        ]
        db.session.execute(insert(Statement), said)
        statements = list(db.session.scalars(select(Statement.id).filter_by(topic_id=topic.id)))
        voices = [
            {
                "statement_id": statements[(index + step) % STATEMENTS],
                "person_id": person,
                "answer": (index + step) % 3 - 1,
            }
            for index, person in enumerate(people)
            for step in range(EACH)
        ]
        db.session.execute(insert(Voice), [voice | {"at": now()} for voice in voices])
        contributions.reply(topic, staff("yinxing"), str(uuid.uuid4()), "谢谢大家")
    jobs.tally(topic.id)
    return topic.ref


def _answering(app: Flask, ref: str) -> tuple[dict[str, Any], Prepared]:
    """Somebody's own page with a cookie that is known, and an answer of theirs, another each time."""
    headers, body = ask(app, request(f"/topics/{ref}/say"))
    cookie = headers["Set-Cookie"].partition(";")[0]
    token = re.findall(r'name="csrf_token" value="([^"]+)"', body.decode())[0]
    number = re.findall(r"/statements/(\d+)/voice", body.decode())[0]
    own = request(f"/topics/{ref}/say", headers={"Cookie": cookie})
    given = itertools.cycle(("agree", "disagree"))

    def prepare() -> dict[str, Any]:
        data = {"csrf_token": token, "answer": next(given)}
        path = f"/topics/{ref}/statements/{number}/voice"
        sent = request(path, method="POST", data=data, headers={"Cookie": cookie})
        return sent | {"HTTP_REFERER": f"{SITE}/"}

    return own, (prepare, lambda sent: ask(app, sent, 303))


def _counted(ref: str) -> float:
    topic = db.session.scalars(select(Topic.id).filter_by(ref=ref)).one()
    began = time.perf_counter()
    jobs.tally(topic)
    return time.perf_counter() - began
