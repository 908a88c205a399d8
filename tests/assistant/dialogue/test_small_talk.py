"""Small talk and questions about the service get a short reply and report nothing."""

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.tickets.model import Ticket

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both


@pytest.mark.parametrize(
    "text", ["在吗", "你好", "@小银杏 您好！", "大家好", "hi", "大家晚上好", "早上好", "邻居们早安"]
)
def test_a_greeting_is_greeted_and_told_what_may_be_said(say, text) -> None:
    assert say(text).startswith("您好。您可以这样说")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "谢谢",
            "谢谢你",
            "好的，谢谢",
            "非常感谢！",
            "辛苦了",
            "谢谢网格员",
            "收到",
            "知道了",
            "哈哈哈哈",
            "嗯嗯",
            "👍",
        ),
        *("谢谢网格员小禾", "太感谢了，修得真快", "感谢师傅修好了电梯", "处理得很快，点赞"),
    ],
)
def test_thanks_and_laughing_get_a_short_word_and_nothing_is_offered(say, text) -> None:
    assert say(text).endswith("有事随时说。") and len(say(text)) < 12
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    "text", ["谢谢，但是电梯还是响", "麻烦修一下灯，谢谢", "辛苦了，楼道灯又不亮了", "谢谢，电梯卡住了", "水管没修好"]
)
def test_who_thanks_and_wants_something_is_asked_about_it(say, text) -> None:
    assert "要报上去吗" in say(text)


def test_who_asks_how_or_whom_to_call_is_told(say) -> None:
    assert "您可以这样说" in say("怎么报事")
    for words in ("网格员电话多少", "人工", "转人工", "物业电话是多少"):
        assert "社区电话" in say(words)
    assert db.session.scalars(select(Ticket)).all() == []


def test_who_wants_to_hear_no_more_is_told_where_it_is_turned_off(say) -> None:
    assert "网格员" in say("退订")


@pytest.mark.parametrize("text", ["天哪", "😂", "电费"])
def test_what_is_not_understood_gets_one_line(say, text) -> None:
    assert len(say(text).splitlines()) == 1 and "报事" in say(text)


@pytest.mark.parametrize(
    "words", ["停水多久", "要停水多久？", "停电到几点", "水什么时候来", "几点来电啊", "暖气多久恢复"]
)
def test_who_asks_how_long_water_is_off_is_told_where_it_stands_and_reports_nothing(say, cast, words) -> None:
    told = say(words)
    assert f"/c/{cast.codes['5号楼']}" in told and "通知" in told and "要报上去吗" not in told


@pytest.mark.parametrize("words", ["停水多久了都没人管", "停水了", "网格员什么时候来换电表箱的门"])
def test_a_complaint_of_it_is_no_such_question(say, words) -> None:
    assert "看社区的通知" not in say(words)
