"""Short ways to make what the relay works on: a receiver, groups, tickets, and things that happen to them."""

from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from governance.core.db import db, now, writing
from governance.core.events import record
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group
from governance.tickets.model import Ticket
from tests.assistant.bot import DOOR, KEY, bind_bot
from tests.cast import Cast
from tests.connected import connect
from tests.peers.receiver import Receiver
from tests.peers.wechat import WeChat
from tests.peers.wecom_side import WecomSide


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    """A loopback robot receiver that this application sends to."""
    with Receiver() as running:
        app.extensions["settings"].wecom_api_base = running.url
        yield running


@pytest.fixture
def robot(cast: Cast) -> Callable[..., int]:
    """Bind a group with a robot of its own at a place; answers its id."""

    def bind(place: str, audience: str = "residents", key: str = "", channel: str = "wecom_webhook") -> int:
        given = {"key": key or f"key-of-{cast.places[place]}-{audience}"} if channel == "wecom_webhook" else {}
        return binding.add(cast.viewer("du"), channel, audience, f"{place}群", given, [cast.place(place)]).id

    return bind


@pytest.fixture
def ticket(cast: Cast) -> Callable[..., int]:
    """A ticket at a place; answers its id."""

    def make(place: str = "5号楼", category: str = "lift", **facts: object) -> int:
        with writing():
            where, kind = cast.place(place), cast.category(category)
            facts |= where.areas()
            made = Ticket(place_id=where.id, category_id=kind.id, submitter_id=cast.people["gao"], **facts)
            made.submission, made.due_at = f"s{now().timestamp()}", now() + timedelta(hours=kind.hours)
            made.ref = f"{where.id:04d}{int(now().timestamp() * 1e6) % 10**12:012d}"
            db.session.add(made)
            db.session.flush()
        return made.id

    return make


@pytest.fixture
def happen(cast: Cast) -> Callable[..., int]:
    """Record something that happened to a ticket; answers the event's id."""

    def one(ticket_id: int, verb: str, **data: object) -> int:
        with writing():
            ticket = db.session.get_one(Ticket, ticket_id)
            place = ticket.place
            event = record(f"ticket.{verb}", ticket.id, stream=place.stream, scope=place.path, actor="测试", **data)
            db.session.flush()
        return event.id

    return one


@pytest.fixture
def customer_group(app: Flask, cast: Cast, wechat: WeChat) -> Callable[..., int]:
    """Bind a customer group at a place; answers its id."""
    connect(app, wechat.url)

    def bind(place: str, owner: str = "LiMing", chat: str = "", real: bool = True) -> int:
        chat = chat or f"wrOgQhDgAA{cast.places[place]:06d}"
        if real:
            wechat.owners[chat] = owner
        given = {"chat_id": chat, "owner": owner}
        where = [cast.place(place)]
        return binding.add(cast.viewer("du"), "wecom_mass_task", "residents", f"{place}群", given, where).id

    return bind


@pytest.fixture
def finish(app: Flask, ticket: Callable[..., int], happen: Callable[..., int]) -> Callable[..., None]:
    """Something is finished at a place, and everybody is owed it."""

    def done(place: str = "5号楼", category: str = "lift") -> None:
        happen(ticket(place, category), "finish")
        while expand():
            pass
        while deliver(app):
            pass

    return done


def states() -> list[str]:
    """The states of all deliveries, in order, as they are in the database now."""
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def make_ready() -> None:
    """Let the time pass that anything waits for."""
    with writing():
        db.session.execute(update(Delivery).values(due_at=now() - timedelta(seconds=1)))
        db.session.execute(update(Group).values(rest_until=None))


def settings_in_database(group_id: int) -> str:
    """A group's settings as they lie on disk."""
    query = text("SELECT settings FROM chat_group WHERE id = :id")
    return str(db.session.execute(query, {"id": group_id}).scalar_one())


@pytest.fixture
def say(app, cast):
    """Says something in 5号楼's group as one of its members; what the bot is to answer there."""
    bind_bot(cast)
    marks = iter(range(10**6))

    def one(text, sender="爱种花的", mark=None, group="chat-5", key=KEY, status=200):
        body = {"message_id": mark or f"m{next(marks)}", "group": group, "sender": sender, "text": text}
        headers = {"Authorization": f"Bearer {key}"}
        answer = Context().run(app.test_client().post, DOOR, json=body, headers=headers)
        db.session.rollback()
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()["reply"] if status == 200 else answer.get_json()

    return one


@pytest.fixture
def wecom(app):
    with WecomSide() as side:
        app.extensions["settings"].wecom_api_base = side.url
        yield side
