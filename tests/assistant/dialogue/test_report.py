"""A report made in a group: its place, its category, and what is not taken there."""

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.core.events import history
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both


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
    bind_bot(cast, "银杏社区", chat="chat-all")
    reply = say("报事 楼上家暴，孩子一直哭", group="chat-all")
    assert "不在群里说" in reply and "扫楼里的码" in reply and "http" not in reply


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


def test_violence_said_in_a_group_is_not_taken_there_and_the_numbers_are_said(say) -> None:
    for words in ("老公天天打我，救救我", "我被我老公打了"):
        reply = say(words)
        assert "110" in reply and "12338" in reply and "不在群里说" in reply and words not in reply
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
    "网格员态度恶劣",
    "网格员收红包",
    "举报网格员收黑钱",
    "举报居委会主任包庇违建",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_in_a_group_nothing_is_taken_that_only_those_who_handle_it_may_read(say, text) -> None:
    for words in (text, f"报事 {text}"):
        assert "这类事不在群里说" in say(words)
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


EMPTY = ["的", "😂", "13812345678", "？？？", "302", "啊", "…", "ok"]


@pytest.mark.parametrize("text", EMPTY)
def test_a_report_with_nothing_in_it_is_asked_what_it_is(say, text) -> None:
    assert "什么事" in say(f"报事 {text}") and "什么事" in say(text)
    assert db.session.scalars(select(Ticket)).all() == []
    assert "编号" in say("楼道灯不亮")
    assert db.session.scalars(select(Ticket)).one().words == "楼道灯不亮"


def test_in_a_group_of_several_buildings_nobody_is_asked_where_of_what_is_not_taken_there(say, cast) -> None:
    bind_bot(cast, "5号楼", "6号楼", chat="chat-yard")
    assert "不在群里说" in say("报事 楼上家暴，孩子一直哭", group="chat-yard")


def test_of_a_long_story_nothing_is_lost(say) -> None:
    story = "楼道灯不亮，" + "昨天晚上也不亮，" * 100
    assert "编号" in say(f"报事 {story}")
    ticket = db.session.scalars(select(Ticket)).one()
    kept = [event.words or "" for event in history("ticket", ticket.id) if event.verb == "more"]
    assert "".join([ticket.words, *kept]) == story.strip(" ，")


@pytest.mark.parametrize(("words", "number"), [("物业合同到期了不签", "12348"), ("拆迁的事我要上访", "12345")])
def test_a_matter_that_belongs_elsewhere_is_told_where_in_a_group_too(say, words, number) -> None:
    reply = say(f"报事 {words}")
    assert "这类事也可以找" in reply and number in reply and "编号" in reply


def test_an_ordinary_report_in_a_group_is_sent_nowhere_else(say) -> None:
    assert "也可以找" not in say("报事 三层楼道灯不亮")
