"""No phone, identity number or door is published by the tap that accepts, and hardly a name that a cue betrays."""

import pytest

from governance.triage.masking import WORDS, masked
from tests.quickest import quickest
from tests.triage.sentence_tables import lines

NUMBERS, DOORS, NAMES = ([tuple(line.split(" → ")) for line in lines(name)] for name in ("phones", "doors", "names"))
INNOCENT = lines("innocent")
UNSEEN = 0.1  # of the names
CHANGED = 0.03  # of the innocent sentences


@pytest.mark.parametrize(("words", "public"), [*NUMBERS, *DOORS])
def test_numbers_and_doors_are_masked(words, public) -> None:
    assert masked(words).text == public


def test_names_that_cues_betray_are_masked() -> None:
    seen = [words for words, public in NAMES if masked(words).text != public]
    assert len(NAMES) >= 150 and len(seen) <= len(NAMES) * UNSEEN, seen


def test_innocent_sentences_stay() -> None:
    changed = {words: masked(words).text for words in INNOCENT if masked(words).parts}
    assert len(INNOCENT) >= 120 and len(changed) <= len(INNOCENT) * CHANGED, changed


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(set(DOORS)) >= 120 and len(set(NUMBERS)) >= 60


@pytest.mark.parametrize("words", [words for words, _ in (*NUMBERS, *DOORS, *NAMES)])
def test_the_parts_say_what_stood_where(words) -> None:
    result = masked(words)
    rebuilt, last = "", 0
    for part in result.parts:
        assert last <= part.start < part.end <= len(words)
        rebuilt += words[last : part.start] + WORDS[part.kind]
        last = part.end
    assert result.text == rebuilt + words[last:]


@pytest.mark.parametrize("words", [words for words, _ in (*NUMBERS, *DOORS, *NAMES)])
def test_what_was_masked_once_is_masked_for_good(words) -> None:
    public = masked(words).text
    assert masked(public).text == public


DULL = [
    "1",
    "1-",
    "13",
    "3单元",
    "5楼",
    "501、",
    "张",
    "老张",
    "我叫",
    "业主",
    "a",
    "微信",
    "微信a",
    "0",
    "京A",
    "@",
    "a@",
    "1 ",
    "一",
    "(",
    "+86",
    "卡号",
]
DULL += [
    "楼上",
    "我是张",
    "联系人",
    "姓",
    "50",
    "5-",
    "。张",
    "小",
    "12A",
    "身份证1",
    "。",
    "叫小",
    "a.",
    "号楼5",
    "12 ",
]


@pytest.mark.parametrize("dull", DULL)
def test_two_thousand_dull_characters_are_masked_in_bounded_time(dull) -> None:
    for text in ((dull * 2000)[:2000], "我叫" + (dull * 2000)[:1990] + "#"):
        assert quickest(masked, text) < 0.4, dull
