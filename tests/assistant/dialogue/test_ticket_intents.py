"""Sentences in people's own words that ask for progress, nudge or join a ticket."""

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.tickets.model import Nudge, Ticket
from tests.assistant.bot import number_in

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
ASKED = [
    "{}怎么还没修",
    "{} 修好了吗",
    "{}好了没",
    "编号{}怎么样了",
    "{}那个灯到底什么时候修好啊",
    "请问{}办到哪了？",
    "{}有进展吗",
]


@pytest.mark.parametrize("words", ASKED)
def test_a_question_with_a_number_is_of_that_ticket_and_leaves_nothing_asked(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "要报上去吗" in say("楼上漏水了", "三楼老周")
    assert say(words.format(number), "三楼老周") == say(f"进度 {number}", "三楼老周")
    say("是", "三楼老周")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_a_question_of_a_number_that_is_none_is_told_so(say) -> None:
    assert "没有这个编号" in say("15-9 修好了吗")


@pytest.mark.parametrize("words", ["3-4单元的灯怎么还没修", "等了3-4天怎么还没修好灯", "楼道的灯什么时候修好"])
def test_a_house_or_a_span_of_days_is_no_ticket(say, words) -> None:
    assert "要报上去吗" in say(words)


@pytest.mark.parametrize("words", ["催一下{}", "{}催一下吧", "帮我催催{}", "能不能催一下{}"])
def test_a_nudge_with_a_number_is_one(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "已经催了" in say(words.format(number))


@pytest.mark.parametrize("words", ["催催", "催一下", "催一下吧", "麻烦催一下"])
def test_a_nudge_alone_is_of_what_was_spoken_of_last(say, words) -> None:
    assert "催哪一件" in say(words, "三楼老周")
    number = number_in(say("报事 楼道灯不亮"))
    say(f"进度 {number}", "三楼老周")
    assert f"先说“我也遇到 {number}”" in say(words, "三楼老周")
    assert "已经催了" in say(words)
    assert len(db.session.scalars(select(Nudge)).all()) == 1


@pytest.mark.parametrize(
    "words", ["我家也是", "+1", "我也是", "我们家也一样", "我也遇到", "也是", "我们楼也有这个问题"]
)
def test_the_same_here_joins_what_was_just_spoken_of_and_nothing_else(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "哪一件" in say(words, "三楼老周")
    say("是", "三楼老周")
    say(f"进度 {number}", "三楼老周")
    assert "共 2 位邻居" in say(words, "三楼老周")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_the_same_here_after_a_neighbours_report_is_told_its_number(say) -> None:
    assert say("我家也是", "三楼老周") == "您说的是哪一件？请说：我也遇到 编号"
    number = number_in(say("报事 楼道灯不亮"))
    assert f"是刚才报的路灯照明，就回：我也遇到 {number}" in say("我家也是", "三楼老周")


@pytest.mark.parametrize("words", ["我家也是", "我也遇到", "+1"])
def test_the_same_here_after_a_danger_is_asked_for_a_report_of_its_own(say, words) -> None:
    number = number_in(say("报事 楼道着火了快来人"))
    for _ in ("after a neighbour's report", "after its progress was told"):
        asked = say(words, "三楼老周")
        assert "119" in asked and "单独报一件" in asked and number not in asked
        say("不报了", "三楼老周")
        say(f"进度 {number}", "三楼老周")
    assert "单独报一件" in say(words, "三楼老周")
    assert "编号" in say("三楼楼道也着火了", "三楼老周")
    assert [one.joined for one in db.session.scalars(select(Ticket))] == [0, 0]


def test_the_same_here_after_a_danger_joins_nothing_that_was_spoken_of_before_it(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    say(f"进度 {number}", "三楼老周")
    say("报事 楼道着火了快来人")
    assert "单独报一件" in say("我家也是", "三楼老周")
    assert [one.joined for one in db.session.scalars(select(Ticket))] == [0, 0]


def test_the_same_here_joins_what_we_said_is_in_hand(say) -> None:
    say("报事 电梯关门哐当响")
    assert "我也遇到" in say("电梯又停了", "三楼老周")
    assert "共 2 位邻居" in say("我家也是", "三楼老周")
    say("是", "三楼老周")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


@pytest.mark.parametrize("words", ["修好了吗", "怎么还没修", "什么时候能修好", "好了没"])
def test_a_question_alone_is_of_what_was_just_spoken_of(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert say(words) == say(f"进度 {number}")
    assert "说：进度 编号" in say(words, "三楼老周")


@pytest.mark.parametrize("words", ["怎么还没来", "修好了吗", "我家也是", "催一下"])
def test_what_was_not_reported_yet_is_said_not_to_be_and_asked_about_again(say, words) -> None:
    say("楼道灯不亮")
    reply = say(words)
    assert reply.startswith("还没有报上去。") and "楼道灯不亮" in reply
    assert "编号" in say("是")


@pytest.mark.parametrize("words", ["我家也是漏水", "也是一楼的灯坏了", "催收电话太多", "有消息说要停水"])
def test_what_says_more_is_a_matter_of_its_own(say, words) -> None:
    say("报事 楼道灯不亮")
    assert words in say(words)


@pytest.mark.parametrize("words", ["电梯修好了吗", "电梯啥时候能修好啊", "我们楼电梯多久能修好？"])
def test_a_question_of_what_is_in_hand_here_is_of_that_ticket(say, words) -> None:
    number = number_in(say("报事 电梯关门哐当响"))
    assert say(words, "三楼老周") == say(f"进度 {number}", "三楼老周")


@pytest.mark.parametrize("words", ["{} 到哪了", "{}多久能来"])
def test_it_is_asked_where_a_ticket_has_got_to(say, words) -> None:
    number = number_in(say("报事 电梯关门哐当响"))
    assert say(words.format(number)) == say(f"进度 {number}")
