"""A quoted message tells which ticket is meant, and never counts as the speaker's own words."""

import pytest
from sqlalchemy import select

from governance.assistant.language.quotes import split
from governance.core.db import db
from governance.tickets.model import Ticket
from tests.assistant.bot import number_in
from tests.assistant.callbacks import bind, heard, latest_ticket, open_doors
from tests.peers.platform import said
from tests.quickest import quickest

RULE = "- - - - - - - - - - - - - - -"


def copied(quoted: str, own: str) -> str:
    """As WeChat copies it."""
    return f"「{quoted}」\n{RULE}\n{own}"


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        (copied("张三：楼道灯不亮", "报上去"), "报上去", "楼道灯不亮"),
        ("@助手 " + copied("张三：两行\n第二行", "@助手 报上去"), "报上去", "两行\n第二行"),
        (copied("没有名字的话", "+1"), "+1", "没有名字的话"),
        ("「这是我自己的话」", "「这是我自己的话」", ""),
        ("「这是我自己的话」\n第二行", "「这是我自己的话」\n第二行", ""),
        ("楼道灯不亮\n- - - - -\n快修", "楼道灯不亮\n- - - - -\n快修", ""),
    ],
)
def test_a_copied_quotation_is_told_from_ones_own_words(text, own, quoted) -> None:
    assert split(text) == (own, quoted)


@pytest.mark.parametrize("text", ["「" * 5000, "「a」\n" * 2500, "「」\n" + "- " * 5000 + "x", "@" * 5000, "@ " * 2500])
def test_a_quotation_that_never_ends_takes_no_time(text) -> None:
    assert quickest(split, text) < 0.2


@pytest.mark.parametrize("words", ["进度", "修好了吗", "怎么样了"])
def test_the_number_quoted_is_the_one_asked_about(say, words) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    notice = f"小助手：收到：3号院 5号楼的“路灯照明”，编号 {number}，已交给网格员。"
    assert say(copied(notice, words), "三楼老周") == say(f"进度 {number}", "三楼老周")


def test_what_is_joined_or_nudged_may_be_pointed_at(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "共 2 位邻居" in say(copied(f"小助手：{number} 路灯照明：已受理", "我家也是"), "三楼老周")
    assert "已经催了" in say(copied(f"小助手：{number} 路灯照明：已受理", "催一下"), "三楼老周")


@pytest.mark.parametrize("words", ["报上去", "报事", "帮忙报一下", "报一下吧"])
def test_a_complaint_pointed_at_is_reported_after_the_usual_question(say, words) -> None:
    asked = say(copied("三楼老周：楼上漏水了", words))
    assert "要报上去吗" in asked and "“楼上漏水了”" in asked and "老周" not in asked
    assert db.session.scalars(select(Ticket)).all() == []
    say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼上漏水了"


@pytest.mark.parametrize("words", ["我家也是", "+1", "我们楼也有这个问题"])
def test_the_same_here_said_of_what_has_no_number_asks_whether_to_report_it(say, words) -> None:
    assert "“楼上漏水了”" in say(copied("三楼老周：楼上漏水了", words))
    say("是")
    assert db.session.scalars(select(Ticket)).one().words == "楼上漏水了"


def test_an_order_to_us_that_is_pointed_at_is_no_part_of_the_matter(say) -> None:
    assert "“楼上漏水了”" in say(copied("三楼老周：报事 楼上漏水了", "我家也是"))


def test_half_a_sentence_is_read_with_what_it_points_at(say) -> None:
    assert "“电梯又坏了 三楼的也坏了”" in say(copied("三楼老周：电梯又坏了", "三楼的也坏了"))


def test_what_we_said_ourselves_is_never_offered_to_be_reported(say) -> None:
    receipt = say("报事 楼道灯不亮")
    asked = say(copied(f"小助手：{receipt}", "到现在也没人来"), "三楼老周")
    assert "“到现在也没人来”" in asked and "收到" not in asked


def test_who_points_at_our_question_to_a_neighbour_means_what_it_is_about(say) -> None:
    asked = say("楼上漏水了", "三楼老周")
    assert "“楼上漏水了”" in say(copied(f"小助手：{asked}", "我家也是"))


@pytest.mark.parametrize("words", ["说得对啊", "谢谢", "楼道灯也不亮了"])
def test_what_is_quoted_is_never_taken_for_ones_own_words_otherwise(say, words) -> None:
    assert "漏水" not in say(copied("三楼老周：楼上漏水了", words))
    say("是")
    assert not [one for one in db.session.scalars(select(Ticket)) if "漏水" in one.words]


def test_a_yes_that_points_at_our_question_is_a_yes(say) -> None:
    asked = say("楼上漏水了")
    assert "编号" in say(copied(f"小助手：{asked}", "报上去"))


def test_what_is_grave_is_not_passed_on_by_pointing_at_it(say) -> None:
    reply = say(copied("三楼老周：我不想活了", "报上去"))
    assert "12356" in reply and "不想活" not in reply
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


def test_what_a_robot_is_told_of_a_quoted_message_is_heard(app, cast) -> None:
    open_doors(app, cast)
    bind(app, cast, "5号楼")
    quote = {"msgtype": "text", "text": {"content": "楼上漏水了"}}
    assert "“楼上漏水了”" in heard(app, "aibot", said("@助手 报上去", quote=quote))
    heard(app, "aibot", said("@助手 是"))
    mixed = {"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "看看"}}]}}
    mixed["mixed"]["msg_item"].append({"msgtype": "text", "text": {"content": f"编号 {latest_ticket().number}"}})
    assert "已经送到" in heard(app, "aibot", said("@助手 修好了吗", sender="worker-2", quote=mixed))


def test_whom_to_call_is_said_to_who_points_at_a_danger(say) -> None:
    assert "12356" in say("「老王：我不想活了」\n- - - - - - - - - - - - - - -\n快看看他")
    assert "119" in say("「老王：三单元着火了」\n- - - - - - - - - - - - - - -\n真的吗")
