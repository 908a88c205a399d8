"""Every sentence of danger is heard with the right number first; everyday sentences with the same words are not."""

import pytest

from governance.triage import crisis, dangers, elsewhere
from governance.triage.category import meant
from governance.triage.sorting import sort
from tests.quickest import quickest
from tests.triage.sentence_tables import lines

DANGER = [tuple(line.split("|")) for line in lines("danger")]
ELSEWHERE = [tuple(line.split("|")) for line in lines("elsewhere")]
EVERYDAY = lines("everyday")
NOT_PUBLIC = ("despair", "act", "overdose", "assault", "home", "beaten", "child", "elder")
MISTAKEN = {"楼下有火苗子烧水喝的摊贩早上叫卖", "邻居打孩子骂人的声音是电视"}


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(DANGER) >= 320 and len(ELSEWHERE) >= 60 and len(EVERYDAY) >= 320
    assert all(len(set(table)) == len(table) for table in (DANGER, ELSEWHERE, EVERYDAY))


@pytest.mark.parametrize(("expected", "kind", "words"), DANGER)
def test_a_danger_has_its_number_first(expected, kind, words) -> None:
    found = sort(words)
    called = [call.number for call in found.calls]
    first, *others = expected.split(",")
    assert found.urgent and called[0] in first.split("/") and set(others) <= set(called)
    assert all(call.label and call.sentence for call in found.calls) and len(called) == len(set(called))


@pytest.mark.parametrize("words", [words for _, kind, words in DANGER if kind in NOT_PUBLIC])
def test_despair_assault_and_violence_are_private(words) -> None:
    assert sort(words).private


def test_everyday_sentences_are_not_urgent() -> None:
    """At most 2 % are mistaken; they are named, and none of them is private by mistake unless named."""
    mistaken = {words for words in EVERYDAY if sort(words).urgent or sort(words).private}
    assert mistaken == MISTAKEN and len(mistaken) <= len(EVERYDAY) * 0.02


@pytest.mark.parametrize(("label", "words"), ELSEWHERE)
def test_what_belongs_elsewhere_is_told_where(label, words) -> None:
    assert label in [one.label for one in sort(words).elsewhere]


def test_everyday_sentences_are_seldom_sent_elsewhere() -> None:
    sent = [words for words in EVERYDAY if sort(words).elsewhere]
    assert len(sent) <= len(EVERYDAY) * 0.1, sent


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("老公又打我", "violence"),
        ("我被强奸了", "violence"),
        ("我不想活了", "care"),
        ("隔壁老人敲门没反应", "care"),
        ("电梯困人了", "lift"),
        ("楼道着火了", "safety"),
        ("路灯不亮", "light"),
        ("他们在打架，路灯也坏了", "quarrel"),
        ("你好", None),
    ],
)
def test_the_category_that_fits(words, slug) -> None:
    assert sort(words).slug == slug


def test_a_fire_beside_despair_is_called_first_and_both_are_named() -> None:
    called = [call.number for call in sort("着火了，我不想活了").calls]
    assert called[0] == "119" and "12356" in called


def test_the_sentence_of_a_call_belongs_to_what_was_said() -> None:
    assert "煤气" in sort("家里煤气漏了").calls[0].sentence
    assert "呼叫铃" in sort("我被困在电梯里").calls[0].sentence


@pytest.mark.parametrize("words", ["", " ", "\n", "。", "🔥", "\x00", "a" * 10])
def test_nothing_said_is_nothing(words) -> None:
    assert sort(words) == sort("") and not sort(words).calls


PATTERNS = {f"elsewhere {one.label}": one.signs for one in elsewhere.ELSEWHERE}
PATTERNS |= {danger.kind: danger.signs for danger in dangers.DANGERS}
PATTERNS |= {f"pressing {number}": signs for number, (signs, _) in enumerate(crisis.DESPAIR.pressing)}
DULL = [
    *"我他人孩老打火烟水电气门楼车从在被把的了不没 ，a1",
    "老人",
    "孩子",
    "电梯",
    "煤气",
    "我妈",
    "老公",
    "怕",
    "着火",
    "没着火",
]
DULL += [
    "老人敲",
    "孩子一个人",
    "电梯停",
    "他又打",
    "从楼上",
    "被人打",
    "电话打不通",
    "没有",
    "怕着火",
    "去年着火",
    "打我",
    "不 想 ",
    "/着",
]


@pytest.mark.parametrize("name", PATTERNS)
def test_no_dull_text_keeps_a_pattern_busy(name) -> None:
    for dull in DULL:
        assert quickest(PATTERNS[name].search, (dull * 2000)[:2000] + "#") < 0.05, dull


@pytest.mark.parametrize("dull", [*DULL, *(words for _, _, words in DANGER[::40]), *EVERYDAY[::40]])
def test_two_thousand_characters_are_sorted_in_bounded_time(dull) -> None:
    assert quickest(sort, (dull * 2000)[:2000]) < 0.4
    assert quickest(meant, (dull * 2000)[:2000]) < 0.1
