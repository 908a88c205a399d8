"""Which category words are of: what is private goes before a longer match, and who informs on somebody is heard."""

import pytest

from governance.tickets.categories import DEFAULTS, Choice
from governance.triage.category import category_of, informs_of_a_thing

EMPTY = {"id": 0, "photo_to_finish": False, "scan_to_finish": False, "verify": False, "elsewhere": None}


@pytest.fixture
def choices(cast):
    return [
        Choice(*(getattr(row, name, None) if not isinstance(row, dict) else row.get(name) for name in Choice._fields))
        for row in [EMPTY | {"private": False} | facts for facts in DEFAULTS]
    ]


def test_a_private_category_goes_before_a_longer_match(choices) -> None:
    assert category_of("邻居天天吵架，电动车也乱停", choices).slug == "quarrel"
    assert category_of("电动车乱停在消防通道", choices).private is False


@pytest.mark.parametrize(
    ("words", "of_a_thing"),
    [("举报楼顶违建", True), ("举报违建，物业经理收钱不管", False), ("举报书记受贿", False), ("楼顶违建", False)],
)
def test_informing_on_somebody_in_office_is_never_taken_for_a_thing(words, of_a_thing) -> None:
    assert informs_of_a_thing(words) is of_a_thing
