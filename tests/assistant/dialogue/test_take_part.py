"""Progress, withdrawal and voices in a group, each only within its community."""

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, writing
from governance.discussions import actions as topics
from governance.discussions import contributions
from governance.discussions.model import Statement, Voice
from governance.tickets.model import Follow, Nudge, Ticket
from tests.assistant.bot import number_in


@pytest.mark.parametrize(
    "text", ["进度 13-4", "进度", "我也遇到 999999999999999999999", "催办 x", "同意 99", "反对", "报事", "同意 一"]
)
def test_what_cannot_be_done_is_said_kindly_and_changes_nothing(say, text) -> None:
    assert say(text)
    assert not any(db.session.scalars(select(rows)).all() for rows in (Ticket, Follow, Nudge, Voice))


def test_a_private_ticket_and_one_of_another_community_are_not_there_for_a_group(say, cast, phone) -> None:
    for place, facts in (("5号楼", {"private": "y"}), ("1号楼", {})):
        ref = phone().report(cast.codes[place], **facts).removeprefix("/t/")
        ticket = find_by(Ticket, ref=ref)
        assert say(f"进度 {ticket.number}") == say("进度 13-4")


def test_progress_is_asked_in_many_words_or_by_the_number_alone(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    told = say(f"进度 {number}")
    digits = number.replace("-", "")
    for words in (
        "{0}",
        "编号{0}",
        "{0}。",
        "查进度 {0}",
        "查一下 {0}",
        "查一下{0}的进度",
        "查 {0}",
        "查进度：{0}",
        "看看 {0}",
    ):
        assert say(words.format(number), "三楼老周") == told
    assert say(digits, "三楼老周") == told
    assert say("查进度") == say("查一下我刚才报的") == told
    assert say("查进度", "三楼老周") == told  # it was spoken of just now
    assert "没有这个编号" in say("13-4", "三楼老周")


def test_who_wants_to_withdraw_is_told_how(say, cast, phone) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    reply = say(f"撤回 {number}")
    assert "不能撤回" in reply and "010-00000001" in reply and number in reply and say("撤回") == reply
    assert "不是您" in say(f"撤回 {number}", "三楼老周")
    assert "没有这个编号" in say("撤回 13-4")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.state == "submitted"
    with writing():
        ticket.state = "resolved"
    assert f"{number} {ticket.status.for_residents}，不能撤回了" in say(f"撤回 {number}")


def test_progress_without_a_number_is_that_of_ones_own_report_here(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert number in say("进度")
    assert say("进度", "三楼老周") == "您还没有在这里报过。要看别的，说：进度 编号"


def test_statements_carry_the_number_that_groups_say(app, cast, phone, say) -> None:
    topic = topics.begin(cast.place("3号院"), cast.viewer("shen"), "s", "充电棚", "")
    with writing():
        statement = contributions.say(topic, cast.viewer("shen"), "s", "先装两个")
    assert f"{statement.id} 号" in phone().get(f"/topics/{topic.ref}").get_data(as_text=True)
    assert db.session.get_one(Statement, statement.id).words in phone().get(f"/topics/{topic.ref}").get_data(
        as_text=True
    )


def test_a_voice_is_given_by_a_bare_number_and_said_back_in_full(say, cast) -> None:
    topic = topics.begin(cast.place("3号院"), cast.viewer("shen"), "s", "充电棚", "")
    with writing():
        statement = contributions.say(topic, cast.viewer("shen"), "s", "先装两个")
    for text in (f"反对在{statement.id}号楼装", f"同意 {statement.id}、2", "同意大家的看法"):
        say(text)
    assert db.session.scalars(select(Voice)).all() == []
    assert "您不同意“先装两个”" in say(f"不同意 {statement.id}")
    assert "您同意“先装两个”" in say(f"同意{statement.id}号")
    assert [voice.answer for voice in db.session.scalars(select(Voice))] == [1]


@pytest.mark.parametrize(
    ("word", "said", "answer"), [("赞成", "您同意“", 1), ("无所谓", "您对“", 0), ("弃权", "您对“", 0)]
)
def test_a_voice_is_given_in_other_words_and_may_be_to_pass(say, cast, word, said, answer) -> None:
    topic = topics.begin(cast.place("3号院"), cast.viewer("shen"), "s", "充电棚", "")
    with writing():
        statement = contributions.say(topic, cast.viewer("shen"), "s", "先装两个")
    assert f"{said}先装两个" in say(f"{word} {statement.id}")
    assert [voice.answer for voice in db.session.scalars(select(Voice))] == [answer]


def test_what_another_community_talks_over_is_not_voted_on_here(say, cast) -> None:
    topic = topics.begin(cast.place("8号院"), cast.viewer("tang"), "s", "充电棚", "")
    with writing():
        statement = contributions.say(topic, cast.viewer("tang"), "s", "先装两个")
    assert "没有这个号" in say(f"同意 {statement.id}")
