"""A message through the bots' endpoint is stored once, answered, and deleted when it expires."""

import json
import threading
from contextlib import suppress
from contextvars import Context

import pytest
from sqlalchemy import func, select

from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound import receive
from governance.core.db import db, writing
from governance.people.model import Identity, Person
from governance.people.residents.merge import merge_persons
from governance.relay.groups import binding
from governance.relay.model import Group
from governance.tickets.model import Follow, Ticket
from tests.assistant.bot import DOOR, KEY, number_in
from tests.assistant.callbacks import heard, open_doors
from tests.at_once import at_once, beside
from tests.peers.platform import event, text

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both


def test_the_same_message_again_is_the_same_answer_and_nothing_more(say) -> None:
    first = say("报事 灯不亮", mark="once")
    assert say("报事 灯不亮", mark="once") == first
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_the_same_message_many_times_at_one_instant_is_worked_once(app, say, cast) -> None:
    group = db.session.scalars(select(Group.id)).one()
    start, replies, trouble = threading.Barrier(6), [], []

    def hear() -> None:
        with app.app_context():
            start.wait()
            try:
                replies.append(
                    receive.answer_member("robot", db.session.get_one(Group, group), "谁", "once", "报事 灯不亮")
                )
            except Exception as wrong:  # noqa: BLE001 - shown below
                trouble.append(wrong)
            db.session.remove()

    threads = [threading.Thread(target=hear) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble and len(set(replies)) == 1
    db.session.rollback()
    counts = [db.session.scalar(select(func.count()).select_from(rows)) for rows in (Ticket, ReceivedMessage)]
    assert counts == [1, 1]
    assert db.session.scalar(select(func.count()).select_from(Identity).filter_by(kind="member")) == 1


def test_one_member_is_one_person_and_who_it_is_stays_unreadable(say) -> None:
    number = number_in(say("报事 灯不亮"))
    say(f"我也遇到 {number}", "三楼老周")
    say(f"我也遇到 {number}", "三楼老周")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.joined == 1 and db.session.scalar(select(func.count()).select_from(Follow)) == 2
    kept = json.dumps(
        [str(row.__dict__) for rows in (Identity, Person, ReceivedMessage) for row in db.session.scalars(select(rows))]
    )
    assert "三楼老周" not in kept


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message_id"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": ""}, "text"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": "报" * 2001}, "text"),
        ({"message_id": "1", "group": "chat-5", "sender": ["a"], "text": "报"}, "sender"),
        ({"message_id": "\0", "group": "chat-5", "sender": "a", "text": "报"}, "message_id"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": "\ud800报"}, "text"),
        ([1], "message_id"),
        ("报事", "message_id"),
    ],
)
def test_a_message_that_is_none_is_refused_by_field(app, say, body, field) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = Context().run(app.test_client().post, DOOR, data=json.dumps(body), headers=headers)
    assert answer.status_code == 422 or answer.content_type == "application/problem+json"
    answer = Context().run(app.test_client().post, DOOR, json=body, headers=headers)
    assert answer.status_code == 422 and field in answer.get_json()["fields"]
    db.session.rollback()
    assert db.session.scalars(select(ReceivedMessage)).all() == []


def test_a_wrong_key_a_foreign_group_and_one_that_was_disabled_hear_nothing(say, cast) -> None:
    say("帮助", key="a-key-for-the-ginkgo-bot-0002", status=401)
    say("帮助", group="chat-9", status=404)
    binding.disable(db.session.scalars(select(Group)).one(), cast.viewer("shen"))
    say("帮助", status=404)


def test_who_talks_too_much_waits_and_nothing_said_is_half_done(say) -> None:
    for _ in range(30):
        say("帮助")
    assert "太快" in say("报事 灯不亮", status=429)["detail"]
    assert db.session.scalars(select(Ticket)).all() == []
    assert say("报事 灯不亮", "三楼老周")


def test_a_danger_is_heard_in_a_group_that_has_said_too_much(say, monkeypatch) -> None:
    monkeypatch.setattr(receive, "IN_A_GROUP", "1/hour")
    say("帮助")
    say("报事 灯不亮", "三楼老周", status=429)
    assert "110" in str(say("救命，有人持刀", "三楼老周"))


def test_what_was_said_leaves_after_a_month_and_what_came_of_it_stays(say) -> None:
    say("报事 灯不亮")
    with writing():
        row = db.session.scalars(select(ReceivedMessage)).one()
        row.at -= receive.KEPT * 2
    receive.forget_messages()
    assert db.session.scalars(select(ReceivedMessage)).all() == []
    assert db.session.scalars(select(Ticket)).one().words == "灯不亮"


def test_a_key_opens_only_the_groups_that_carry_it(say, cast) -> None:
    other = {"bot": "ginkgo-bot", "key": "a-key-of-somebody-elses-bot-02", "chat": "chat-8"}
    binding.add(cast.viewer("tang"), "bot", "residents", "8号院群", other, [cast.place("8号院")])
    assert say("报事 灯不亮", group="chat-5", key=other["key"], status=404)
    assert say("帮助", group="chat-8", key=other["key"])


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"[1]", b"\xff"])
def test_a_body_that_is_no_object_is_refused_however_deep_it_goes(app, say, body) -> None:
    answer = app.test_client().post(DOOR, data=body, headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 422


def test_a_yes_said_twice_at_one_instant_makes_one_ticket(app, say, monkeypatch):
    assert "要报上去吗" in say("楼道灯坏了，晚上看不见")
    talk_with, both = receive.conversation_with, threading.Barrier(2)

    def together(*args):
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return talk_with(*args)

    monkeypatch.setattr(receive, "conversation_with", together)
    at_once(app, 2, lambda: say("是"))
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_what_somebody_says_as_they_become_another_is_the_others(app, cast, monkeypatch):
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    old = db.session.scalars(select(Identity.person_id).filter_by(kind="openid")).one()
    with writing():
        somebody = Person()
        db.session.add(somebody)
        db.session.flush()
        new = somebody.id
    talk_with, others = receive.conversation_with, []

    def become():
        with writing():
            merge_persons(db.session.get_one(Person, old), db.session.get_one(Person, new))

    def talk(*args):
        if not others:
            others.append(beside(app, become))
        return talk_with(*args)

    monkeypatch.setattr(receive, "conversation_with", talk)
    heard(app, "official", text("报事 楼道灯不亮"))
    others[0].join()
    db.session.rollback()
    assert set(db.session.scalars(select(ReceivedMessage.person_id))) == {new}
    assert set(db.session.scalars(select(Follow.person_id))) == {new}
