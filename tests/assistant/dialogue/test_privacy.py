"""Crisis words and private matters in a group are answered at once, and neither taken nor quoted."""

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import db
from governance.tickets.model import Ticket
from tests.assistant.callbacks import heard, latest_ticket, open_doors
from tests.peers.platform import event, text

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
GRAVE = ["我不想活了", "我爸想跳河", "孩子被猥亵了", "我家孩子被邻居摸了", "有人偷看我洗澡", "网格员骚扰我"]


DESPAIR = GRAVE[:2]  # told that somebody is there, not that it is out of place


def nothing_is_kept() -> bool:
    asked = [talk.asked for talk in db.session.scalars(select(Conversation))]
    return not db.session.scalars(select(Ticket)).all() and set(asked) <= {None}


@pytest.mark.parametrize("words", GRAVE)
@pytest.mark.parametrize("before", ["", "报事 ", "投诉 ", "举报 ", "进度 "])
def test_in_a_group_grave_words_are_answered_with_numbers_and_never_said_again(say, words, before) -> None:
    say("楼道灯一直不亮")
    reply = say(before + words)
    assert "110" in reply.splitlines()[0] and words not in reply
    assert ("别自己扛着" if words in DESPAIR else "这类事不在群里说") in reply
    assert ("12388" if "网格员" in words else "不公开") in reply
    for after in ("是", "报", "我们楼里的人都知道"):
        assert words not in say(after)
    say("不用")
    assert nothing_is_kept()


def test_to_us_alone_they_are_taken_on_a_yes_and_only_those_in_charge_read_them(app, cast) -> None:
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    asked = heard(app, "official", text("我家孩子被邻居摸了"))
    assert "110" in asked.splitlines()[0] and "回“是”" in asked and "摸" not in asked
    more = heard(app, "official", text("就在楼下小花园"))
    assert "110" in more.splitlines()[0] and "摸" not in more
    told = heard(app, "official", text("是"))
    ticket = latest_ticket()
    assert ticket.private and ticket.category.slug == "violence" and "110" in told and ticket.number in told
    assert ticket.words == "我家孩子被邻居摸了 就在楼下小花园" and "家暴" not in told
    assert "家暴" not in heard(app, "official", text("进度"))


def test_whom_to_call_is_said_once(app, cast) -> None:
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    assert heard(app, "official", text("报事 孩子被猥亵了")).count("12338") == 1
    assert latest_ticket().private


def test_who_wants_to_die_is_not_asked_where_they_live_before_they_hear_whom_to_call(app, cast) -> None:
    open_doors(app, cast)
    for words in ("我不想活了", "报事 我不想活了"):
        reply = heard(app, "official", text(words))
        assert "12356" in reply.splitlines()[0] and "再说一遍" not in reply and "不公开" in reply
    assert latest_ticket() is None


def test_a_no_to_it_is_taken_kindly(app, cast) -> None:
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    heard(app, "official", text("我不想活了"))
    assert heard(app, "official", text("不用")) == "好，没有报。"
    assert latest_ticket() is None


@pytest.mark.parametrize("words", ["网格员骚扰我", "报事 网格员骚扰我"])
def test_what_those_in_charge_did_is_not_given_to_them(app, cast, words) -> None:
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    reply = heard(app, "official", text(words))
    assert "管这片的人都看得到" in reply and "12388" in reply
    heard(app, "official", text("是"))
    assert latest_ticket() is None


def test_in_a_group_we_name_the_account_only_where_there_is_one(app, say) -> None:
    assert "公众号" not in say("我被强奸了")
    app.extensions["settings"].wechat_app_id = "wx0123456789abcdef"
    assert "单独跟我们的公众号说" in say("我被强奸了")


def test_after_a_private_matter_a_yes_reports_nothing(say) -> None:
    say("楼道灯一直不亮")
    assert "不在群里说" in say("楼上两口子天天吵架")
    say("是")
    assert nothing_is_kept()


def test_despair_said_in_two_messages_in_a_group_is_not_put_together_there(say) -> None:
    say("今天我不想")
    reply = say("再活下去了")
    assert "不想" not in reply and "别自己扛着" in reply and "12356" in reply
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []
