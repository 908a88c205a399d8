"""What people agree on and what divides them: what the plain table may be relied on for, whatever the counts."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.discussions.opinion_table import ENOUGH_SIDES, MOST_SHOWN, few, share, tabled


@dataclass(frozen=True)
class Said:
    id: int
    agreed: int
    disagreed: int
    passed: int = 0


COUNT = st.integers(0, 40) | st.integers(0, 20_000)
SAID = st.lists(st.builds(Said, st.integers(1, 60), COUNT, COUNT, COUNT), max_size=30, unique_by=lambda one: one.id)
FEW_SAID = st.lists(
    st.builds(Said, st.integers(1, 60), COUNT, COUNT, COUNT), min_size=1, max_size=5, unique_by=lambda one: one.id
)
FULL = settings(max_examples=60, deadline=None)


def lists(said: list[Said]) -> list[tuple[int, ...]]:
    table = tabled(said)
    return [table.agreed, table.rejected, table.divided]


def standing(one: Said) -> str:
    """Which list a statement stands in when it is alone."""
    names = ("agreed", "rejected", "divided")
    return next((name for name, ids in zip(names, lists([one]), strict=True) if ids), "none")


@FULL
@given(SAID)
def test_a_statement_stands_in_one_list_at_most_and_no_list_is_long(said: list[Said]) -> None:
    ids = [id_ for each in lists(said) for id_ in each]
    assert len(ids) == len(set(ids)) and set(ids) <= {one.id for one in said}
    assert all(len(each) <= MOST_SHOWN for each in lists(said))


@FULL
@given(SAID)
def test_few_who_took_a_side_say_nothing_about_the_others_however_many_passed(said: list[Said]) -> None:
    sides = {one.id: one.agreed + one.disagreed for one in said}
    assert all(sides[id_] >= ENOUGH_SIDES for each in lists(said) for id_ in each)


@FULL
@given(FEW_SAID)
def test_who_has_no_side_changes_nothing(said: list[Said]) -> None:
    assert lists(said) == lists([replace(one, passed=one.passed + 7) for one in said])


@FULL
@given(COUNT, COUNT)
def test_one_agreement_more_never_speaks_against_a_statement(agreed: int, disagreed: int) -> None:
    before, after = Said(1, agreed, disagreed), Said(1, agreed + 1, disagreed)
    assert share(after) > share(before)
    assert (standing(before), standing(after)) not in {("agreed", "rejected"), ("agreed", "divided")}
    assert (standing(before), standing(after)) != ("divided", "rejected")
    assert standing(before) != "agreed" or standing(after) == "agreed"


@FULL
@given(SAID)
def test_agreeing_and_disagreeing_are_mirror_images(said: list[Said]) -> None:
    agreed, rejected, divided = lists(said)
    mirrored = [replace(one, agreed=one.disagreed, disagreed=one.agreed) for one in said]
    assert lists(mirrored) == [rejected, agreed, divided]


@FULL
@given(SAID, st.randoms())
def test_the_order_in_which_things_were_said_does_not_matter(said: list[Said], chance) -> None:  # type: ignore[no-untyped-def]
    mixed = list(said)
    chance.shuffle(mixed)
    assert lists(said) == lists(mixed)


@FULL
@given(SAID)
def test_the_clearest_stand_first_and_none_clearer_is_left_out(said: list[Said]) -> None:
    table, by_id = tabled(said), {one.id: one for one in said}
    shares = [share(by_id[id_]) for id_ in table.agreed]
    assert shares == sorted(shares, reverse=True)
    left_out = [one for one in said if standing(one) == "agreed" and one.id not in table.agreed]
    assert all(share(one) <= min(shares) for one in left_out)
    assert not left_out or len(shares) == MOST_SHOWN


@FULL
@given(FEW_SAID)
def test_what_one_statement_counts_does_not_move_another(said: list[Said]) -> None:
    together = lists(said)
    alone = [tuple(one.id for one in said if one.id in lists([one])[at]) for at in range(3)]
    assert [set(each) for each in together] == [set(each) for each in alone]


@pytest.mark.parametrize(
    ("agreed", "disagreed", "expected"),
    [
        (4, 0, "none"),
        (5, 0, "agreed"),
        (0, 5, "rejected"),
        (3, 2, "divided"),
        (4, 1, "none"),
        (7, 1, "agreed"),
        (6, 1, "agreed"),
        (40, 0, "agreed"),
        (20, 20, "divided"),
        (26, 14, "divided"),
        (28, 12, "none"),
        (2, 1, "none"),
    ],
)
def test_by_hand(agreed: int, disagreed: int, expected: str) -> None:
    """Drawn towards the middle by one on either side: from three quarters most agree, about a half divides."""
    assert standing(Said(1, agreed, disagreed)) == expected


@pytest.mark.parametrize(("people", "expected"), [(0, True), (1, True), (19, True), (20, False), (10_000, False)])
def test_below_twenty_people_the_table_carries_a_warning(people: int, expected: bool) -> None:
    assert few(people) is expected
