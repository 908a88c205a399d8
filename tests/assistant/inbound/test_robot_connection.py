"""The long connection of a robot: messages are stored once and answered over it; one worker holds its lease."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from governance.assistant.inbound import robot_connection, robot_lease
from governance.assistant.inbound.inbox import Inbound, accept
from governance.core import jobs
from governance.core.db import db, now, writing
from governance.relay import robots
from governance.relay.delivery.fan_out import expand
from governance.relay.groups import binding, direct_message
from governance.relay.model import Delivery, Group
from governance.relay.robots import Robot
from governance.tickets.model import Ticket
from governance.wechat.inbound import of_robot
from tests.assistant.callbacks import work
from tests.peers.platform import said
from tests.peers.robot_line import SECRET, RobotLine


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    for name, seconds in (("LOOK", 0.2), ("SPEAK", 0.05), ("TELL", 0.1), ("FIRST_WAIT", 0.05), ("KICKED_WAIT", 0.2)):
        monkeypatch.setattr(robot_connection, name, seconds)


@pytest.fixture
def line(app, cast) -> Iterator[RobotLine]:
    """A robot is kept, and there is a WeCom for it to connect to."""
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), {"bot_id": "aib-1", "secret": SECRET})
    with RobotLine() as running:
        app.extensions["settings"].wecom_aibot_url = running.url
        yield running


@contextmanager
def worker(app: Flask) -> Iterator[None]:
    """A worker that keeps connections and works jobs."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            with app.app_context():
                while jobs.run_next():
                    pass
                db.session.remove()

    threads = [threading.Thread(target=Context().run, args=(work,))]
    threads.append(threading.Thread(target=Context().run, args=(robot_connection.keep_connected, app, stop)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < end
        db.session.rollback()
        time.sleep(0.02)
    db.session.rollback()


def body(words: str, **more: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(said(f"@助手 {words}", **more))
    return found


def replies(line: RobotLine, asked: str) -> list[str]:
    answers = [one for one in line.sent("aibot_respond_msg") if one["headers"]["req_id"] == asked]
    assert all(one["body"]["stream"]["finish"] for one in answers)
    return [one["body"]["stream"]["content"] for one in answers]


def bind(cast, line: RobotLine, chat: str = "chat-5") -> Group:
    asked = line.say(body("你好", chat=chat))
    until(lambda: replies(line, asked))
    number = db.session.scalars(select(robots.Pairing.number).order_by(robots.Pairing.id.desc()).limit(1)).one()
    given = {"number": number}
    return binding.add(cast.viewer("shen"), "wecom_aibot", "residents", "群", given, [cast.place("5号楼")])


def owed(*chats: str) -> list[str]:
    """Answers that stand ready before anybody connects: the requests they belong to."""
    asked = [f"asked-{number}" for number in range(len(chats))]
    for one, chat in zip(asked, chats, strict=True):
        accept("aibot:ginkgo", of_robot(body("帮助", chat=chat), one))
    work()
    return asked


def answered(line: RobotLine) -> list[str]:
    return [frame["headers"]["req_id"] for frame in line.sent("aibot_respond_msg")]


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Inbound.state).order_by(Inbound.id)))


def test_what_is_said_is_heard_once_and_answered_on_the_same_request(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        assert bind(cast, line).receives
        same = body("报事 楼道灯不亮")
        first, again = line.say(same), line.say(same)
        until(lambda: replies(line, first))
        assert "编号" in replies(line, first)[0]
        asked = line.say(body("进度"))
        until(lambda: replies(line, asked))
        assert replies(line, again) == []
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert {row.state for row in db.session.scalars(select(Inbound))} == {"told"}
    assert db.session.scalars(select(Robot.held_by)).one() is None  # let go when the worker ends


def test_a_group_is_told_of_events_over_it(app, cast, line, phone) -> None:
    with worker(app):
        until(lambda: line.connections)
        group = bind(cast, line)
        direct_message.test_message(group, cast.viewer("shen"))
        until(lambda: line.sent("aibot_send_msg"))
        until(lambda: {one.state for one in db.session.scalars(select(Delivery))} == {"sent"})
    (frame,) = line.sent("aibot_send_msg")
    assert (frame["body"]["chatid"], frame["body"]["msgtype"]) == ("chat-5", "markdown")


def test_a_group_whose_robot_only_answers_is_told_of_nothing(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        group = bind(cast, line)
    robot = robots.robot_named("ginkgo")
    robots.change_robot(robot, cast.viewer("shen"), {"token": "a-token", "aes_key": "A" * 43})
    db.session.refresh(group)
    assert not group.receives
    with pytest.raises(binding.Refused):
        direct_message.test_message(group, cast.viewer("shen"))
    while expand():
        pass
    assert db.session.scalars(select(Delivery)).all() == []


def test_it_comes_back_when_it_is_cut_off_and_says_what_it_still_owed(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        bind(cast, line)
        line.hang_up()
        until(lambda: len(line.connections) == 2)
        asked = line.say(body("帮助"))
        until(lambda: replies(line, asked))


def test_when_the_request_is_over_the_answer_goes_to_the_chat(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        bind(cast, line)
        line.refuse["aibot_respond_msg"] += [40058]
        line.say(body("帮助"))
        until(lambda: line.sent("aibot_send_msg"))
    assert "您可以这样说" in line.sent("aibot_send_msg")[0]["body"]["markdown"]["content"]


def test_one_worker_at_a_time_holds_it(app, line) -> None:
    assert [held.name for held in robot_lease.renew_leases("one")] == ["ginkgo"]
    assert robot_lease.renew_leases("two") == []
    assert [held.name for held in robot_lease.renew_leases("one")] == ["ginkgo"]
    robot_lease.release_leases("one")
    assert [held.name for held in robot_lease.renew_leases("two")] == ["ginkgo"]


def test_strange_frames_end_nothing(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        strange = ("", "[]", "{", '"x"', "null", '{"cmd": 1}', '{"cmd": "aibot_msg_callback"}', "[" * 9000)
        for text in (*strange, json.dumps({"cmd": "aibot_msg_callback", "headers": 1, "body": {"msgtype": "text"}})):
            line.send(text)
        asked = line.say(body("帮助"))
        until(lambda: replies(line, asked))
    assert len(line.connections) == 1


def test_a_robot_that_is_not_taken_is_not_said_to_be_connected(app, cast, line) -> None:
    robots.change_robot(robots.robot_named("ginkgo"), cast.viewer("shen"), {"bot_id": "aib-1", "secret": "another"})
    with worker(app):
        until(lambda: len(line.sent("aibot_subscribe")) > 1)
        assert db.session.scalars(select(Robot.connected_at)).one() is None
    assert line.connections == []


def test_who_opens_the_chat_is_greeted(app, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        asked = line.say(body("", msgtype="event", event={"eventtype": "enter_chat"}), "aibot_event_callback")
        until(lambda: line.sent("aibot_respond_welcome_msg"))
    (frame,) = line.sent("aibot_respond_welcome_msg")
    assert frame["headers"]["req_id"] == asked and "助手" in frame["body"]["text"]["content"]
    assert db.session.scalars(select(Inbound)).all() == []


def test_a_moment_without_the_database_ends_no_connection_for_good(app, cast, line, monkeypatch):
    whole, troubles = robot_connection.ready_answers, [OperationalError("SELECT", {}, Exception("deadlock detected"))]

    def answers(source):
        if troubles:
            raise troubles.pop()
        return whole(source)

    with worker(app):
        until(lambda: line.connections)
        monkeypatch.setattr(robot_connection, "ready_answers", answers)
        until(lambda: not troubles)
        until(lambda: len(line.sent("aibot_subscribe")) == 2)
        asked = line.say(body("你好"))
        until(lambda: replies(line, asked))


def test_an_answer_that_has_to_wait_keeps_its_turn_in_its_chat_and_holds_up_no_other(app, line, monkeypatch) -> None:
    monkeypatch.setattr(robot_connection, "BUSY", 0.1)
    first, second, others = owed("chat-5", "chat-5", "chat-6")
    line.refuse["aibot_respond_msg"] += [-1]
    with worker(app):
        until(lambda: states() == ["told"] * 3)
    assert answered(line) == [first, others, first, second]


def test_after_a_day_nobody_waits_for_an_answer_over_it(app, line) -> None:
    _, fresh = owed("chat-5", "chat-5")
    with writing():
        old = db.session.scalars(select(Inbound).order_by(Inbound.id).limit(1)).one()
        old.at = now() - timedelta(days=1, seconds=1)
    with worker(app):
        until(lambda: states()[1] == "told")
    assert answered(line) == [fresh] and states() == ["refused", "told"]


def test_when_it_is_cut_off_only_the_answer_it_was_saying_is_unknown(app, line) -> None:
    first, *others = owed("chat-5", "chat-6", "chat-7")
    line.cuts.add("aibot_respond_msg")
    with worker(app):
        until(lambda: not {"answered", "telling"} & set(states()))
    assert states() == ["unknown", "told", "told"]
    assert answered(line) == [first, *others]


def test_when_it_is_cut_off_only_the_group_it_was_telling_is_not_told_again(app, cast, line) -> None:
    with worker(app):
        until(lambda: line.connections)
        both = [bind(cast, line, chat) for chat in ("chat-5", "chat-6")]
    for group in both:
        direct_message.test_message(group, cast.viewer("shen"))
    line.cuts.add("aibot_send_msg")
    with worker(app):
        until(lambda: len(line.connections) == 3)
        with writing():
            db.session.execute(update(Delivery).where(Delivery.state == "claimed").values(due_at=now()))
        until(lambda: "sent" in db.session.scalars(select(Delivery.state)).all())
    assert [frame["body"]["chatid"] for frame in line.sent("aibot_send_msg")] == ["chat-5", "chat-6"]


def test_what_is_unknown_stays_so_whatever_the_connection_before_says_late(app, line) -> None:
    owed("chat-5")
    (held,) = robot_lease.renew_leases("me")
    with writing():
        row = db.session.scalars(select(Inbound)).one()
        row.state = "telling"
    robot_lease.begin_connection(held)
    robot_connection.record_reply(row.id, "answered")
    assert states() == ["unknown"] and list(robot_lease.ready_answers(held.source)) == []
