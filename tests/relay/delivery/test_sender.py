"""From the record to the groups over real HTTP, with the failures on the way."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.relay.channels.wecom_webhook import WecomWebhook
from governance.relay.delivery import claims, in_flight, sender
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.model import Delivery, Group, Message
from governance.wechat import circuit_breaker
from tests.groups import make_ready, states


def message_states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.state).order_by(Message.id)))


def tell(app) -> None:
    while expand():
        pass
    while deliver(app):
        pass


def test_a_residents_group_hears_once_what_was_finished_in_its_building(app, receiver, robot, ticket, happen):
    robot("5号楼", key="key-of-building-5")
    robot("6号楼", key="key-of-building-6")
    happen(ticket("5号楼"), "finish")
    assert expand() and deliver(app)
    assert not expand() and not deliver(app)
    (heard,) = receiver.heard()
    assert "3号院 5号楼的“电梯”办好了" in heard and "https://onecode.example/t/" in heard and heard.endswith("〔0001〕")
    assert receiver.heard("key-of-building-6") == []
    assert states() == ["sent"]


def test_the_workers_of_the_grid_hear_of_a_report_in_its_building(app, receiver, robot, ticket, happen):
    robot("第一网格", "workers", key="grid-one-workers")
    robot("第二网格", "workers", key="grid-two-workers")
    robot("5号楼", key="building-five-residents")
    happen(ticket("5号楼"), "report")
    tell(app)
    assert [call.key for call in receiver.log.calls] == ["grid-one-workers"]
    assert "【新上报】3号院 5号楼 · 电梯" in receiver.heard()[0]


def test_events_waiting_for_one_group_are_said_together_in_order(app, receiver, robot, ticket, happen):
    robot("5号楼")
    for category in ("lift", "water", "noise"):
        happen(ticket("5号楼", category), "finish")
    tell(app)
    (heard,) = receiver.heard()
    assert [heard.index(word) for word in ("电梯", "漏水积水", "噪音")] == sorted(
        heard.index(word) for word in ("电梯", "漏水积水", "噪音")
    )
    assert states() == ["sent"] * 3 and message_states() == ["sent"]


def test_more_than_fits_goes_into_the_next_message_and_stays_in_order(app, receiver, robot, ticket, happen):
    robot("5号楼")
    numbers = [happen(ticket("5号楼"), "finish") for _ in range(25)]
    tell(app)
    assert len(receiver.heard()) > 1 and all(len(text.encode()) <= 2048 for text in receiver.heard())
    said = "\n".join(receiver.heard())
    places = [said.index(f"编号 {number}-") for number in range(1, len(numbers) + 1)]
    assert places == sorted(places)


@pytest.mark.parametrize(("fault", "after"), [("503", 5), ("429", 60), ("-1", 5), ("45009", 60), ("45033", 5)])
def test_what_was_surely_refused_is_due_again_and_arrives_once(app, receiver, robot, ticket, happen, fault, after):
    robot("5号楼")
    receiver.script[""] = [fault]
    happen(ticket("5号楼"), "finish")
    tell(app)
    assert states() == ["due"] and message_states() == ["refused"]
    waits = db.session.scalars(select(Delivery.due_at)).one() - now()
    assert timedelta(seconds=after - 3) < waits <= timedelta(seconds=after)
    make_ready()
    tell(app)
    assert states() == ["sent"] and len(receiver.heard()) == 1


def test_a_refused_connection_is_surely_not_sent(app, receiver, robot, ticket, happen):
    robot("5号楼")
    app.extensions["settings"].wecom_api_base = "http://127.0.0.1:9"
    happen(ticket("5号楼"), "finish")
    tell(app)
    assert states() == ["due"]
    assert db.session.scalars(select(Delivery.reason)).one() == "连不上企业微信"


@pytest.mark.parametrize("fault", ["reset", "truncated", "garbage", "500"])
def test_a_lost_answer_is_unknown_and_never_repeated(app, receiver, robot, ticket, happen, fault):
    robot("5号楼")
    receiver.script[""] = [fault]
    happen(ticket("5号楼"), "finish")
    tell(app)
    make_ready()
    tell(app)
    assert states() == ["unknown"] and message_states() == ["unknown"]
    assert len(receiver.heard()) == 1


def test_a_hanging_robot_is_left_alone_after_the_timeout_and_holds_up_no_other(
    app, receiver, robot, ticket, happen, monkeypatch
):
    monkeypatch.setattr(sender, "TIMEOUT", sender.aiohttp.ClientTimeout(total=0.5, sock_connect=0.3))
    robot("5号楼", key="hanging-robot")
    robot("6号楼", key="healthy-robot")
    receiver.script["hanging-robot"] = ["hang"]
    happen(ticket("5号楼"), "finish")
    happen(ticket("6号楼"), "finish")
    tell(app)
    assert sorted(states()) == ["sent", "unknown"]
    assert len(receiver.heard("healthy-robot")) == 1


def test_what_is_refused_again_and_again_fails_with_its_reason(app, receiver, robot, ticket, happen):
    robot("5号楼")
    receiver.script[""] = ["-1"] * 10
    happen(ticket("5号楼"), "finish")
    for _ in range(10):
        make_ready()
        tell(app)
    assert states() == ["failed"] and len(receiver.log.calls) == 10
    assert "-1" in db.session.scalars(select(Delivery.reason)).one()


@pytest.mark.parametrize("fault", ["503", "429"])
def test_while_the_other_side_is_away_nothing_fails_and_one_alone_asks_now_and_then(
    app, receiver, robot, ticket, happen, monkeypatch, fault
):
    monkeypatch.setattr(circuit_breaker, "FIRST_REST", 0.2)
    monkeypatch.setattr(circuit_breaker, "LONGEST_REST", 0.2)
    for number in range(30):
        robot("5号楼", key=f"key-of-group-{number:02d}")
    happen(ticket("5号楼"), "finish")
    receiver.always = fault
    for _ in range(12):
        make_ready()
        tell(app)
        time.sleep(0.21)
    assert set(states()) == {"due"} and 12 <= len(receiver.log.calls) <= 30 + 12
    receiver.always = ""
    while set(states()) != {"sent"}:
        make_ready()
        tell(app)
    assert len(receiver.heard()) == 30


def test_what_can_never_be_taken_fails_at_once(app, receiver, robot, ticket, happen):
    robot("5号楼")
    receiver.script[""] = ["40058"]
    happen(ticket("5号楼"), "finish")
    tell(app)
    assert states() == ["failed"]


@pytest.mark.parametrize("fault", ["93000", "93001", "93004", "93008"])
def test_a_dead_robot_disables_its_group_and_a_human_can_see_why(app, receiver, robot, ticket, happen, fault):
    id_ = robot("5号楼")
    receiver.script[""] = [fault]
    happen(ticket("5号楼"), "finish")
    happen(ticket("5号楼"), "reopen")
    tell(app)
    group = db.session.get_one(Group, id_)
    assert group.disabled_at and fault in (group.disabled_why or "")
    assert set(states()) == {"failed"}
    assert db.session.scalars(select(Event.verb).filter_by(noun="group").order_by(Event.id)).all() == ["add", "disable"]
    happen(ticket("5号楼"), "finish")
    tell(app)
    assert len(receiver.log.calls) == 1


class WorkerDied(BaseException):
    """What a kill -9 looks like from inside: nothing after it runs."""


def test_a_worker_that_dies_while_sending_leaves_unknown_and_nothing_is_sent_twice(
    app, receiver, robot, ticket, happen, monkeypatch
):
    robot("5号楼")
    happen(ticket("5号楼"), "finish")
    expand()
    sent = WecomWebhook.send

    async def send_and_die(self, *args):
        await sent(self, *args)
        raise WorkerDied

    monkeypatch.setattr(WecomWebhook, "send", send_and_die)
    with pytest.raises(WorkerDied):
        deliver(app)
    monkeypatch.setattr(WecomWebhook, "send", sent)
    assert states() == ["sending"]
    assert not deliver(app)
    with writing():
        db.session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
    tell(app)
    assert states() == ["unknown"] and len(receiver.heard()) == 1


def test_a_worker_that_dies_after_claiming_is_followed_by_another_when_the_lease_ends(
    app, receiver, robot, ticket, happen
):
    robot("5号楼")
    happen(ticket("5号楼"), "finish")
    expand()
    channel = WecomWebhook(app.extensions["settings"])
    (abandoned,) = claims.claim(channel, 64)
    assert not deliver(app) and states() == ["claimed"]
    make_ready()
    tell(app)
    assert states() == ["sent"] and len(receiver.heard()) == 1
    assert in_flight.start(channel, [abandoned]) == []


def test_a_robot_speaks_at_most_18_times_a_minute_however_many_workers_there_are(
    app, receiver, robot, cast, ticket, happen
):
    """Thirty groups behind one robot, two workers at once: each delivery of its own, all in the same minute."""
    places = ("5号楼", "6号楼", "3号院", "第一网格", "银杏社区")
    for place in places * 6:
        robot(place, key="one-shared-robot")
    happen(ticket("5号楼"), "finish")
    happen(ticket("6号楼"), "finish")
    while expand():
        pass
    workers = [threading.Thread(target=lambda: [deliver(app) for _ in range(6)]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(receiver.log.calls) == 18
    assert set(states()) == {"sent", "due"}
    a_minute_ago = now() - timedelta(seconds=61)
    with writing():
        db.session.execute(update(Message).values(started_at=a_minute_ago))
    make_ready()
    tell(app)
    assert len(receiver.log.calls) == 18  # they may have arrived as late as they were answered
    with writing():
        db.session.execute(update(Message).values(ended_at=a_minute_ago))
    make_ready()
    tell(app)
    assert len(receiver.log.calls) == 30 and set(states()) == {"sent"}
    assert len({call.text for call in receiver.log.calls}) == 30


def test_two_workers_never_tell_a_group_the_same_thing_twice(app, receiver, robot, ticket, happen):
    for number in range(40):
        robot("5号楼", key=f"robot-number-{number:02d}")
    for _ in range(3):
        happen(ticket("5号楼"), "finish")

    def work() -> None:
        with app.app_context():
            for _ in range(8):
                expand()
                deliver(app)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tell(app)
    assert states() == ["sent"] * 120
    said = [(call.key, number) for call in receiver.log.calls for number in (1, 2, 3) if f"编号 {number}-" in call.text]
    assert len(said) == len(set(said)) == 120


def test_the_limit_of_all_robots_together_is_kept(app, receiver, robot, ticket, happen):
    app.extensions["settings"].wecom_ip_per_minute = 5
    for number in range(8):
        robot("5号楼", key=f"robot-number-{number:02d}")
    happen(ticket("5号楼"), "finish")
    tell(app)
    make_ready()
    tell(app)
    assert len(receiver.log.calls) == 5
    assert sorted(states()) == ["due"] * 3 + ["sent"] * 5


def test_a_robot_that_is_too_busy_uses_up_no_tries_though_others_of_its_host_are_served(
    app, receiver, robot, ticket, happen
):
    robot("5号楼", key="busy-robot")
    robot("6号楼", key="healthy-robot")
    receiver.script["busy-robot"] = ["503"] * 12
    happen(ticket("5号楼"), "finish")
    for _ in range(12):
        happen(ticket("6号楼"), "finish")
        make_ready()
        tell(app)
    assert states().count("due") == 1 and states().count("sent") == 12
    make_ready()
    tell(app)
    assert len(receiver.heard("busy-robot")) == 1


def test_while_an_earlier_message_waits_for_its_retry_a_later_one_does_not_overtake_it(
    app, receiver, robot, ticket, happen
):
    robot("5号楼")
    receiver.script[""] = ["503"]
    happen(ticket("5号楼", "lift"), "finish")
    tell(app)
    happen(ticket("5号楼", "noise"), "finish")
    tell(app)
    assert receiver.heard() == [] and states() == ["due", "due"]
    make_ready()
    tell(app)
    (heard,) = receiver.heard()
    assert heard.index("电梯") < heard.index("噪音")


def test_a_moment_without_the_database_forgets_nothing_that_was_sent(app, receiver, robot, ticket, happen, monkeypatch):
    robot("5号楼")
    happen(ticket(), "finish")
    expand()
    whole, troubles = sender.record_outcomes, [OperationalError("UPDATE", {}, Exception("deadlock detected"))]

    def settle(ended):
        if ended and troubles:
            raise troubles.pop()
        whole(ended)

    monkeypatch.setattr(sender, "record_outcomes", settle)
    deliver(app)
    assert (states(), troubles) == (["sent"], [])
