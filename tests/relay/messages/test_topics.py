"""What groups hear of topics: residents around and inside the place, workers of proposals, nobody of deleted ones."""

import re
import unicodedata

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.core.events import Event
from governance.discussions import actions, outcomes
from governance.discussions.model import Topic
from governance.relay.delivery.fan_out import expand
from governance.relay.messages.audience import tellings_of
from governance.relay.model import Delivery, Group
from tests.discussions.hall import begun, decided, proposed
from tests.discussions.test_outcomes import tasked

PLACES = ("示范区", "柳荫街道", "银杏社区", "第一网格", "3号院", "5号楼", "6号楼", "海棠社区", "8号院", "1号楼")
INSIDE = {"银杏社区", "第一网格", "3号院", "5号楼", "6号楼"}
HOSTILE = (
    "<script>alert(1)</script>",
    "@所有人 {{7*7}} {% x %}",
    "看https://evil.example/x",
    "看 evil.cn/a [点](b)",
    "打 139 0000 1234 找我",
    "\u202e反\u202c了\u200b【公告】`x`*y*",
    "第一行\n第二行\r第三行",
    "ｈｔｔｐｓ：／／ｅｖｉｌ．ｃｎ",
    "💥" * 40,
)


def events(topic: Topic, verb: str) -> list[Event]:
    db.session.rollback()
    query = select(Event).filter_by(noun="topic", subject_id=topic.id, verb=verb)
    return list(db.session.scalars(query.order_by(Event.id)))


def owed(event: Event) -> dict[str, set[str]]:
    """Which groups are owed it, by audience."""
    while expand():
        pass
    db.session.rollback()
    rows = db.session.execute(
        select(Group.audience, Group.name).join(Delivery, Delivery.group_id == Group.id).filter_by(event_id=event.id)
    )
    found: dict[str, set[str]] = {}
    for audience, name in rows:
        found.setdefault(audience, set()).add(name.removesuffix("群"))
    return found


@pytest.fixture
def groups(robot) -> None:  # type: ignore[no-untyped-def]
    """A residents' and a workers' group at every place."""
    for place in PLACES:
        for audience in ("residents", "workers"):
            robot(place, audience)


def deed(topic: Topic, by, title: str = "装好充电棚") -> None:  # type: ignore[no-untyped-def]
    outcomes.record_deed(topic, by, title, "", topic.proposed_at.date())


@pytest.mark.parametrize("place", ["银杏社区", "3号院"])
def test_residents_around_and_inside_hear_of_a_topic_its_decision_and_its_deed_and_neighbours_do_not(
    groups, cast, place: str
) -> None:
    topic, shen = begun(cast, place), cast.viewer("shen")
    actions.make_move(topic, "decide", shen, {"note": "东门装两个"})
    deed(topic, shen)
    inside = INSIDE if place == "银杏社区" else {"3号院", "5号楼", "6号楼"}
    above = {"示范区", "柳荫街道", "银杏社区"} | (set() if place == "银杏社区" else {"第一网格"})
    for verb in ("open", "decide", "deed"):
        (event,) = events(topic, verb)
        assert (verb, owed(event)) == (verb, {"residents": inside | above})


def test_a_proposal_is_told_to_workers_above_it_and_to_residents_only_when_it_is_open(groups, cast) -> None:
    topic = proposed(cast, cast.known("三楼老周"), "3号院")
    above = {"3号院", "第一网格", "银杏社区", "柳荫街道", "示范区"}
    (event,) = events(topic, "propose")
    assert owed(event) == {"workers": above}
    assert topic.title not in tellings_of(event).telling("workers").words
    actions.make_move(topic, "open", cast.viewer("shen"), {"note": ""})
    (opened,) = events(topic, "open")
    assert owed(opened) == {"residents": above | {"5号楼", "6号楼"}}


@pytest.mark.parametrize("move", ["withdraw", "decline"])
def test_a_proposal_that_ended_before_anybody_was_told_is_told_to_nobody(groups, cast, move: str) -> None:
    zhou = cast.known("三楼老周")
    topic = proposed(cast, zhou)
    actions.make_move(topic, move, zhou if move == "withdraw" else cast.viewer("shen"), {"note": "不提了"})
    assert [owed(event) for verb in ("propose", move) for event in events(topic, verb)] == [{}, {}]


def test_a_proposal_that_ended_after_it_was_owed_is_not_told_any_more(groups, cast) -> None:
    zhou = cast.known("三楼老周")
    topic = proposed(cast, zhou)
    (event,) = events(topic, "propose")
    assert owed(event)
    actions.make_move(topic, "withdraw", zhou, {"note": ""})
    (event,) = events(topic, "propose")
    assert tellings_of(event).telling("workers") is None


def test_nothing_else_of_a_topic_is_told_to_groups(cast) -> None:
    topic, shen = decided(cast), cast.viewer("shen")
    actions.answer_publicly(topic, shen, "正在问物业")
    tasked(topic, shen)
    actions.make_move(topic, "reopen", shen, {"note": "再商量"})
    actions.make_move(topic, "decline", shen, {"note": "不装了"})
    db.session.rollback()
    told = {
        event.verb: tellings_of(event).audiences for event in db.session.scalars(select(Event).filter_by(noun="topic"))
    }
    assert {verb for verb, who in told.items() if who} == {"open", "decide"}


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_harmless_in_every_message(cast, title: str) -> None:
    topic, shen = begun(cast, title=title[:40]), cast.viewer("shen")
    actions.make_move(topic, "decide", shen, {"note": title})
    deed(topic, shen, title[:40])
    calm = begun(cast, title="装充电棚")
    actions.make_move(calm, "decide", shen, {"note": "装"})
    deed(calm, shen, "装充电棚")
    for verb in ("open", "decide", "deed"):
        said, plain = (tellings_of(events(one, verb)[0]).telling("residents").words for one in (topic, calm))
        link = f"https://onecode.example/topics/{topic.ref}"
        assert link in said and len(said.splitlines()) == len(plain.splitlines())
        typed = said.replace(link, "")
        assert not re.search(r"(?i)https?:|evil|\d{3} ?0000", typed) and not set(typed) & set("@<>[]{}`*\r")
        assert not [char for char in typed if unicodedata.category(char) in ("Cf", "Cs", "Co", "Cn")]
        assert len(typed) < 140


def test_no_message_holds_who_proposed_it_or_what_was_written_under_it(cast) -> None:
    zhou, shen = cast.known("三楼老周"), cast.viewer("shen")
    topic = proposed(cast, zhou)
    with writing():
        topic.words = "我是302的老周 13900001234"
    actions.make_move(topic, "open", shen, {"note": "物业经理姓钱"})
    actions.make_move(topic, "decide", shen, {"note": "钱经理出钱"})
    for verb, audience in (("propose", "workers"), ("open", "residents"), ("decide", "residents")):
        said = tellings_of(events(topic, verb)[0]).telling(audience)
        assert not said or not any(secret in said.words for secret in ("老周", "302", "1390000", "钱"))
