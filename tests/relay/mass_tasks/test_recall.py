"""Mass tasks are recalled when their words must not be told any more; their other deliveries are sent again."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from governance.core import jobs
from governance.core.db import db, now, writing
from governance.notices import actions as notices
from governance.relay.delivery import actions
from governance.relay.groups import binding
from governance.relay.mass_tasks import create
from governance.relay.mass_tasks.jobs import mass_tasks
from governance.relay.mass_tasks.model import MassTask
from governance.relay.model import Delivery, Group, Message
from tests.groups import make_ready, states
from tests.relay.delivery.test_sender import tell
from tests.relay.mass_tasks.test_track import look_again, reasons


@pytest.fixture
def publish(app, cast):
    def told():
        facts = {"title": "周四停水", "words": "请存水。", "audience": "residents", "urgent": False}
        notice = notices.write(cast.place("银杏社区"), cast.viewer("shen"), str(uuid.uuid4()), **facts)
        notices.make_move(notice, "publish", cast.viewer("shen"), {})
        tell(app)
        return notice

    return told


def work() -> None:
    db.session.rollback()
    while jobs.run_next(network=True):
        pass
    db.session.rollback()


def stop(cast, notice) -> None:
    notices.make_move(notice, "stop", cast.viewer("shen"), {"note": "不停水了"})


def test_stopping_a_notice_takes_it_back_from_every_owner(cast, wechat, customer_group, publish):
    customer_group("5号楼")
    customer_group("6号楼", owner="WangWu")
    notice = publish()
    mass_tasks()
    stop(cast, notice)
    work()
    assert [task.cancelled for task in wechat.tasks.values()] == [True, True]
    assert states() == ["failed", "failed"] and set(reasons()) == {"通知已停"}
    make_ready()
    mass_tasks()
    assert len(wechat.tasks) == 2
    group = db.session.scalars(select(Group)).first()
    assert actions.retry(group, cast.viewer("shen")) == 0  # somebody wanted it so


def test_what_went_in_the_same_task_as_a_stopped_notice_goes_in_another(
    app, cast, wechat, customer_group, publish, finish
):
    customer_group("5号楼")
    notice = publish()
    finish()
    mass_tasks()
    stop(cast, notice)
    work()
    assert wechat.tasks["msg-1"].cancelled and states() == ["failed", "due"]
    make_ready()
    mass_tasks()
    words = wechat.tasks["msg-2"].words
    assert "办好了" in words and "停水" not in words and states() == ["failed", "sending"]


def test_what_the_owner_sent_before_it_was_taken_back_counts_as_sent(cast, wechat, customer_group, publish):
    customer_group("5号楼")
    notice = publish()
    mass_tasks()
    wechat.press()
    stop(cast, notice)
    work()
    assert states() == ["sent"] and reasons() == [None] and not wechat.tasks["msg-1"].cancelled


@pytest.mark.parametrize("end", [binding.disable, binding.archive])
def test_a_group_that_is_silent_leaves_the_task_and_the_others_get_another(
    app, cast, wechat, customer_group, finish, end
):
    gone, stays = customer_group("5号楼"), customer_group("5号楼", chat="wrOgQhDgAA999999")
    finish()
    mass_tasks()
    assert len(wechat.tasks["msg-1"].chats) == 2
    end(db.session.get_one(Group, gone), cast.viewer("shen"))
    work()
    assert wechat.tasks["msg-1"].cancelled
    by_group = dict(db.session.execute(select(Delivery.group_id, Delivery.state)).all())
    assert by_group == {gone: "failed", stays: "due"}
    make_ready()
    mass_tasks()
    assert wechat.tasks["msg-2"].chats == ["wrOgQhDgAA999999"] and len(wechat.tasks) == 2


def test_a_task_that_was_just_being_handed_over_is_taken_back_too(
    app, cast, wechat, customer_group, publish, monkeypatch
):
    customer_group("5号楼")
    notice = publish()
    ask = create._ask

    def stopped_meanwhile(given):
        stop(cast, notice)
        return ask(given)

    monkeypatch.setattr(create, "_ask", stopped_meanwhile)
    mass_tasks()
    work()
    look_again()
    assert wechat.tasks["msg-1"].cancelled and states() == ["failed"] and reasons() == ["通知已停"]


def test_many_tasks_are_called_off_even_without_jobs_of_their_own(
    app, cast, wechat, customer_group, publish, monkeypatch
):
    monkeypatch.setattr("governance.relay.mass_tasks.recall.AT_ONCE", 0)
    customer_group("5号楼")
    notice = publish()
    mass_tasks()
    stop(cast, notice)
    mass_tasks()
    assert wechat.tasks["msg-1"].cancelled and states() == ["failed"]


def test_while_wecom_does_not_answer_it_stays_with_the_owner_and_is_tried_again(
    app, cast, wechat, customer_group, publish
):
    customer_group("5号楼")
    notice = publish()
    mass_tasks()
    wechat.scripted["/cgi-bin/externalcontact/cancel_groupmsg_send"] = ["503"]
    stop(cast, notice)
    work()
    assert states() == ["sending"]
    look_again()
    assert states() == ["failed"] and wechat.tasks["msg-1"].cancelled
    with writing():
        db.session.execute(update(MassTask).values(next_at=now() - timedelta(minutes=1)))
    assert db.session.scalars(select(Message.state)).all() == ["refused"]
