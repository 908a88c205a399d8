"""The goals of DESIGN §7 and those that followed from measuring, by the name of their row. Other rows have none.

A ratio is to the bare counterpart that was measured turn about in the same run. Times are processor time of our process
unless the name says "wall".
"""

from dataclasses import dataclass

KINDS = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Goal:
    """At most this ratio to the bare counterpart, or at most this value in the row's unit, or both."""

    ratio: float | None = None
    value: float | None = None

    def words(self, unit: str) -> str:
        ratio = f"≤ {self.ratio:g} ×" if self.ratio is not None else ""
        value = f"≤ {self.value:g} {unit}".rstrip() if self.value is not None else ""
        return " and ".join(part for part in (ratio, value) if part)


def on(name: str, kind: str) -> str:
    """The name of a row that is measured on each kind of database."""
    return f"{name} ({kind})"


ON_BOTH = {
    "scan page, kept, one code again and again": Goal(ratio=5),
    "scan page, 20 scans a day a code": Goal(ratio=5),
    "report form": Goal(ratio=15),
    "ticket page, a stranger's": Goal(ratio=30),
    "a resident's whole report: scan, form, post, ticket": Goal(ratio=105),
    "desk of a grid worker, new": Goal(ratio=40),
    "desk of a grid worker, at a place": Goal(ratio=40),
    "desk of a street, all": Goal(ratio=40),
    "report beside a bare insert": Goal(ratio=2.5),
    "topic page, kept": Goal(ratio=5),
    "topic page, made anew": Goal(ratio=20),
    "topic, one's own page": Goal(ratio=30),
    "an answer beside a bare insert": Goal(ratio=3),
    "a job of 30,000 waiting beside one of 30, wall": Goal(ratio=1.5),
    "14,000 groups told of one event": Goal(ratio=2.5),
    "14,000 groups told of one event, wall": Goal(value=15),
    "first load of the scan page": Goal(value=14),
    "first load of the scan page, requests": Goal(value=4),
    "first load of the report form": Goal(value=20),
    "first load of any other resident page": Goal(value=14),
    "idle worker": Goal(value=0.5),
    "idle worker, first look at new work, wall": Goal(value=0.3),
}
GOALS = {on(name, kind): goal for name, goal in ON_BOTH.items() for kind in KINDS} | {
    "scan page, made anew (SQLite)": Goal(ratio=12),
    "scan page, made anew (PostgreSQL)": Goal(ratio=15),
    "round trips of a report (PostgreSQL)": Goal(value=5),
    "keep home, demo → district": Goal(ratio=1.2),
    "desk of a grid worker, new: as tickets grow": Goal(ratio=1.2),
    "desk of a grid worker, late: as tickets grow": Goal(ratio=1.2),
    "desk of a street, late: as tickets grow": Goal(ratio=1.2),
    "desk of a street, all: as tickets grow": Goal(ratio=1.2),
    "scan page, made anew: as tickets grow": Goal(ratio=1.2),
    "count(*) on these pages": Goal(value=0),
    "photo of 12 megapixels, 3 MB": Goal(value=200),
    "photo of 12 megapixels, 5 MB": Goal(value=200),
    "photo of 12 megapixels, memory": Goal(value=80),
    "14,000 A4 posters, every symbol decoded, wall": Goal(value=300),
    "memory while printing posters": Goal(value=400),
    "memory of bin/serve at rest": Goal(value=250),
    "second start of bin/serve, wall": Goal(value=3),
}
