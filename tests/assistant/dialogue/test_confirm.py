"""Answers to our questions: yes, no, a place, more of the same, another matter."""

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.core.events import history
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot, number_in

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
YES = ["是的，报吧", "好的好的", "嗯", "对，麻烦报一下", "可以", "是啊", "报吧谢谢", "要报", "请帮我报上去"]
YES += ["👌", "[OK]", "那就报吧", "必须的", "得嘞", "回是", "是的，麻烦了", "嗯嗯"]
NO = ["不报了", "不用了谢谢", "算了吧", "别报", "不需要", "取消"]
NO += ["算了不报了", "算了吧 我自己换", "不用，已经有人报了", "先不用", "先别报"]
YARD = "chat-yard"


def only() -> Ticket:
    return db.session.scalars(select(Ticket)).one()


@pytest.mark.parametrize("text", YES)
def test_a_yes_in_other_words_reports_what_was_said_before(say, text) -> None:
    assert "要报上去吗" in say("楼道灯一直不亮")
    assert "编号" in say(text)
    assert only().words == "楼道灯一直不亮"


@pytest.mark.parametrize("text", NO)
@pytest.mark.parametrize("first", ["楼道灯一直不亮", "报事"])
def test_a_no_in_other_words_reports_nothing(say, first, text) -> None:
    say(first)
    assert say(text) == "好，没有报。"
    assert db.session.scalars(select(Ticket)).all() == []


def test_a_group_of_several_buildings_is_asked_which(say, cast) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat=YARD)
    assert "哪一个地方（5号楼、6号楼）" in say("报事 灯不亮", group=YARD)
    assert "6号楼" in say("报事 6号楼 灯不亮", group=YARD)
    assert only().place_id == cast.places["6号楼"]


@pytest.mark.parametrize("named", ["5号楼", "五号楼", "5", "@小银杏 五号楼的"])
def test_the_place_alone_completes_the_report_that_was_asked_about(say, cast, named) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat=YARD)
    say("报事 楼道灯不亮", group=YARD)
    assert "哪一个地方" not in say(named, "三楼老周", group=YARD)  # nobody asked him
    assert "编号" in say(named, group=YARD)
    ticket = only()
    assert ticket.place_id == cast.places["5号楼"] and ticket.words == "楼道灯不亮" and ticket.category.slug == "light"


@pytest.mark.parametrize(
    "words", ["都有", "两栋都有", "两个楼都不亮", "全都坏了", "中间", "两栋楼中间", "5号楼和6号楼"]
)
def test_what_is_at_several_of_them_is_of_their_courtyard_and_keeps_these_words(say, cast, words) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat=YARD)
    say("报事 路灯不亮", group=YARD)
    assert "3号院" in say(words, group=YARD)
    assert only().place_id == cast.places["3号院"] and only().words == f"路灯不亮 {words}"


def test_where_they_stand_in_no_courtyard_together_one_is_to_be_named(say, cast) -> None:
    bind_bot(cast, "5号楼", "1号楼", chat=YARD, by="qiao")
    say("报事 路灯不亮", group=YARD)
    assert "另一处请再报一件" in say("都有", group=YARD)
    assert "编号" in say("1号楼", group=YARD)


@pytest.mark.parametrize("words", ["哈哈", "是", "😂"])
def test_what_is_no_place_is_asked_again_and_not_said_to_be_one(say, cast, words) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat=YARD)
    say("报事 路灯不亮", group=YARD)
    reply = say(words, group=YARD)
    assert "没有“" not in reply
    assert "编号" in say("6号楼", group=YARD)


@pytest.mark.parametrize("words", ["3单元那部", "在三楼拐角", "灯罩也掉了", "很急", "不对，是6号楼"])
def test_more_of_the_report_just_made_is_written_into_it_on_a_yes(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    asked = say(words)
    assert f"要写进刚才报的 {number} 吗" in asked and words in asked
    assert [event.verb for event in history("ticket", only().id)] == ["report"]
    assert number in say("是")
    assert [event.words for event in history("ticket", only().id) if event.verb == "more"] == [words]


@pytest.mark.parametrize("words", ["另一件", "是另一件事", "不是，是另一件", "新的"])
def test_what_is_said_to_be_another_matter_is_reported_as_one(say, words) -> None:
    say("报事 楼道灯不亮")
    say("五楼灯罩掉了")
    assert "编号" in say(words)
    assert [one.words for one in db.session.scalars(select(Ticket).order_by(Ticket.id))] == [
        "楼道灯不亮",
        "五楼灯罩掉了",
    ]


def test_what_is_not_to_be_written_into_it_is_not(say) -> None:
    say("报事 楼道灯不亮")
    say("五楼灯罩掉了")
    assert "没有写进去" in say("不用")
    assert [event.verb for event in history("ticket", only().id)] == ["report"]


def test_who_says_after_a_report_that_it_is_not_wanted_is_told_how_it_is_withdrawn(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert f"报编号 {number}" in say("不用报了")
    assert f"报编号 {number}" in say("算了，我自己换好了")


def test_another_matter_said_when_asked_where_is_no_place(say, cast) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat=YARD)
    say("报事 路灯不亮", group=YARD)
    asked = say("电梯也坏了", group=YARD)
    assert "没有“" not in asked and "电梯也坏了" in asked
