"""Plain speech that may be a matter: what we ask, and which words are taken together."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import db, now, writing
from governance.tickets import actions
from governance.tickets.model import Ticket
from tests.assistant.bot import number_in

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both


def test_what_is_in_hand_here_already_is_offered_before_it_is_reported_again(say) -> None:
    number = number_in(say("报事 电梯关门哐当响"))
    asked = say("电梯又停了", "三楼老周")
    assert f"我也遇到 {number}" in asked and "3号院 5号楼已经有人报了一件：“电梯" in asked
    assert "哐当" not in asked  # nobody has looked at those words yet
    assert "共 2 位邻居" in say(f"我也遇到 {number}", "三楼老周")


@pytest.mark.parametrize("words", ["电梯里也困着人", "电梯又停了，困人", "电梯着火了快来人"])
def test_a_danger_is_never_offered_as_the_same_as_another_matter(say, cast, words) -> None:
    say("报事 电梯关门哐当响")
    asked = say(words, "三楼老周")
    assert "要报上去吗" in asked and "我也遇到" not in asked
    say("不用", "三楼老周")
    ticket = db.session.scalars(select(Ticket)).one()
    actions.make_move(ticket, "finish", cast.viewer("gao"), {"note": "调好了"})
    assert "我也遇到" not in say(words, "三楼老周")


def test_what_is_in_hand_is_told_by_its_words_once_somebody_looked_at_them(say) -> None:
    say("报事 电梯关门哐当响")
    with writing():
        db.session.scalars(select(Ticket)).one().checked_at = now()
    assert "“电梯关门哐当响”" in say("电梯又停了", "三楼老周")


def test_of_two_different_matters_the_last_is_asked_about_and_reported(say) -> None:
    say("楼道灯一直不亮")
    asked = say("楼上漏水了")
    assert "“楼上漏水了”" in asked and "前面的“楼道灯一直不亮”还没有报" in asked
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼上漏水了"


@pytest.mark.parametrize("text", ["在三楼拐角", "五楼的灯也不亮", "都好几天了"])
def test_a_detail_said_before_the_yes_belongs_to_what_was_said(say, text) -> None:
    say("楼道灯一直不亮")
    assert f"“楼道灯一直不亮 {text}”" in say(text)
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words == f"楼道灯一直不亮 {text}"


def test_the_same_said_again_is_asked_about_once(say) -> None:
    assert say("楼道灯一直不亮") == say("楼道灯一直不亮")


def test_what_is_said_some_time_later_is_no_detail(say) -> None:
    say("楼道灯一直不亮")
    with writing():
        db.session.scalars(select(Conversation)).one().asked_at -= timedelta(minutes=6)
    assert "“天上掉下一只猫”" in say("天上掉下一只猫")
    say("是")
    assert db.session.scalars(select(Ticket)).one().words == "天上掉下一只猫"


@pytest.mark.parametrize("text", ["真的没人管吗", "几号楼？", "多久能来？"])
def test_a_question_put_in_between_does_not_push_aside_what_was_begun(say, text) -> None:
    say("楼道灯一直不亮")
    assert "“楼道灯一直不亮”" in say(text)
    say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯一直不亮"


def test_help_asked_for_in_between_leaves_the_question_open(say) -> None:
    say("楼道灯一直不亮")
    say("帮助")
    assert "编号" in say("是")


@pytest.mark.parametrize("text", ["停电了", "没水了", "跳闸了", "水压低"])
def test_trouble_is_a_matter_however_short(say, text) -> None:
    assert "要报上去吗" in say(text)


def test_a_danger_that_fits_nowhere_else_is_of_the_category_of_dangers(say) -> None:
    say("报事 有人触电了")
    assert db.session.scalars(select(Ticket)).one().category.slug == "safety"


@pytest.mark.parametrize("text", ["谢谢", "收到", "你好", "😂", "嗯嗯嗯嗯？", "13812345678", "哈哈哈哈", "👍", "人工"])
def test_what_says_nothing_does_not_push_aside_what_was_asked(say, text) -> None:
    say("楼道灯一直不亮")
    say(text)
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯一直不亮"


@pytest.mark.parametrize("text", ["举报302违建", "举报 楼下烧烤油烟", "我要举报三楼噪音扰民", "举报占道停车"])
def test_to_inform_of_a_thing_is_an_ordinary_matter(say, text) -> None:
    assert "要报上去吗" in say(text)
    assert "编号" in say("是")
    ticket = db.session.scalars(select(Ticket)).one()
    assert not ticket.private and ticket.category.slug != "misconduct"


@pytest.mark.parametrize("text", ["楼上漏水了", "6号楼的灯也不亮", "老公打我", "多久能来？"])
def test_after_a_report_what_is_of_something_else_or_elsewhere_is_no_more_of_it(say, text) -> None:
    say("报事 楼道灯不亮")
    assert "要写进" not in say(text)


def test_some_minutes_after_a_report_what_is_said_is_a_matter_of_its_own(say) -> None:
    say("报事 楼道灯不亮")
    with writing():
        db.session.scalars(select(Conversation)).one().reported_at -= timedelta(minutes=6)
    assert "要报上去吗" in say("在三楼拐角")
