"""Words fill their box as large as they can and break where a reader would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.places.typesetting import LEADING, fit


def measure(text: str) -> float:
    return sum(0.55 if character.isascii() else 1.0 for character in text)


def test_a_short_name_is_as_large_as_allowed():
    assert fit("大屯里", measure, 500, 110, 88).size == 88


def test_a_long_name_takes_a_second_line_rather_than_small_letters():
    setting = fit("青年城小区综合服务中心与党群活动广场东侧入口", measure, 493, 108, 88)
    assert len(setting.lines) == 2 and setting.size > 40


def test_lines_are_about_even():
    first, second = fit("东坝乡七棵树村农贸市场西门公共卫生间旁", measure, 250, 60, 40).lines
    assert abs(len(first) - len(second)) <= 1


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("望京西园四区405号楼", "405号楼"),
        ("阳光上东小区（二期）", "（二期"),
        ("甲乙 B座Apartment1201室", "Apartment1201室"),
    ],
)
def test_numbers_stay_with_their_unit_and_marks_with_their_word(words, whole):
    lines = fit(words, measure, 60, 300, 60).lines
    assert any(whole in line for line in lines)


def test_a_gap_is_the_first_choice_for_a_break():
    assert fit("朝阳区 · 望京街道 · 花家地社区 · 花家地北里", measure, 110, 30, 12, 2).lines[1].startswith("花家地")


@given(st.text("花家地北里楼号12A，。（ ·", min_size=1, max_size=60), st.integers(20, 600), st.integers(8, 200))
def test_nothing_ever_leaves_its_box_and_nothing_is_lost(words, width, height):
    setting = fit(words, measure, width, height, 90)
    assert max(measure(line) for line in setting.lines) * setting.size <= width * 1.0001
    assert setting.size * LEADING * len(setting.lines) <= height * 1.0001
    assert "".join(setting.lines).replace(" ", "") == words.replace(" ", "")
