"""From 报事 to 没解决, a second round, 解决了 4分 and closed: by bot, WeCom robot, official account.

Nothing but what is said; the record and the answers are read at the end.
"""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import db, now, writing
from governance.core.events import history
from governance.relay.messages.audience import tellings_of
from governance.tickets import actions
from governance.tickets.model import Answer, Ticket
from tests.assistant.bot import number_in
from tests.assistant.callbacks import bind, heard, latest_ticket, open_doors
from tests.peers.platform import event, said, text

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
REPORTER, NEIGHBOUR, STRANGER = "worker-1", "worker-2", "worker-3"
Speak = Callable[..., str]


@pytest.fixture
def by_bot(say) -> Speak:
    return lambda words, sender=REPORTER: say(words, sender)


@pytest.fixture
def by_robot(app, cast) -> Speak:
    open_doors(app, cast)
    bind(app, cast, "5号楼")
    return lambda words, sender=REPORTER: heard(app, "aibot", said(f"@助手 {words}", sender=sender))


@pytest.fixture
def alone(app, cast) -> Speak:
    open_doors(app, cast)
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    return lambda words: heard(app, "official", text(words))


def move(cast, name: str, ticket: Ticket | None = None) -> None:
    db.session.rollback()
    actions.make_move(ticket or latest_ticket(), name, cast.viewer("gao"), {"note": "换了灯"})


def told(heard_there: bool = True, audience: str = "residents") -> str:
    """What the group, or one person, is told of the latest finish."""
    finished = [one for one in history("ticket", latest_ticket().id) if one.verb == "finish"]
    telling = tellings_of(finished[-1]).telling(audience, heard_there)
    assert telling is not None
    return telling.words


def record() -> list[str]:
    return [one.verb for one in history("ticket", latest_ticket().id)]


@pytest.mark.parametrize("way", ["by_bot", "by_robot"])
def test_a_group_answers_twice_and_the_matter_is_closed(request, cast, phone, way: str) -> None:
    speak: Speak = request.getfixturevalue(way)
    number = number_in(speak("报事 楼道灯不亮"))
    for counted in ("记下了", "已经算上您"):
        joined = speak(f"我也遇到 {number}", NEIGHBOUR)
        assert counted in joined and "共 2 位" in joined
    assert "还没办完" in speak(f"没解决 {number}")
    move(cast, "accept")
    move(cast, "finish")
    asked = told()
    assert f"解决了 {number} 5分" in asked and f"没解决 {number}" in asked and f"我也遇到，还没好 {number}" in asked
    assert f"没解决 {number}" in speak(f"进度 {number}")
    refused = speak(f"没解决 {number}", STRANGER)
    assert f"我也遇到，还没好 {number}" in refused and "刚才报的" not in refused
    assert (latest_ticket().state, latest_ticket().joined) == ("resolved", 1)

    assert "几分" in speak("好了", NEIGHBOUR)
    assert "4 分" in speak("4", NEIGHBOUR)
    again = speak("还是不亮")
    assert f"{number} 没解决" in again and "第 2 轮" in again
    assert (latest_ticket().state, latest_ticket().round) == ("submitted", 2)

    move(cast, "finish")
    assert "第 3 轮" in speak(f"我也遇到，还没好 {number}", STRANGER)
    assert (latest_ticket().joined, latest_ticket().round) == (2, 3)
    move(cast, "finish")
    assert "5 分" in speak("好了，5分", STRANGER)
    assert "好了一部分" in speak("好了一部分", NEIGHBOUR)
    assert "解决了，3 分" in speak("解决了 3分", NEIGHBOUR)  # the last word counts
    assert "结案" in speak(f"解决了 {number} 4分")
    assert latest_ticket().state == "closed"

    rounds = (
        "report join accept finish answer answer answer reopen",
        "accept finish join answer reopen",
        "accept finish answer answer answer answer close",
    )
    assert record() == " ".join(rounds).split()
    given = db.session.execute(select(Answer.round, Answer.solved, Answer.satisfied).order_by(Answer.round, Answer.at))
    assert [tuple(row) for row in given] == [
        (1, "yes", 4), (1, "no", None), (2, "no", None), (3, "yes", 5), (3, "yes", 3), (3, "yes", 4),
    ]  # fmt: skip
    page = phone().sign_in("shen").get(f"/t/{latest_ticket().ref}/record").get_data(as_text=True)
    assert len(re.findall("居民说", page)) >= 8 and "还是不亮" in page


def test_one_person_alone_answers_the_official_account(app, cast, alone: Speak) -> None:
    number = number_in(alone("报事 楼道灯不亮"))
    move(cast, "accept")
    move(cast, "finish")
    assert "没解决" in told(True, "resident") and "没解决" not in told(False, "resident")
    assert "请您说一声" in alone("进度")
    assert "第 2 轮" in alone("没解决，灯还闪")
    assert "写进去了" in alone(f"解决了 {number}")  # it is being done again: the worker reads it
    move(cast, "finish")
    assert "结案" in alone("解决了 4分")
    assert record() == ["report", "accept", "finish", "answer", "reopen", "more", "accept", "finish", "answer", "close"]
    answers = list(db.session.scalars(select(Answer).order_by(Answer.round)))
    assert [(one.solved, one.satisfied, one.words) for one in answers] == [
        ("no", None, "没解决，灯还闪"),
        ("yes", 4, ""),
    ]


def test_an_answer_that_fits_two_tickets_is_asked_back(cast, by_bot: Speak) -> None:
    first = number_in(by_bot("报事 楼道灯不亮"))
    move(cast, "finish")
    second = number_in(by_bot("报事 楼上半夜打桩"))
    move(cast, "finish")
    with writing():  # half an hour later, so that none was mentioned just now
        for one in db.session.scalars(select(Conversation)):
            one.mentioned_at = one.reported_at = None
    asked = by_bot("好了")
    assert "哪一件" in asked and first in asked and second in asked
    assert db.session.scalars(select(Answer)).all() == []
    assert f"{first} 解决了" in by_bot(first)
    assert "要报上去吗" in by_bot("门铃又响了") and latest_ticket().round == 1  # another thing than the noise
    by_bot("不用")
    assert f"{second} 解决了，4 分" in by_bot("4分，解决了")


@pytest.mark.parametrize(("words", "asks"), [("4分", "是解决了，还是没解决"), ("没完全修好", "是解决了，还是没解决")])
def test_what_leaves_open_whether_it_is_solved_is_asked_back(cast, by_bot: Speak, words: str, asks: str) -> None:
    by_bot("报事 楼道灯不亮")
    move(cast, "finish")
    assert asks in by_bot(words)
    assert "解决了" in by_bot("解决了")
    assert db.session.scalars(select(Answer.satisfied)).all() == [4 if "4" in words else None]


@pytest.mark.parametrize("words", ["好了", "还是不亮", "4分", "没好"])
def test_the_same_words_answer_nothing_where_nothing_waits(cast, by_bot: Speak, words: str) -> None:
    by_bot("报事 楼道灯不亮")
    by_bot(words, NEIGHBOUR)
    by_bot(words)
    assert db.session.scalars(select(Answer)).all() == [] and latest_ticket().state == "submitted"


@pytest.mark.parametrize("words", ["饭还没好", "好了，下楼吧", "电梯又坏了", "6号楼的灯还是不亮"])
def test_what_is_said_of_something_else_is_no_answer(cast, by_bot: Speak, words: str) -> None:
    by_bot("报事 楼道灯不亮")
    move(cast, "finish")
    by_bot(words)
    assert db.session.scalars(select(Answer)).all() == [] and latest_ticket().state == "resolved"


def test_answers_that_a_neighbours_no_overtook_are_told_so_and_count_in_the_next_round(cast, by_bot: Speak) -> None:
    number = number_in(by_bot("报事 楼道灯不亮"))
    by_bot(f"我也遇到 {number}", NEIGHBOUR)
    move(cast, "finish")
    assert "第 2 轮" in by_bot("没解决")
    for words, passed_on in (("好了", True), ("4分", False), ("5分", False), ("解决了", True), ("还是不亮", False)):
        told = by_bot(words, NEIGHBOUR)
        assert f"{number} 有人说没解决" in told and "第 2 轮" in told and ("写进去" in told) == passed_on, words
    assert record().count("more") == 2 and "要报上去吗" not in by_bot("5分", STRANGER)

    move(cast, "finish")
    by_bot("院里有人乱停车", NEIGHBOUR)  # and is asked whether to report it
    assert "是解决了，还是没解决" in by_bot("4分", NEIGHBOUR)
    assert f"{number} 解决了，4 分" in by_bot("解决了", NEIGHBOUR)
    given = db.session.execute(select(Answer.round, Answer.solved, Answer.satisfied).order_by(Answer.round))
    assert [tuple(row) for row in given] == [(1, "no", None), (2, "yes", 4)]


def test_a_score_that_is_none_leaves_the_answer_to_its_number(cast, by_bot: Speak) -> None:
    numbers = [number_in(by_bot(f"报事 {words}")) for words in ("楼道灯不亮", "楼上半夜打桩")]
    for ticket in list(db.session.scalars(select(Ticket))):
        move(cast, "finish", ticket)
    told = by_bot(f"解决了 {numbers[0]} 9分")
    assert f"{numbers[0]} 解决了" in told and "几分" in told
    assert "5 分" in by_bot(f"解决了 {numbers[1]} 5分")


def test_scores_that_nobody_asked_for_are_no_report(by_bot: Speak) -> None:
    for words in ("4分", "5分"):
        assert "要报上去吗" not in by_bot(words)


def test_who_speaks_of_what_was_just_finished_is_offered_to_say_so(cast, by_bot: Speak) -> None:
    number = number_in(by_bot("报事 楼道灯不亮"))
    move(cast, "finish")
    assert f"我也遇到，还没好 {number}" in by_bot("三层的楼道灯还是不亮", STRANGER)
    assert "我也遇到" not in by_bot("院里有人乱停车", NEIGHBOUR)


def test_a_declined_reporter_answers_back_in_the_group_once(cast, by_bot: Speak) -> None:
    number = number_in(by_bot("报事 楼道灯不亮"))
    move(cast, "decline")
    assert "再看看" in by_bot("帮助") and "我也遇到，还没好" in by_bot("帮助")
    refused = by_bot(f"没解决 {number}")
    assert "这里办不了" in refused and "不予受理" not in refused
    assert f"再看看 {number}" in by_bot(f"进度 {number}") and "再看看" not in by_bot(f"进度 {number}", NEIGHBOUR)
    assert "为什么" in by_bot(f"再看看 {number}")
    assert "不能" in by_bot(f"再看看 {number} 就是归你们", NEIGHBOUR)
    assert "送到上一级" in by_bot(f"再看看 {number} 灯是楼里的")
    assert (latest_ticket().state, latest_ticket().appeal_to) == ("appealed", "community")
    assert "不能" in by_bot(f"再看看 {number} 灯是楼里的")
    assert "上一级" in by_bot(f"进度 {number}")


def test_answers_are_taken_until_30_days_after_closing(cast, by_bot: Speak) -> None:
    number = number_in(by_bot("报事 楼道灯不亮"))
    move(cast, "finish")
    by_bot("解决了")
    assert latest_ticket().state == "closed"
    with writing():
        latest_ticket().closed_at = now().replace(year=now().year - 1)
    assert "不用再说" in by_bot(f"没解决 {number}") and latest_ticket().state == "closed"


def test_who_has_joined_or_reports_is_told_how_to_answer_instead(cast, by_bot: Speak) -> None:
    number = number_in(by_bot("报事 楼道灯不亮"))
    move(cast, "finish")
    assert f"没解决 {number}" in by_bot(f"催办 {number}")
    assert f"没解决 {number}" in by_bot(f"我也遇到 {number}")
    assert f"我也遇到，还没好 {number}" in by_bot(f"我也遇到 {number}", STRANGER)
    assert f"我也遇到，还没好 {number}" in by_bot("没解决", STRANGER)
    assert f"我也遇到，还没好 {number}" in by_bot("我也遇到，还没好", STRANGER)
    assert "第 2 轮" in by_bot(f"我家也没好 {number}", STRANGER)
