"""Words for groups: user text is sanitised, and cut within the limit at character boundaries."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.relay.messages.templates import has_words, render
from governance.relay.messages.text import condensed, cut, message_code, opening, room_for_words, sanitised, signed
from governance.tickets.model import check_digit
from tests.quickest import quickest

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
    said = sanitised(typed)
    assert len(said) <= 40
    assert not set(said) & set("@<>[]{}`*\n\r\t【】")
    assert not [char for char in said if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert not re.search(r"(?i)[a-z]:/", said) and not re.search(r"(?i)\.(cn|com|example)\b", said)
    assert not any(len(re.sub(r"\D", "", run)) >= 7 and not TICKET.fullmatch(run) for run in RUN.findall(said))


RUN, TICKET = re.compile(r"\d(?:[ _-]?\d)*"), re.compile(r"\d+-\d")
NUMBERS = (
    *("138.0013.8000", "138_0013_8000", "１３８００１３８０００", "138/0013/8000", "138(0013)8000"),
    *("138—0013—8000", "138 ·0013· 8000", "1.3.8.0.0.1.3.8.0.0.0", "8888-1234", "138　0013　8000", "(010)88880000"),
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_by_which_somebody_is_reached_is_masked_however_it_is_written(number):
    for said in (sanitised(f"打{number}找我"), *opening(f"打{number}找我")[0]):
        assert len(re.sub(r"\D", "", said)) <= 3 and said.startswith("打") and said.endswith("找我")


@given(
    st.sampled_from([" ", "", "-", ".", "_", "·", "—", " - "]), st.sampled_from([(3, 4, 4), (1,) * 11, (4, 4), (11,)])
)
def test_no_separator_hides_a_number(separator, groups):
    digits = iter("13800138000")
    number = separator.join("".join(next(digits) for _ in range(size)) for size in groups)
    assert not re.search(r"\d", sanitised(f"找{number}"))


@pytest.mark.parametrize(
    "text",
    ["11.24 8.30-17.30停水", "1、2、3、4、5、6、7号楼", "13-3、14-1", "2025/2026年度", "12.5万元", "3.5米高2.4米宽"],
)
def test_hours_lists_and_sums_are_no_numbers_to_mask(text):
    assert sanitised(text) == text


@pytest.mark.parametrize("id_", [7, 13, 99_999, 100_000, 1_234_567, 98_765_432])
def test_the_number_of_a_ticket_of_ours_stays(id_):
    number = f"{id_}-{check_digit(id_)}"
    assert sanitised(f"进度 {number}，谢谢") == f"进度 {number}，谢谢"
    wrong = f"{id_}-{(check_digit(id_) + 1) % 10}"
    assert (wrong in sanitised(wrong)) == (id_ < 100_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("看(https://evil.example/a)好", "看(（链接略）)好"),
        ("看（https://evil.example/a_(b)?c=1），快", "看（（链接略）），快"),
        ("#小程序://拼多多/AbCd 看看", "（链接略） 看看"),
        ("“evil.cn”不能信", "“（链接略）”不能信"),
        ("看 10.2.3.4/x 吧", "看 （链接略） 吧"),
        ("看 evil.рф", "看 （链接略）"),
        ("看 例子.中国/a 吧", "看 （链接略） 吧"),
        ("漏水.公司不管 2.网络不通", "漏水.公司不管 2.网络不通"),
        ("# 大字 ~~划掉~~ 2#楼", "＃ 大字 ～～划掉～～ 2＃楼"),
        ("https://evil.example，快来", "（链接略），快来"),
        ("2026-11-24 停水，2026.12.1 来水", "2026年11月24日 停水，2026年12月1日 来水"),
    ],
)
def test_what_closes_a_bracket_or_a_sentence_stays_when_a_link_goes(text, said):
    assert sanitised(text) == said


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
    assert len(signed(taken, message_code(1)).encode()) <= longest
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
    marks = [message_code(number) for number in range(1, 50_000)]
    assert len(set(marks)) == len(marks) and {len(one) for one in marks} == {4}
    assert message_code(7) == message_code(7)


def test_the_templates_alone_say_what_is_told():
    assert has_words("workers", "ticket.report") and not has_words("residents", "ticket.report")
    assert not has_words("residents", "ticket.close")


@pytest.mark.parametrize("name", ["../x", "ticket.report\x00", "", "/etc/passwd"])
def test_a_strange_name_has_no_words(name):
    assert not has_words("workers", name)


@pytest.mark.parametrize("dull", ["好", "x好", "海棠里1号院", "电梯", "1", "a.", "好.", "-", "下午三号楼的灯又不亮了"])
def test_words_without_end_are_made_plain_at_once(dull):
    assert quickest(sanitised, (dull * 2000)[:2000]) < 0.5
