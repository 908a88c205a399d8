"""Replies through the gateway: sent once, retried only when certainly not sent."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from governance.assistant.inbound.inbox import Inbound
from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.jobs import Job
from governance.people.model import Person
from governance.relay.subscriptions import recipients
from governance.relay.subscriptions.recipients import own_group_of
from governance.tickets.model import Ticket
from governance.wechat import replying
from tests.assistant.callbacks import open_doors, send, work
from tests.at_once import beside
from tests.cast import resident
from tests.peers.platform import Platform, event, image, text
from tests.peers.wechat import APP_ID, CORP_ID, CUSTOM, MEDIA, MESSAGE, TEMPLATE
from tests.photos import jpeg_with_gps
from tests.relay.subscriptions.test_recipients import somebody, tell


@pytest.fixture(autouse=True)
def doors(app, cast, gateway) -> None:
    open_doors(app, cast)
    app.extensions["settings"].wechat_app_id, app.extensions["settings"].wecom_corp_id = APP_ID, CORP_ID


def say(app, plain: str, door: str = "official") -> None:
    theirs = Platform({"official": APP_ID, "app": CORP_ID}[door])
    assert send(app, door, theirs.call(plain)).status_code == 200


def again() -> None:
    """What waits for a better moment is due now."""
    jobs.HELD_UNTIL.clear()
    with writing():
        for job in db.session.scalars(select(Job).filter_by(state="due")):
            job.due_at = now()
    work(well=False)


def state() -> str:
    db.session.rollback()
    return db.session.scalars(select(Inbound.state).order_by(Inbound.id.desc()).limit(1)).one()


@pytest.mark.parametrize(("name", "key"), [("subscribe", ""), ("subscribe", "qrscene_{code}")])
def test_who_follows_again_is_told_again_if_they_had_agreed(app, cast, wechat, ticket, happen, name, key) -> None:
    fields = "thing1=事项,character_string2=编号,phrase3=进展,time4=时间,thing5=提醒"
    app.extensions["settings"].wechat_template_reopened = f"template-reopened,{fields}"
    id_ = ticket()
    agreed = somebody(cast, "取关的", id_, "o-resident-1")
    taken_back = somebody(cast, "取消的", id_, "o-resident-2", role="joiner")
    wechat.scripted[TEMPLATE] = ["43004", "43004"]
    happen(id_, "reopen")
    tell(app)
    with writing():
        recipients.take_back(resident(db.session.get_one(Person, taken_back)))
    assert own_group_of(agreed, "resident").disabled_at
    for openid in ("o-resident-1", "o-resident-2", "o-nobody-knows"):
        say(app, event(name, key.format(code=cast.codes["5号楼"]), openid))
    work()
    db.session.rollback()
    assert own_group_of(agreed, "resident").hears and own_group_of(taken_back, "resident").archived_at
    happen(id_, "reopen", round=3)
    tell(app)
    assert [call.body["touser"] for call in wechat.done if call.path == TEMPLATE] == ["o-resident-1"]


def test_only_writing_to_the_account_changes_nothing_of_what_is_told(app, cast, ticket) -> None:
    person = somebody(cast, "拒收的", ticket(), "o-resident-1")
    with writing():
        own_group_of(person, "resident").disabled_at = now()
    say(app, text("帮助"))
    say(app, event("unsubscribe"))
    work()
    db.session.rollback()
    assert own_group_of(person, "resident").disabled_at


@pytest.mark.parametrize(("door", "path"), [("official", CUSTOM), ("app", MESSAGE)])
def test_an_answer_reaches_who_asked_by_their_name_there(app, wechat, door: str, path: str) -> None:
    say(app, text("帮助", "o-resident"), door)
    work()
    (call,) = [one for one in wechat.done if one.path == path]
    assert (call.body["touser"], call.body["msgtype"]) == ("o-resident", "text")
    assert "您可以这样说" in call.body["text"]["content"] and state() == "told"


def test_the_same_message_many_times_is_answered_once(app, wechat) -> None:
    call = Platform(APP_ID).call(text("帮助"))
    for _ in range(3):
        assert send(app, "official", call).status_code == 200
        work()
    assert wechat.times(CUSTOM) == 1


@pytest.mark.parametrize("fault", ["-1", "45009", "503"])
def test_what_was_surely_not_sent_is_sent_later(app, wechat, fault: str) -> None:
    wechat.scripted[CUSTOM] = [fault]
    say(app, text("帮助"))
    work(well=False)
    assert state() == "answered"
    again()
    assert (state(), sum(one.path == CUSTOM for one in wechat.done)) == ("told", 1)


def told(wechat) -> list[str]:
    return [call.body["text"]["content"][:4] for call in wechat.done if call.path == CUSTOM]


def test_answers_to_one_person_keep_their_turn_when_one_has_to_wait(app, wechat) -> None:
    wechat.scripted[CUSTOM] = ["-1"]
    say(app, text("帮助"))
    say(app, text("进度"))
    say(app, text("帮助", "o-resident-2"))
    work(well=False)
    assert [call.body["touser"] for call in wechat.calls if call.path == CUSTOM] == ["o-resident-1", "o-resident-2"]
    again()
    help_, *others = told(wechat)
    assert (len(others), others[0]) == (2, help_) and others[1] != help_


def test_an_answer_that_had_to_wait_for_a_day_holds_up_nobody_any_more(app, wechat) -> None:
    wechat.scripted[CUSTOM] = ["-1"] * 20
    say(app, text("帮助"))
    say(app, text("进度"))
    for _ in range(20):
        again()
    assert (wechat.times(CUSTOM), told(wechat)) == (20, [])
    with writing():
        first = db.session.scalars(select(Inbound).order_by(Inbound.id).limit(1)).one()
        first.at = now() - timedelta(days=1, seconds=1)
    again()
    db.session.rollback()
    assert db.session.scalars(select(Inbound.state).order_by(Inbound.id)).all() == ["refused", "told"]


def test_what_another_worker_gave_up_meanwhile_is_not_said_after_all(app, wechat, monkeypatch) -> None:
    to_person = replying.to_person

    def slow(*said: str) -> None:
        with writing():
            db.session.execute(update(Job).where(Job.state == "claimed").values(lease_until=now()))
        beside(app, jobs.run_next).join()
        to_person(*said)

    monkeypatch.setattr(replying, "to_person", slow)
    wechat.scripted[CUSTOM] = ["-1"]
    say(app, text("帮助"))
    work()
    assert state() == "unknown"


@pytest.mark.parametrize("fault", ["lost", "500", "html", "truncated"])
def test_what_may_have_arrived_is_never_said_twice(app, wechat, fault: str) -> None:
    wechat.scripted[CUSTOM] = [fault]
    say(app, text("帮助"))
    work(well=False)
    again()
    assert (state(), wechat.times(CUSTOM)) == ("unknown", 1)


@pytest.mark.parametrize("fault", ["45015", "45047", "40003"])
def test_who_cannot_be_written_to_is_not_tried_again(app, wechat, fault: str) -> None:
    wechat.scripted[CUSTOM] = [fault]
    say(app, text("帮助"))
    work()
    again()
    assert (state(), wechat.times(CUSTOM)) == ("refused", 1)


def test_a_worker_that_died_while_sending_leaves_what_nobody_knows(app, wechat) -> None:
    say(app, text("帮助"))
    with writing():
        row = db.session.scalars(select(Inbound)).one()
    assert row.state == "stored"
    work()
    with writing():
        db.session.get_one(Inbound, row.id).state = "telling"
        for job in db.session.scalars(select(Job).where(Job.name.startswith("relay.answer_"))):
            job.state, job.due_at = "due", now()
    work()
    assert (state(), wechat.times(CUSTOM)) == ("unknown", 1)


def test_a_photo_is_fetched_by_its_number_and_joins_the_report(app, cast, wechat) -> None:
    wechat.files["media-1"] = jpeg_with_gps()
    say(app, event("SCAN", cast.codes["5号楼"]))
    work()
    say(app, text("报事 电梯关门哐当响"))
    work()
    say(app, image("media-1"))
    say(app, image("media-that-is-gone"))
    work()
    photos = db.session.scalars(select(Ticket)).one().photos
    assert [(photo.step, photo.state) for photo in photos] == [("more", "clean")]
    said = [one.body["text"]["content"] for one in wechat.done if one.path == CUSTOM]
    assert any("已放进编号" in one for one in said) and any(one.startswith("照片没收到") for one in said)
    assert wechat.times(MEDIA) == 2


def test_while_tencent_is_away_a_photo_is_asked_for_again(app, cast, wechat) -> None:
    wechat.files["media-1"], wechat.scripted[MEDIA] = jpeg_with_gps(), ["reset"]
    say(app, image("media-1"))
    work(well=False)
    again()
    again()
    assert wechat.times(MEDIA) == 2 and state() == "told"
