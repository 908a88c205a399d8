"""The goals that are known to be missed, and what a run says of them. `known.txt` holds one a line: row, tab, figure.

The list may only shrink: `tests/test_bench.py` holds it against the rows it began with, and against CHANGELOG.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.row import Row

FILE = Path(__file__).with_name("known.txt")


def known(text: str) -> dict[str, str]:
    """The figure that was measured, by row."""
    return dict(line.split("\t") for line in text.splitlines())


def verdict(rows: Sequence[Row], misses: dict[str, str], expected: set[str], busy: bool) -> tuple[int, list[str]]:
    """The exit code of a run and what to say. 1: a goal is missed that is not on the list.

    On a `busy` machine goals on the wall clock cannot be judged: their misses are named and do not fail the run.
    `expected` are the rows that this run should have had: those of them that are on the list and were not measured are
    named. They and what is met now do not fail a run, since figures near a goal fall on either side of it.
    """
    missed = [row for row in rows if row.met is False]
    late = [row for row in missed if busy and ", wall" in row.name and row.name not in misses]
    new = [row for row in missed if row.name not in misses and row not in late]
    met = [row for row in rows if row.met and row.name in misses]
    gone = sorted((misses.keys() & expected) - {row.name for row in rows})
    said = [f"{sum(row.met is True for row in rows)} goals met, {len(missed)} missed, {len(new)} of these not known"]
    said += [f"  missed:   {row.name}\t{row.figure}" for row in new]
    said += [f"  too busy: {row.name}\t{row.figure} (ask again on a quiet machine)" for row in late]
    said += [f"  known:    {row.name}\t{row.figure}" for row in missed if row.name in misses]
    said += [f"  met now:  {row.name}\t{row.figure} (take it off the list if it stays so)" for row in met]
    said += [f"  not measured: {name} (take it off the list if there is no such row)" for name in gone]
    return (1 if new else 0), said
