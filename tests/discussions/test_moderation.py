"""Which words a person reads first: whatever disguise a watchword wears, and no ordinary sentence."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.core.db import db, find_by, writing
from governance.core.errors import Forbidden, Invalid, Missing
from governance.core.events import Event
from governance.discussions import moderation
from governance.discussions.model import Watchword
from governance.discussions.moderation import DEFAULTS, signs

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
ORDINARY = (
    "院里能不能装个充电棚，飞线太危险",
    "建议把3号楼到5号楼之间的路灯换成LED，晚上8:00-22:00开",
    "请重新粉刷单元门，刷单元楼道也行",
    "去哪儿办证明？居住证办证点几点开门",
    "希望增加微型消防站和微花园，大家参加微心愿活动",
    "电梯12月1日到12月15日检修，每天9:00-17:00",
    "预算一共12000元，每户分摊85.5元，2单元201-204先不算",
    "2026-11-24开的会，2026.12.1以前要有结果",
    "老人下去死角的地方扫不到，扫出去。死角也要管",
    "同意！！！同意。。。。。。",
    "WiFi 信号不好，5G 也不行，B1 层最差",
    "停车费每月300元，1、2、3、4、5、6、7号楼都一样",
    "v 字形的坡道不好走；Q：谁来修？A：物业。",
    "不能只加车位不加绿化，也别再加vip专用位",
    "3.5米高，2.4米宽，No.5 井盖松了",
    "微信群里说不清，来议事厅说吧",
    "😀😀 好",
    "",
)
HIDING = (
    "加微 abc123",
    "加微信聊",
    "加 V：abc",
    "加vx详聊",
    "加q 聊",
    "加Ｑ聊",
    "https://evil.example/x",
    "ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ",
    "看 evil.cn",
    "EVIL.COM",
    "看 evil。cn",
    "weixin://dl/x",
    "a@evil.example",
    "13900001234",
    "１３９００００１２３４",
    "139 0000 1234",
    "139-0000-1234",
    "139.0000.1234",
    "139_0000_1234",
    "139—0000—1234",
    "①③⑨⓪⓪⓪⓪①②③④",
    "1 3 9 0 0 0 0 1 2 3 4",
    "电话：8888-1234",
    "身份证11010119900101001X",
)


@pytest.fixture
def watched(shared_world) -> None:
    """The words officers start with, and one in letters."""
    with writing():
        for word in (*DEFAULTS, "Spam"):
            if find_by(Watchword, word=word) is None:
                db.session.add(Watchword(word=word))


def test_an_ordinary_sentence_is_shown_at_once(watched) -> None:
    assert [words for words in ORDINARY if signs(words)] == []


def test_a_number_or_a_link_is_read_by_a_person_first(watched) -> None:
    told = [*HIDING, *(f"有事找我{words}谢谢" for words in HIDING)]
    assert [words for words in told if not signs(words)] == []


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


DISGUISES = {
    "as it is": lambda word: word,
    "spaced": " ".join,
    "in wide spaces": "\u3000".join,
    "dotted": ".".join,
    "in Chinese dots": "·".join,
    "in stars": "*".join,
    "in emoji": "🌟".join,
    "over lines": "\n".join,
    "with nothing to see between": "\u200b".join,
    "with joiners": "\u2060".join,
    "turned": lambda word: f"\u202e{word}\u202c",
    "full width": full_width,
    "in capitals": str.upper,
    "in turns": lambda word: "".join(char.upper() if at % 2 else char.lower() for at, char in enumerate(word)),
    "all at once": lambda word: " .\u200b".join(full_width(word.swapcase())),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_watchword_is_seen_through_its_disguise(watched, disguise: str) -> None:
    told = [f"大家好{DISGUISES[disguise](word)}再见" for word in (*DEFAULTS, "Spam")]
    assert [words for words in told if not signs(words)] == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([*DEFAULTS, "Spam"]),
    st.lists(st.sampled_from([" ", ".", "，", "-", "_", "\u200b", "\u3000", "~", "❤"]), min_size=8, max_size=8),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_nothing_that_stands_between_or_around_hides_it(watched, word, between, before, after) -> None:
    disguised = "".join(char + between[at % len(between)] for at, char in enumerate(word))
    assert signs(before + disguised + after)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=400))
def test_any_text_at_all_gets_an_answer(watched, words) -> None:
    assert isinstance(signs(words), list)


def test_only_officers_keep_watchwords_and_the_record_says_who(app, cast) -> None:
    with pytest.raises(Forbidden):
        moderation.keep(cast.viewer("shen"), "传销")
    moderation.keep(cast.viewer("qiao"), "传销")
    assert signs("这是传销") and moderation.watchwords() == ["传销"]
    word = find_by(Watchword, word="传销")
    with pytest.raises(Forbidden):
        moderation.drop(cast.viewer("shen"), word.id)
    moderation.drop(cast.viewer("du"), word.id)
    assert not signs("这是传销")
    with pytest.raises(Missing):
        moderation.drop(cast.viewer("du"), word.id)
    told = [(event.name, event.data, event.actor_id) for event in db.session.query(Event).filter_by(noun="watchword")]
    assert told == [
        ("watchword.add", {"word": "传销"}, cast.people["qiao"]),
        ("watchword.drop", {"word": "传销"}, cast.people["du"]),
    ]


@pytest.mark.parametrize("word", ["死", " 死 ", "。。", "a", "\u200b死\u200b"])
def test_a_word_so_short_that_it_would_hit_everybody_is_refused(app, cast, word: str) -> None:
    with pytest.raises(Invalid):
        moderation.keep(cast.viewer("du"), word)


def test_the_same_word_in_another_dress_is_there_already(app, cast) -> None:
    moderation.keep(cast.viewer("du"), "Spam")
    for again in ("Spam", "spam", "ＳＰＡＭ", "s.p.a.m"):
        with pytest.raises(Invalid):
            moderation.keep(cast.viewer("du"), again)
