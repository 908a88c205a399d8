"""A topic with 3,000 people and 30,000 voices: its page, somebody's own page, an answer, and the worker's count."""

import re
import time
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from bench.row import Row, interleaved
from bench.scan import hello, request_hello
from bench.stage import application, call, databases, request
from governance.core.db import db, now, writing
from governance.discussions import actions, contributions, jobs
from governance.discussions.model import Statement, Topic, Voice
from governance.people.model import Person
from tests.cast import Cast

PEOPLE, STATEMENTS, EACH = 3_000, 60, 10


def rows(full: bool) -> list[Row]:
    found = []
    with databases() as addresses:
        for kind, url in addresses.items():
            with application(url) as (app, cast):
                ref = _talked_over(cast)
                found += _measured(app, ref, kind)
    return found


def _measured(app: Flask, ref: str, kind: str) -> list[Row]:
    bare, page = hello(), request(f"/topics/{ref}", headers={"Accept-Encoding": "gzip"})
    own, answer = _answering(app, ref)
    kept = app.extensions["kept_pages"]

    def anew() -> None:
        kept.clear()
        assert call(app, page)[0] == 200

    doings = {
        "bare": lambda: call(bare, request_hello),
        "kept": lambda: call(app, page),
        "anew": anew,
        "own": lambda: call(app, own),
    }
    spent = interleaved(doings, rounds=20, times=10, clock=time.process_time)
    voices = interleaved({"voice": answer}, rounds=100)
    return [
        Row(f"topic page on {kind}, kept: CPU", spent["kept"], "ms", spent["bare"], ratio_at_most=5),
        Row(f"topic page on {kind}, made anew: CPU", spent["anew"], "ms", spent["bare"]),
        Row(f"topic, one's own page on {kind}: CPU", spent["own"], "ms", spent["bare"]),
        Row(f"an answer committed on {kind}", voices["voice"], "ms", note="wall, the disk included"),
        Row(f"the worker's count of {PEOPLE * EACH:,} voices on {kind}", _counted(app, ref), "s"),
    ]


def _talked_over(cast: Cast) -> str:
    """Bulk rows: every person answers ten of the statements; the reference of the topic."""
    topic = actions.begin(cast.place("3号院"), cast.viewer("shen"), str(uuid.uuid4()), "充电棚装不装", "")
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
        contributions.reply(topic, cast.viewer("shen"), str(uuid.uuid4()), "谢谢大家")
    jobs.tally(topic.id)
    return topic.ref


def _answering(app: Flask, ref: str) -> tuple[dict[str, Any], Any]:
    """Somebody's own page with a cookie that is known, and an answer of theirs, another each time."""
    _status, headers, body = call(app, request(f"/topics/{ref}/say"))
    cookie = headers["Set-Cookie"].partition(";")[0]
    token = re.findall(r'name="csrf_token" value="([^"]+)"', body.decode())[0]
    number = re.findall(r"/statements/(\d+)/voice", body.decode())[0]
    own = request(f"/topics/{ref}/say", headers={"Cookie": cookie})
    given = iter(range(1 << 30))

    def answer() -> None:
        data = {"csrf_token": token, "answer": ("agree", "disagree")[next(given) % 2]}
        path = f"/topics/{ref}/statements/{number}/voice"
        sent = request(path, method="POST", data=data, headers={"Cookie": cookie})
        status, _headers, said = call(app, sent | {"HTTP_REFERER": "https://onecode.example/"})
        assert status == 303, said

    return own, answer


def _counted(app: Flask, ref: str) -> float:
    with app.app_context():
        topic = db.session.scalars(select(Topic.id).filter_by(ref=ref)).one()
        began = time.perf_counter()
        jobs.tally(topic)
        return time.perf_counter() - began
