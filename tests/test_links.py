"""What came of what: said once, walked both ways in the order it was said, and seen only as far as a viewer may."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance import links
from governance.core.db import db, now, writing
from governance.links import Link, LinkedItem, describes, outcomes, sources, tie


@pytest.fixture
def nouns(monkeypatch: pytest.MonkeyPatch, shared_world: object) -> None:
    """Two nouns of this test only; nobody but "all" sees what has an odd number."""
    monkeypatch.setattr(links, "_describers", {})

    def describe(noun: str) -> None:
        @describes(noun)
        def seen(ids: Sequence[int], viewer: Any) -> dict[int, LinkedItem]:
            return {
                id_: LinkedItem(noun, f"{noun} {id_}", "x", str(id_), "", False)
                for id_ in ids
                if viewer == "all" or id_ % 2 == 0
            }

    describe("apple")
    describe("pear")
    with writing():
        db.session.query(Link).delete()


def titles(items: list[LinkedItem]) -> list[str]:
    return [item.title for item in items]


def test_a_step_is_walked_both_ways_and_said_once(nouns) -> None:
    for _ in range(3):
        with writing():
            tie(("apple", 2), ("pear", 4))
    assert titles(outcomes("apple", 2, "all")) == ["pear 4"]
    assert titles(sources("pear", 4, "all")) == ["apple 2"]
    assert outcomes("pear", 4, "all") == sources("apple", 2, "all") == []
    assert db.session.query(Link).count() == 1


def test_the_oldest_stands_first_whatever_its_noun_or_number(nouns) -> None:
    for at, target in enumerate((("pear", 9), ("apple", 5), ("pear", 1), ("apple", 7))):
        with writing():
            tie(("apple", 2), target)
            link = db.session.get_one(Link, ("apple", 2, *target))
            link.at = now() + timedelta(seconds=at)
    assert titles(outcomes("apple", 2, "all")) == ["pear 9", "apple 5", "pear 1", "apple 7"]


def test_what_a_viewer_may_not_see_leaves_no_gap(nouns) -> None:
    with writing():
        for number in (1, 2, 3, 4):
            tie(("apple", 2), ("pear", number))
    assert titles(outcomes("apple", 2, "some")) == ["pear 2", "pear 4"]
    assert titles(outcomes("apple", 2, "all")) == ["pear 1", "pear 2", "pear 3", "pear 4"]


def test_the_same_number_of_another_noun_is_another_thing(nouns) -> None:
    with writing():
        tie(("apple", 2), ("pear", 2))
    assert outcomes("pear", 2, "all") == [] and sources("apple", 2, "all") == []


def test_a_step_is_undone_with_the_change_that_said_it(nouns) -> None:
    with pytest.raises(RuntimeError), writing():
        tie(("apple", 2), ("pear", 4))
        raise RuntimeError
    assert outcomes("apple", 2, "all") == []


def test_a_noun_is_described_once_for_all_its_links(nouns, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    describe = links._describers["pear"]

    @describes("pear")
    def counted(ids: Sequence[int], viewer: Any) -> dict[int, LinkedItem]:
        asked.append(list(ids))
        return describe(ids, viewer)

    with writing():
        tie(("apple", 2), ("pear", 4))
        tie(("apple", 2), ("pear", 6))
    assert titles(outcomes("apple", 2, "all")) == ["pear 4", "pear 6"]
    assert asked == [[4, 6]]


def test_a_port_that_no_slice_provides_is_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_tickets", None)
    with pytest.raises(LookupError):
        links.tickets()


ENDS = st.tuples(st.sampled_from(("apple", "pear")), st.integers(1, 4))


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(ENDS, ENDS), max_size=12))
def test_whatever_came_of_a_thing_has_it_among_its_sources(nouns, steps) -> None:
    with pytest.raises(LookupError), writing():
        for source, target in steps:
            tie(source, target)
        there = {(source, target) for source, target in steps}
        ends = {end for step in there for end in step}
        for end in ends:
            assert sorted(titles(outcomes(*end, "all"))) == sorted(f"{to[0]} {to[1]}" for of, to in there if of == end)
            assert sorted(titles(sources(*end, "all"))) == sorted(f"{of[0]} {of[1]}" for of, to in there if to == end)
        raise LookupError("undone, so that the next example finds nothing")
