"""Photos join the matter said before them or with them, however late they arrive."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.assistant.inbound import inbox_jobs, receive
from governance.assistant.inbound.inbox import Inbound
from governance.core import jobs
from governance.core.db import db
from governance.core.errors import TooMuch
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot
from tests.assistant.callbacks import open_doors, send, work
from tests.assistant.inbound.test_replies import again
from tests.peers.platform import Platform, event, image, text
from tests.peers.wechat import APP_ID, MEDIA
from tests.photos import jpeg_with_gps


@pytest.fixture(autouse=True)
def talking(app, cast, gateway, wechat) -> None:
    """Somebody has scanned the code of a building, and reported something there."""
    open_doors(app, cast)
    app.extensions["settings"].wechat_app_id = APP_ID
    wechat.files |= {name: jpeg_with_gps() for name in ("media-1", "media-2")}
    say(app, event("SCAN", cast.codes["5号楼"]))
    say(app, text("报事 楼道灯不亮"))
    work()


def say(app, plain: str) -> None:
    assert send(app, "official", Platform(APP_ID).call(plain)).status_code == 200


def photos() -> list[int]:
    """How many each ticket has, in the order in which they were reported."""
    db.session.rollback()
    return [len(ticket.photos) for ticket in db.session.scalars(select(Ticket).order_by(Ticket.id))]


def answers() -> list[str]:
    db.session.rollback()
    return [row.reply or "" for row in db.session.scalars(select(Inbound).order_by(Inbound.id))]


def test_a_photo_after_the_report_joins_it(app) -> None:
    say(app, image("media-1"))
    work()
    assert photos() == [1] and "已放进编号" in answers()[-1]


def test_a_photo_does_not_overtake_the_words_before_it(app) -> None:
    say(app, text("报事 我家厨房漏水很大"))
    say(app, image("media-1"))
    while jobs.run_next(network=True):
        pass
    work()
    assert photos() == [0, 1]


def test_words_do_not_overtake_a_photo_that_comes_soon(app, wechat) -> None:
    wechat.scripted[MEDIA] = ["reset"]
    say(app, image("media-1"))
    say(app, text("报事 我家厨房漏水很大"))
    work()
    assert photos() == [0], "the words wait too"
    again()
    assert photos() == [1, 0]


def test_words_wait_no_longer_and_a_photo_that_comes_late_is_asked_for_again(app, wechat, monkeypatch) -> None:
    monkeypatch.setattr(inbox_jobs, "WAIT_FOR_PHOTOS", timedelta(0))
    wechat.scripted[MEDIA] = ["reset"] * 2
    say(app, image("media-1"))
    say(app, text("报事 我家厨房漏水很大"))
    work(well=False)
    assert photos() == [0, 0]
    again()
    again()
    assert photos() == [0, 0] and "请再发一次" in answers()[-2]


def test_a_photo_that_comes_late_joins_what_was_reported_before_it(app, wechat, monkeypatch) -> None:
    monkeypatch.setattr(inbox_jobs, "WAIT_FOR_PHOTOS", timedelta(0))
    wechat.scripted[MEDIA] = ["reset"] * 2
    say(app, image("media-1"))
    work(well=False)
    again()
    again()
    assert photos() == [1]


def test_a_photo_belongs_to_what_we_are_asking_about(app) -> None:
    say(app, text("电梯关门哐当响"))
    say(app, image("media-1"))
    work()
    assert photos() == [0] and "请先回上一句" in answers()[-1]
    say(app, text("是"))
    work()
    assert photos() == [0, 1]


def test_a_photo_sent_while_we_ask_whether_it_is_more_of_the_same_goes_the_same_way(app) -> None:
    say(app, text("三层的灯也不亮"))
    say(app, image("media-1"))
    work()
    assert "要写进刚才报的" in answers()[-2] and photos() == [0]
    say(app, text("是"))
    work()
    assert photos() == [1]


def test_a_photo_that_comes_with_words_is_theirs(app, cast) -> None:
    """A bot sends both at once; what was reported before has no part in it."""
    group = bind_bot(cast)
    shot = (jpeg_with_gps(),)
    receive.answer_member(group.robot, group, "爱种花的", "m1", "报事 楼道灯不亮")
    receive.answer_member(group.robot, group, "爱种花的", "m2", "报事 电梯关门哐当响", shot)
    assert photos() == [0, 0, 1]
    assert "已放进编号" in receive.answer_member(group.robot, group, "爱种花的", "m3", "谢谢", shot)
    assert photos() == [0, 0, 2]


@pytest.mark.parametrize("words", ["着火了，救命", "我不想活了"])
def test_who_said_much_and_then_speaks_of_a_danger_is_heard(app, cast, words) -> None:
    group = bind_bot(cast)
    for number in range(30):
        receive.answer_member(group.robot, group, "爱种花的", f"m{number}", "谢谢")
    with pytest.raises(TooMuch):
        receive.answer_member(group.robot, group, "爱种花的", "m30", "谢谢")
    assert re.search(r"\b(119|120|110|12356)\b", receive.answer_member(group.robot, group, "爱种花的", "m31", words))
