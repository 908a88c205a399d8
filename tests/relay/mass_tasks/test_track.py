"""Mass tasks over real HTTP: created, pressed by their owner, tracked, and shown to keepers."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.errors import Invalid, Missing
from governance.core.web.pages import ZONE
from governance.relay.delivery import actions, fan_out
from governance.relay.delivery.in_flight import reap
from governance.relay.groups import binding
from governance.relay.mass_tasks import actions as delivery_actions
from governance.relay.mass_tasks import create, track
from governance.relay.mass_tasks.jobs import mass_task, mass_tasks
from governance.relay.mass_tasks.model import MassTask
from governance.relay.model import Delivery, Group, Message
from governance.wechat import circuit_breaker
from governance.wechat.model import WechatToken
from tests.at_once import right_after
from tests.groups import make_ready, states
from tests.peers.wechat import MASS
from tests.relay.delivery.test_sender import message_states

ADD, REMIND, CANCEL = f"{MASS}add_msg_template", f"{MASS}remind_groupmsg_send", f"{MASS}cancel_groupmsg_send"
NOON = datetime(2026, 6, 15, 12, tzinfo=ZONE)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the tasks are followed by."""

    class Clock:
        at = now()

    monkeypatch.setattr(track, "now", lambda: Clock.at)
    return Clock


def look_again():
    """Let the time pass until the tasks are looked at again."""
    with writing():
        db.session.execute(update(MassTask).values(next_at=datetime(2020, 1, 1, tzinfo=ZONE)))
    mass_tasks()


def task():
    db.session.rollback()
    return db.session.scalars(select(MassTask).order_by(MassTask.id.desc())).first()


def reasons():
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.reason).order_by(Delivery.id)))


def test_groups_of_one_owner_that_hear_the_same_are_one_task(app, wechat, customer_group, finish):
    for number in (1, 2):
        customer_group("5号楼", chat=f"wrOgQhDgAA000000000{number}")
    customer_group("5号楼", owner="WangFang", chat="wrOgQhDgAA0000000003")
    finish()
    mass_tasks()
    assert {one.owner: len(one.chats) for one in wechat.tasks.values()} == {"LiMing": 2, "WangFang": 1}
    assert len(wechat.tasks) == 2 and all("“电梯”办好了" in one.words for one in wechat.tasks.values())


def test_an_owners_groups_that_hear_different_things_are_different_tasks(app, wechat, customer_group, finish):
    customer_group("5号楼")
    customer_group("6号楼")
    finish("5号楼")
    finish("6号楼", "water")
    mass_tasks()
    assert sorted(len(one.chats) for one in wechat.tasks.values()) == [1, 1]


def test_nothing_is_said_to_be_out_before_the_owner_pressed(app, wechat, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    assert states() == ["sending"]
    assert db.session.scalars(select(Message)).one().label == "等群主点发送"
    with writing():
        db.session.execute(update(Message).values(started_at=now() - timedelta(days=2)))
    reap()
    look_again()
    assert states() == ["sending"]
    wechat.press()
    look_again()
    assert states() == ["sent"] and message_states() == ["sent"] and task().state == "done"


def test_who_is_over_their_quota_did_not_get_it_and_the_others_did(app, wechat, customer_group, finish):
    two = [customer_group("5号楼", chat=f"wrOgQhDgAAMYQiS5ol9G7gK9JV{n}") for n in (1, 2)]
    finish()
    mass_tasks()
    assert len(wechat.tasks) == 1 and len(two) == len(states()) == 2
    wechat.page = 1
    wechat.press("wrOgQhDgAAMYQiS5ol9G7gK9JV2")
    look_again()
    assert states() == ["sent", "failed"] and reasons() == [None, "这个群这个月收满了"]
    assert len(set(db.session.scalars(select(Message.short_code)))) == 1


def test_a_group_of_another_owner_is_told_apart_from_those_that_got_the_task(app, wechat, customer_group, finish):
    customer_group("5号楼", chat="wrOgQhDgAA0000000001")
    customer_group("5号楼", chat="wrOgQhDgAA0000000002", real=False)
    finish()
    mass_tasks()
    assert states() == ["sending", "failed"] and "不是这位群主的客户群" in reasons()[1]


def test_an_owner_is_reminded_three_times_by_day_and_after_a_week_the_task_is_cancelled(
    app, wechat, customer_group, finish, clock
):
    customer_group("5号楼")
    finish()
    mass_tasks()
    (msgid,) = wechat.tasks
    reminded_at = []
    for hours in (*range(1, 25), *range(26, 7 * 24, 6)):
        clock.at = NOON + timedelta(hours=hours)
        with writing():
            db.session.execute(update(MassTask).values(created_at=NOON, next_at=NOON))
        before = wechat.tasks[msgid].reminded
        track.track_due_tasks()
        reminded_at += [hours] * (wechat.tasks[msgid].reminded - before)
    assert reminded_at == [2, 8, 20] and task().reminded == 3 and not wechat.tasks[msgid].cancelled
    clock.at = NOON + timedelta(days=7, minutes=1)
    look_again()
    assert wechat.tasks[msgid].cancelled and states() == ["failed"] and reasons() == ["群主七天没有点发送，已取消"]
    assert task().state == "cancelled"


def test_nobody_is_reminded_at_night(app, wechat, customer_group, finish, clock):
    customer_group("5号楼")
    finish()
    mass_tasks()
    given = NOON.replace(hour=19, minute=30)
    with writing():
        db.session.execute(update(MassTask).values(created_at=given))
    hours = []
    for clock.at in (given + timedelta(minutes=30 * n) for n in range(48)):
        before = task().reminded
        look_again()
        hours += [clock.at.hour] * (task().reminded - before)
    assert hours == [8, 10, 15]


@pytest.mark.parametrize("fault", ["lost", "reset", "html", "500"])
def test_a_task_whose_answer_was_lost_is_unknown_and_not_given_again(app, wechat, customer_group, finish, fault):
    customer_group("5号楼")
    wechat.scripted[ADD] = [fault]
    finish()
    mass_tasks()
    make_ready()
    look_again()
    assert states() == ["unknown"] and message_states() == ["unknown"] and task().state == "unknown"
    assert wechat.times(ADD) == 1


REFUSALS = [("503", "due"), ("45009", "due"), ("41048", "failed"), ("48001", "failed")]


@pytest.mark.parametrize(("fault", "state"), REFUSALS)
def test_a_task_that_was_surely_refused_is_given_again_or_listed(app, wechat, customer_group, finish, fault, state):
    customer_group("5号楼")
    wechat.scripted[ADD] = [fault]
    finish()
    mass_tasks()
    assert states() == [state] and fault in reasons()[0]
    make_ready()
    mass_tasks()
    assert len(wechat.tasks) == (state == "due")


def test_a_worker_that_dies_while_handing_over_leaves_it_unknown(app, wechat, customer_group, finish, monkeypatch):
    customer_group("5号楼")
    finish()
    with monkeypatch.context() as patched:
        patched.setattr("governance.relay.mass_tasks.create._ask", lambda _given: True)
        mass_tasks()
    with writing():
        db.session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
        db.session.execute(update(MassTask).values(created_at=now() - timedelta(minutes=6)))
    reap()
    mass_tasks()
    assert states() == ["unknown"] and task().state == "unknown" and wechat.times(ADD) == 0


def test_a_group_is_told_once_a_day_and_the_rest_in_one_digest_tomorrow(app, wechat, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    wechat.press()
    look_again()
    for category in ("water", "noise", "parking"):
        finish(category=category)
        mass_tasks()
    assert len(wechat.tasks) == 1 and states() == ["sent", "due", "due", "due"]
    waits = db.session.scalars(select(Delivery.due_at).where(Delivery.state == "due").order_by(Delivery.id)).first()
    assert waits.astimezone(ZONE).hour == 8 and waits > now()
    with writing():
        db.session.execute(update(Message).values(started_at=now() - timedelta(days=1)))
    make_ready()
    mass_tasks()
    assert len(wechat.tasks) == 2
    words = wechat.tasks["msg-2"].words
    assert words.count("办好了") == 3


def test_a_month_has_room_for_as_many_as_it_has_days(app, wechat, customer_group, finish):
    id_ = customer_group("5号楼")
    app.extensions["settings"].wecom_tasks_a_day = 31
    with writing():
        told = {"group_id": id_, "channel": "wecom_mass_task", "words": "话", "state": "sent"}
        db.session.add_all(Message(short_code=f"{n:04d}", **told) for n in range(31))
    finish()
    mass_tasks()
    due_at = db.session.scalars(select(Delivery.due_at)).one().astimezone(ZONE)
    assert wechat.tasks == {} and states() == ["due"] and (due_at.day, due_at.hour) == (1, 8)


def test_two_workers_looking_at_once_settle_a_task_once(app, wechat, customer_group, finish):
    for number in range(6):
        customer_group("5号楼", owner=f"owner{number}", chat=f"wrOgQhDgAA000000000{number}")
    finish()
    mass_tasks()
    wechat.press()
    with writing():
        db.session.execute(update(MassTask).values(next_at=now() - timedelta(minutes=1)))

    def work():
        with app.app_context():
            track.track_due_tasks()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert states() == ["sent"] * 6 and wechat.times(track.RESULT) == 6
    assert set(db.session.scalars(select(Delivery.tries))) == {0}


def test_two_workers_giving_at_once_give_each_task_once(app, wechat, customer_group, finish):
    for number in range(6):
        customer_group("5号楼", owner=f"owner{number}", chat=f"wrOgQhDgAA000000000{number}")
    finish()

    def work():
        with app.app_context():
            mass_tasks()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert states() == ["sending"] * 6 and sorted(one.owner for one in wechat.tasks.values()) == [
        f"owner{number}" for number in range(6)
    ]


def test_a_keeper_sees_who_is_waited_for_and_calls_it_off(app, cast, wechat, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    (seen,) = delivery_actions.waiting(cast.viewer("shen"))
    assert (seen.task.owner, seen.count, seen.may_cancel) == ("LiMing", 1, True)
    delivery_actions.cancel(seen.task.id, cast.viewer("shen"))
    while jobs.run_next():
        pass
    assert wechat.tasks["msg-1"].cancelled and states() == ["failed"] and task().state == "cancelled"
    assert reasons() == ["管群的人取消了这次群发"]
    assert actions.retry(db.session.scalars(select(Delivery)).one().group, cast.viewer("shen")) == 0


def test_what_the_owner_sent_before_it_could_be_called_off_counts_as_sent(app, cast, wechat, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    delivery_actions.cancel(task().id, cast.viewer("shen"))
    wechat.press()
    mass_task(task().id)
    assert states() == ["sent"] and task().state == "done"


def test_nobody_calls_off_what_others_keep(app, cast, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    assert delivery_actions.waiting(cast.viewer("tang")) == []
    with pytest.raises(Missing):
        delivery_actions.cancel(task().id, cast.viewer("tang"))


def test_trouble_while_looking_is_shown_and_settles_nothing(app, wechat, customer_group, finish):
    customer_group("5号楼")
    finish()
    mass_tasks()
    wechat.always[track.TASK] = "48001"
    look_again()
    assert states() == ["sending"] and "48001" in task().reason
    wechat.always[track.TASK] = "41047"
    look_again()
    assert states() == ["unknown"] and task().state == "unknown"


def test_without_wecom_it_fails_with_the_reason(app, wechat, customer_group, finish):
    customer_group("5号楼")
    app.extensions["wechat"]._clients.clear()
    finish()
    mass_tasks()
    assert states() == ["failed"] and "没有接企业微信" in reasons()[0]


@pytest.mark.parametrize(
    "given", [{"chat_id": "5号楼", "owner": "LiMing"}, {"chat_id": "wrOgQhDgAA000001", "owner": "李明"}, {}]
)
def test_a_binding_names_a_customer_group_and_its_owner(cast, given):
    with pytest.raises(Invalid):
        binding.add(cast.viewer("du"), "wecom_mass_task", "residents", "群", given, [cast.place("5号楼")])


def test_the_pages_say_whom_a_group_waits_for_and_let_a_keeper_call_it_off(app, phone, customer_group, finish):
    group_id = customer_group("5号楼")
    finish()
    mass_tasks()
    keeper = phone().sign_in("shen")
    for path in (f"/keep/groups/{group_id}", "/keep/relay"):
        page = keeper.get(path).text
        assert "群主 LiMing" in page and "等群主点发送" in page and "还没提醒过" in page
    keeper.post(f"/keep/relay/tasks/{task().id}/cancel")
    assert "正在取消" in keeper.get("/keep/relay").text


def test_however_long_wecom_is_away_nothing_fails_and_the_task_is_given_when_it_is_back(
    app, wechat, customer_group, finish
):
    customer_group("5号楼")
    finish()
    wechat.leave()
    for _ in range(14):
        _after_every_rest()
        mass_tasks()
    assert states() == ["due"]
    wechat.come_back()
    _after_every_rest()
    mass_tasks()
    assert len(wechat.tasks) == 1 and states() == ["sending"]


def _after_every_rest() -> None:
    """The time passed that deliveries, the token and the host had to wait."""
    make_ready()
    with writing():
        db.session.execute(update(WechatToken).values(rest_until=None))
    for host in circuit_breaker.HOSTS.values():
        host._until = 0.0


def test_a_group_archived_as_it_became_owed_something_holds_up_no_other(
    app, wechat, customer_group, ticket, happen, finish, cast
):
    gone = customer_group("5号楼")
    happen(ticket(), "finish")
    with right_after(
        app, fan_out, "_write", lambda: binding.archive(db.session.get_one(Group, gone), cast.viewer("du"))
    ):
        fan_out.expand()
    customer_group("6号楼", owner="WangFang")
    finish("6号楼")
    make_ready()
    mass_tasks()
    assert len(wechat.tasks) == 1


@pytest.mark.parametrize("stop", [binding.archive, binding.disable])
def test_what_is_put_off_after_its_group_was_stopped_is_not_given_again(
    app, wechat, customer_group, finish, cast, monkeypatch, stop
):
    id_ = customer_group("5号楼")
    finish()
    whole = create._ask

    def ask(given):
        stop(db.session.get_one(Group, id_), cast.viewer("du"))
        create._not_given(given, create.Later("忙", 1))
        return False

    monkeypatch.setattr(create, "_ask", ask)
    mass_tasks()
    monkeypatch.setattr(create, "_ask", whole)
    make_ready()
    customer_group("6号楼", owner="WangFang")
    finish("6号楼")
    mass_tasks()
    assert len(wechat.tasks) == 1 and states()[0] == "failed"
