"""Every number and door is masked in every writing: each number below is written in each way below."""

import re
from collections.abc import Callable

import pytest

from governance.triage.masking import masked
from tests.triage.sentence_tables import lines

MOBILES = ("13812345678", "15900001111", "17712340987")
LANDLINES = ("010-65432109", "0371-66778899")
PAPERS = ("110105199003071234", "11010519900307123X")
CARDS = ("6222021234567890123", "6228480402564890018")
DOORS = ("3单元501", "3-2-501", "5号楼3单元501室", "501室", "2单元1102")
MASK = re.compile(r"（[^（）]*）")


def digits_as(figures: str) -> Callable[[str], str]:
    return lambda number: "".join(figures[int(char)] if char.isdigit() else char for char in number)


def parted(by: str, *sizes: int) -> Callable[[str], str]:
    """Groups of these sizes, the rest together; single characters without sizes."""

    def write(number: str) -> str:
        pieces, rest = [], number
        for size in sizes or (1,) * len(number):
            pieces.append(rest[:size])
            rest = rest[size:]
        return by.join(filter(None, [*pieces, rest]))

    return write


chinese, full_width = digits_as("零一二三四五六七八九"), digits_as("０１２３４５６７８９")
ANY: dict[str, Callable[[str], str]] = {
    "plain": str,
    "chinese": chinese,
    "full width": full_width,
    "circled": digits_as("⓪①②③④⑤⑥⑦⑧⑨"),
    "no width": parted("\u200b"),
    "spaced": parted(" "),
    "one of them chinese": lambda number: number.replace("1", "一"),
}
OF_NUMBERS = ANY | {
    "as spoken": lambda number: chinese(number).replace("一", "幺"),
    "as on cheques": digits_as("零壹贰叁肆伍陆柒捌玖"),
    "chinese, spaced": lambda number: " ".join(chinese(number)),
    "chinese, listed": lambda number: "、".join(chinese(number)),
    "full width, spaced": lambda number: " ".join(full_width(number)),
    "keycaps": lambda number: "".join(f"{char}\ufe0f\u20e3" for char in number),
    "bold": digits_as("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "raised": digits_as("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "arabic": digits_as("٠١٢٣٤٥٦٧٨٩"),
    "letters": lambda number: number.replace("0", "o").replace("1", "l"),
    "mixed": lambda number: chinese(number[:3]) + number[3:7] + full_width(number[7:]),
    "lines": parted("\n", 3, 4),
    "brackets": lambda number: f"（{number[:3]}）{number[3:]}",
    "country": lambda number: f"+86{number}",
    "country, full width": lambda number: f"＋８６ {full_width(number)}",
    **{f"parted by {by}": parted(by) for by in "-.，*\u3000"},
    **{f"grouped by {by}": parted(by, 3, 4, 4) for by in (" ", "-", "_", "/", "～", "——")},
}
AROUND = (("打我电话", ""), ("灯坏了", ""), ("电话：", "，谢谢"))


def kept(before: str, number: str, after: str) -> str:
    """What is left of the sentence beside the masks."""
    return MASK.sub("", masked(f"{before}{number}{after}").text)


@pytest.mark.parametrize("way", OF_NUMBERS)
def test_numbers_in_any_writing_leave_nothing(way) -> None:
    write = OF_NUMBERS[way]
    for number in MOBILES:
        for before, after in AROUND:
            assert kept(before, write(number), after) == before + after
    for before, numbers in (("身份证", PAPERS), ("卡", CARDS), ("座机", LANDLINES)):
        for number in numbers:
            assert kept(before, write(number), "，麻烦") == f"{before}，麻烦"


@pytest.mark.parametrize("way", ANY)
def test_doors_in_any_writing_leave_no_room(way) -> None:
    for door in DOORS:
        public = masked(f"住{ANY[way](door)}，漏水").text
        assert public.endswith("（门牌），漏水"), public


def test_names_of_a_list_that_no_pattern_was_made_for_are_masked() -> None:
    pairs = [line.split("|") for line in lines("holdout_names")]
    seen = [words for name, words in pairs if name in masked(words).text]
    print(f"{len(pairs) - len(seen)} of {len(pairs)} names masked")
    assert len(pairs) >= 60 and len(seen) <= len(pairs) * 0.1, seen
