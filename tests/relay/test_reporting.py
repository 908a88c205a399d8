"""A report made by speaking in a group: its place, its category, and what is not taken there."""

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.places.actions import add_place
from governance.relay import groups
from governance.relay.meaning import named_places
from governance.tickets.model import Ticket
from tests.relay.bot import KEY, number_in

NAMED = {
    "15号楼灯不亮": ["15号楼"],
    "十五号楼灯不亮": ["15号楼"],
    "5号楼灯不亮": ["5号楼"],
    "五号楼和15号楼": ["5号楼", "15号楼"],
    "5": ["5号楼"],
    "一": [],
    "": [],
    "号楼": [],
}


def test_a_report_said_in_a_group_becomes_a_ticket_of_its_place_and_its_category(say, cast) -> None:
    reply = say("@小银杏 报事：电梯关门哐当响")
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.place_id, ticket.category.slug, ticket.source) == (cast.places["5号楼"], "lift", "group")
    assert ticket.words == "电梯关门哐当响" and ticket.number in reply and f"/t/{ticket.ref}" in reply
    assert "?k=" not in reply  # everybody in the group reads the answer


def test_what_is_private_is_not_taken_in_a_group(say, cast) -> None:
    reply = say("报事 楼上家暴，孩子一直哭")
    assert "不在群里说" in reply and f"/c/{cast.codes['5号楼']}" in reply
    assert db.session.scalars(select(Ticket)).all() == []


def test_where_a_place_has_no_code_nobody_is_led_to_the_front_page(say, cast) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-all"}
    groups.add(cast.viewer("shen"), "bot", "residents", "社区群", given, [cast.place("银杏社区")])
    reply = say("报事 楼上家暴，孩子一直哭", group="chat-all")
    assert "不在群里说" in reply and "扫楼里的码" in reply and "http" not in reply


def test_a_group_of_several_buildings_is_asked_which(say, cast) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-yard"}
    both = [cast.place("5号楼"), cast.place("6号楼")]
    groups.add(cast.viewer("shen"), "bot", "residents", "3号院群", given, both)
    assert "哪一个地方（5号楼、6号楼）" in say("报事 灯不亮", group="chat-yard")
    assert "6号楼" in say("报事 6号楼 灯不亮", group="chat-yard")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places["6号楼"]


@pytest.mark.parametrize("named", ["5号楼", "五号楼", "5", "@小银杏 五号楼的"])
def test_the_place_alone_completes_the_report_that_was_asked_about(say, cast, named) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-yard"}
    both = [cast.place("5号楼"), cast.place("6号楼")]
    groups.add(cast.viewer("shen"), "bot", "residents", "3号院群", given, both)
    say("报事 楼道灯不亮", group="chat-yard")
    assert "哪一个地方" not in say(named, "三楼老周", group="chat-yard")  # nobody asked him
    assert "编号" in say(named, group="chat-yard")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.place_id == cast.places["5号楼"] and ticket.words == "楼道灯不亮" and ticket.category.slug == "light"


def test_five_is_not_fifteen(cast) -> None:
    with writing():
        places = [cast.place("5号楼"), add_place("building", "15号楼", cast.place("3号院"), "demo")]
    found = {words: [place.name for place in named_places(places, words)] for words in NAMED}
    assert found == NAMED


@pytest.mark.parametrize("text", ["投诉 楼道垃圾没人收", "我要投诉：楼道垃圾没人收", "我想投诉楼道垃圾没人收"])
def test_a_complaint_is_a_report(say, text) -> None:
    assert "编号" in say(text)
    assert db.session.scalars(select(Ticket)).one().words == "楼道垃圾没人收"


def test_a_bare_complaint_is_asked_what_it_is_about_and_its_hotline_is_no_complaint(say) -> None:
    assert "什么事" in say("我要投诉")
    assert "编号" in say("楼道垃圾没人收")
    say("投诉电话是多少")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_a_bare_report_is_asked_what_it_is_about(say) -> None:
    assert "什么事" in say("报事")
    assert "编号" in say("电梯关门哐当响")
    assert db.session.scalars(select(Ticket)).one().category.slug == "lift"


def test_what_is_in_hand_here_already_is_offered_before_it_is_reported_again(say) -> None:
    number = number_in(say("报事 电梯关门哐当响"))
    assert f"我也遇到 {number}" in say("电梯又停了，困人", "三楼老周")
    assert "共 2 位邻居" in say(f"我也遇到 {number}", "三楼老周")


def test_violence_said_in_a_group_is_not_taken_there_and_the_numbers_are_said(say) -> None:
    reply = say("老公天天打我，救救我")
    assert "110" in reply and "12338" in reply and "不在群里说" in reply and "打我" not in reply
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [("三层灯不亮", "light"), ("楼道里的灯坏了好几天", "light"), ("水管爆了", "water"), ("天上掉下一只猫", "other")],
)
def test_a_report_is_of_the_category_people_mean(say, text, slug) -> None:
    say(f"报事 {text}")
    assert db.session.scalars(select(Ticket)).one().category.slug == slug


def test_thanks_are_no_report_and_the_same_words_twice_are_one(say) -> None:
    say("报事")
    assert "不客气" in say("谢谢")
    say("报事 三层灯不亮")
    assert "已经报了" in say("报事 三层灯不亮")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


PRIVATE = [
    "家里老公打人",
    "孩子被虐待",
    "楼上两口子打架",
    "邻居张三出轨",
    "物业经理收黑钱",
    "举报 物业贪污",
    "我要举报物业",
    "举报网格员收黑钱",
    "举报居委会主任包庇违建",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_in_a_group_nothing_is_taken_that_only_those_who_handle_it_may_read(say, text) -> None:
    for words in (text, f"报事 {text}"):
        assert "这类事不在群里说" in say(words)
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


YES = ["是的，报吧", "好的好的", "嗯", "对，麻烦报一下", "可以", "是啊", "报吧谢谢", "要报", "请帮我报上去"]
NO = ["不报了", "不用了谢谢", "算了吧", "别报", "不需要", "取消"]


@pytest.mark.parametrize("text", YES)
def test_a_yes_in_other_words_reports_what_was_said_before(say, text) -> None:
    assert "要报给网格员吗" in say("楼道灯一直不亮")
    assert "编号" in say(text)
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯一直不亮"


@pytest.mark.parametrize("text", NO)
@pytest.mark.parametrize("first", ["楼道灯一直不亮", "报事"])
def test_a_no_in_other_words_reports_nothing(say, first, text) -> None:
    say(first)
    assert say(text) == "好，没有报。"
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("text", ["楼上漏水了", "天上掉下一只猫"])
def test_what_is_asked_about_is_what_was_said_last_and_so_is_what_a_yes_reports(say, text) -> None:
    say("楼道灯一直不亮")
    asked = say(text)
    assert text in asked and "楼道灯" not in asked
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words == text


@pytest.mark.parametrize("text", ["谢谢", "收到", "你好", "😂", "嗯嗯嗯嗯？", "13812345678"])
def test_what_says_nothing_does_not_push_aside_what_was_asked(say, text) -> None:
    say("楼道灯一直不亮")
    say(text)
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯一直不亮"


EMPTY = ["的", "😂", "13812345678", "？？？", "302", "啊", "…", "ok"]


@pytest.mark.parametrize("text", EMPTY)
def test_a_report_with_nothing_in_it_is_asked_what_it_is(say, text) -> None:
    assert "什么事" in say(f"报事 {text}") and "什么事" in say(text)
    assert db.session.scalars(select(Ticket)).all() == []
    assert "编号" in say("楼道灯不亮")
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯不亮"


@pytest.mark.parametrize("text", ["举报302违建", "举报 楼下烧烤油烟", "我要举报三楼噪音扰民", "举报占道停车"])
def test_to_inform_of_a_thing_is_an_ordinary_matter(say, text) -> None:
    assert "要报给网格员吗" in say(text)
    assert "编号" in say("是")
    ticket = db.session.scalars(select(Ticket)).one()
    assert not ticket.private and ticket.category.slug != "misconduct"


def test_who_asks_how_or_whom_to_call_is_told(say) -> None:
    assert "您可以这样说" in say("怎么报事")
    assert "社区电话" in say("网格员电话多少")
    assert db.session.scalars(select(Ticket)).all() == []
