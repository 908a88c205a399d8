"""What `bin/bench` says of its goals, and the list of those known to be missed, which may only shrink."""

import re

import pytest

from bench.goals import GOALS
from bench.known import FILE, known, verdict
from bench.row import Row
from governance.core.config import ROOT

KNOWN = known(FILE.read_text())
HEADING = "### Known, by `bin/bench`\n"
AT_FIRST = {
    "count(*) on these pages",
    "report form (SQLite)",
    "ticket page, a stranger's (SQLite)",
    "desk of a grid worker, new (SQLite)",
    "desk of a grid worker, at a place (SQLite)",
    "desk of a street, all (SQLite)",
    "a resident's whole report: scan, form, post, ticket (SQLite)",
    "report form (PostgreSQL)",
    "ticket page, a stranger's (PostgreSQL)",
    "desk of a grid worker, new (PostgreSQL)",
    "desk of a grid worker, at a place (PostgreSQL)",
    "desk of a street, all (PostgreSQL)",
    "a resident's whole report: scan, form, post, ticket (PostgreSQL)",
    "keep home, demo → district",
    "14,000 groups told of one event (SQLite)",
    "14,000 groups told of one event (PostgreSQL)",
    "report beside a bare insert (PostgreSQL)",
    "round trips of a report (PostgreSQL)",
    "scan page, made anew (SQLite)",
    "scan page, 20 scans a day a code (SQLite)",
    "scan page, made anew (PostgreSQL)",
    "scan page, 20 scans a day a code (PostgreSQL)",
    "topic page, made anew (SQLite)",
    "topic, one's own page (SQLite)",
    "an answer beside a bare insert (SQLite)",
    "topic page, made anew (PostgreSQL)",
    "topic, one's own page (PostgreSQL)",
    "an answer beside a bare insert (PostgreSQL)",
    "second start of bin/serve, wall",
    "memory of bin/serve at rest",
}  # never add to these
GOAL = "report beside a bare insert (SQLite)"


def row(value: float, name: str = GOAL) -> Row:
    return Row(name, value, "ms", bare=1)


def test_the_list_of_known_misses_names_goals_that_exist() -> None:
    assert KNOWN.keys() <= GOALS.keys()


def test_the_list_of_known_misses_only_shrinks() -> None:
    assert KNOWN.keys() <= AT_FIRST


def test_the_changelog_names_the_same_misses_with_the_same_figures() -> None:
    part = (ROOT / "CHANGELOG.md").read_text().partition(HEADING)[2].partition("\n#")[0]
    said = re.findall(r"^- (.*): ([^:\n]*)$", part, re.MULTILINE)
    assert said == list(KNOWN.items())


@pytest.mark.parametrize(
    ("value", "misses", "code", "said"),
    [
        (2.4, {}, 0, "1 goals met, 0 missed, 0 of these not known"),
        (2.6, {}, 1, f"missed:   {GOAL}\t2.6 × (goal ≤ 2.5 ×)"),
        (2.6, {GOAL: "2.5"}, 0, f"known:    {GOAL}\t2.6 × (goal ≤ 2.5 ×)"),
        (2.4, {GOAL: "2.6"}, 0, f"met now:  {GOAL}\t2.4 × (goal ≤ 2.5 ×) (take it off the list if it stays so)"),
    ],
)
def test_only_a_miss_that_is_not_known_fails_a_run(value: float, misses: dict[str, str], code: int, said: str) -> None:
    ended, lines = verdict([row(value)], misses, {GOAL}, busy=False)
    assert (ended, [line for line in lines if said in line] != []) == (code, True), lines


def test_a_known_miss_that_was_not_measured_is_named() -> None:
    code, lines = verdict([row(1)], {"hello": "1"}, {GOAL, "hello"}, busy=False)
    assert (code, lines[1:]) == (0, ["  not measured: hello (take it off the list if there is no such row)"])


def test_a_busy_machine_fails_no_run_for_the_wall_clock() -> None:
    late = row(4, "second start of bin/serve, wall")
    assert [verdict([late], {}, set(), busy)[0] for busy in (False, True)] == [1, 0]
    assert verdict([row(2.6)], {}, set(), busy=True)[0] == 1


def test_a_row_without_a_goal_is_neither_met_nor_missed() -> None:
    assert row(9, "hello").met is None


def test_a_goal_on_a_ratio_is_missed_without_a_counterpart() -> None:
    assert Row(GOAL, 1, "ms").met is False
