"""Words for groups: harmless whatever people typed, never too long, never half a character."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.relay.wording import condensed, cut, has_words, mark, plain, render, room_for_words, signed

HOSTILE = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["@所有人", "@all", "<@zhang>", "＠all", "[点我](", "https://evil.example/", "http:/", "/x", "evil.cn", "weixin://dl",
         "\u202e", "\u200b", "\u2066", "\ufeff", "\n", "\r", "\x00", "\t", "【", "】", "`", "*", "138", "0013", "8000",
         "１３８", " ", "-", "ｈｔｔｐｓ：／／", "。ｃｏｍ", "楼", "🏠", "‍"]
    ), max_size=25,
).map("".join)  # fmt: skip


@given(HOSTILE)
@example("@所有人 点 https://evil.example/x")
@example("ｈｔｔｐｓ：／／evil.example")
@example("1 3 8 0 0 1 3 8 0 0 0")
@example("hthttps://xtps://evil.cn")
def test_whatever_is_typed_becomes_one_harmless_line(typed):
    said = plain(typed)
    assert len(said) <= 40
    assert not set(said) & set("@<>[]{}`*\n\r\t【】")
    assert not [char for char in said if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert not re.search(r"(?i)[a-z]:/", said) and not re.search(r"(?i)\.(cn|com|example)\b", said)
    assert not re.search(r"\d{7}", re.sub(r"[ -]", "", said)) or not re.search(r"(?:\d[ -]?){7}", said)


@given(HOSTILE)
def test_a_hostile_place_adds_neither_line_nor_link_to_a_message(name):
    facts = {"category": "电梯", "number": "1-8", "moment": "1月2日 08:00", "link": "https://onecode.example/t/abc"}
    facts |= {"round": 2, "joined": 5, "to_verify": False}
    calm = render("residents", "ticket.finish", {"place": "5号楼", **facts})
    said = render("residents", "ticket.finish", {"place": name, **facts})
    assert len(said.splitlines()) == len(calm.splitlines())
    assert re.findall(r"(?i)[a-z]+:/+\S+", said) == ["https://onecode.example/t/abc"]


@given(st.text(max_size=300), st.integers(8, 200))
def test_cutting_counts_bytes_and_keeps_characters_whole(text, longest):
    short = cut(text, longest)
    assert len(short.encode()) <= longest
    assert short == text or text.startswith(short.removesuffix("…").rstrip())


@given(st.lists(st.text(alphabet="电梯好了ab", min_size=1, max_size=60), min_size=1, max_size=12), st.integers(60, 400))
def test_packing_takes_the_first_that_fit_and_never_nothing(texts, longest):
    taken, count = condensed(list(enumerate(texts)), room_for_words(longest))
    assert 1 <= len(taken) == count <= len(texts)
    assert len(signed(taken, mark(1)).encode()) <= longest
    assert all(one == whole or one.endswith("…") for one, whole in zip(taken, texts, strict=False))


@given(st.lists(st.tuples(st.integers(1, 4), st.text(min_size=1, max_size=40)), min_size=1, max_size=12))
def test_of_lines_about_the_same_only_the_latest_is_said_and_all_are_counted(lines):
    lines = [(about, f"{at}{text}") for at, (about, text) in enumerate(lines)]
    taken, count = condensed(lines, 10_000)
    assert count == len(lines)
    assert sorted(taken) == sorted(dict(lines).values())


@given(st.lists(st.integers(1, 3), min_size=1, max_size=12), st.integers(60, 200))
def test_what_does_not_fit_is_left_whole_for_the_next_message(subjects, longest):
    lines = [(about, f"第{at}行" * 6) for at, about in enumerate(subjects)]
    said = []
    while lines:
        taken, count = condensed(lines, longest)
        assert count >= 1 and len("\n\n".join(taken).encode()) <= longest
        said += taken
        lines = lines[count:]
    assert len(said) == len(set(said))
    assert any(text.startswith(f"第{len(subjects) - 1}行") for text in said)


def test_marks_are_short_different_and_stay_the_same():
    marks = [mark(number) for number in range(1, 50_000)]
    assert len(set(marks)) == len(marks) and {len(one) for one in marks} == {4}
    assert mark(7) == mark(7)


def test_the_templates_alone_say_what_is_told():
    assert has_words("workers", "ticket.report") and not has_words("residents", "ticket.report")
    assert not has_words("residents", "ticket.close")


@pytest.mark.parametrize("name", ["../x", "ticket.report\x00", "", "/etc/passwd"])
def test_a_strange_name_has_no_words(name):
    assert not has_words("workers", name)
