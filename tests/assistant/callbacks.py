"""Helpers that act as the platforms: configure the endpoints, call them, run the jobs."""

import re
from contextvars import Context
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from governance.assistant.inbound.inbox import CALLBACKS, Inbound
from governance.core import jobs
from governance.core.db import db
from governance.core.jobs import Job
from governance.relay import robots
from governance.relay.groups import binding
from governance.relay.model import Group
from governance.tickets.model import Ticket
from tests.cast import Cast
from tests.peers.platform import AES_KEY, APP_ID, CORP_ID, TOKEN, Call, Platform, said

DOORS = {"official": "/wechat/official", "app": "/wecom/app", "aibot": "/wecom/aibot/ginkgo"}
PLATFORMS = {"official": Platform(APP_ID), "app": Platform(CORP_ID), "aibot": Platform("")}


def open_doors(app: Flask, cast: Cast) -> None:
    settings = app.extensions["settings"]
    settings.wechat_app_id, settings.wechat_token, settings.wechat_aes_key = APP_ID, TOKEN, AES_KEY
    settings.wecom_corp_id, settings.wecom_token, settings.wecom_aes_key = CORP_ID, TOKEN, AES_KEY
    given = {"token": TOKEN, "aes_key": AES_KEY}
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), given)


def send(app: Flask, door: str, call: Call, method: str = "POST") -> TestResponse:
    """One request to a door by its name or its address, in a context of its own as on a server."""
    client, address = app.test_client(), DOORS.get(door, door)
    answer: TestResponse = Context().run(client.open, address, method=method, query_string=call.query, data=call.body)
    db.session.rollback()
    return answer


def say(app: Flask, door: str, plain: str) -> Any:
    """The platform delivers this; what the door answers at once, opened where it is sealed."""
    answer = send(app, door, PLATFORMS[door].call(plain))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return PLATFORMS[door].open(answer.get_json()) if answer.is_json else answer.get_data(as_text=True)


def work(well: bool = True) -> None:
    """What the worker does until nothing is due; unless said, nothing may go wrong on the way."""
    db.session.rollback()
    while jobs.run_next():
        pass
    db.session.rollback()
    assert not well or [job.error for job in db.session.scalars(select(Job)) if job.error] == []


def heard(app: Flask, door: str, plain: str) -> str:
    """What comes of it once it is worked: the answer that goes back."""
    say(app, door, plain)
    work()
    row = db.session.scalars(select(Inbound).order_by(Inbound.id.desc()).limit(1)).one()
    return row.reply or ""


def counts(source: str) -> dict[str, float]:
    """How often each outcome was counted at this door."""
    found = CALLBACKS.collect()[0].samples
    return {
        one.labels["outcome"]: one.value
        for one in found
        if one.labels["source"] == source and one.name.endswith("_total")
    }


def bind(app: Flask, cast: Cast, *places: str, chat: str = "chat-5") -> Group:
    """A group speaks to the robot, and its keeper types in the number it is told."""
    number = re.findall(r"\d{6}", heard(app, "aibot", said("@助手 你好", chat=chat)))[0]
    found = [cast.place(place) for place in places]
    return binding.add(cast.viewer("shen"), "wecom_aibot", "residents", f"{places[0]}群", {"number": number}, found)


def latest_ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def sealed_photo(shot: bytes) -> bytes:
    missing = 32 - len(shot) % 32
    return Platform("").enciphered(shot + bytes([missing]) * missing)
