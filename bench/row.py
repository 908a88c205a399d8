"""One line of the table: a figure, its bare counterpart, and whether it keeps the goal."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width


@dataclass(frozen=True)
class Row:
    """A goal is set on the value (`at_most`), on its ratio to the bare counterpart (`ratio_at_most`), or neither."""

    name: str
    value: float
    unit: str
    bare: float | None = None
    at_most: float | None = None
    ratio_at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.bare if self.bare else None

    @property
    def goal(self) -> str:
        ratio = f"≤ {self.ratio_at_most:g} ×" if self.ratio_at_most is not None else ""
        value = f"≤ {self.at_most:g} {self.unit}" if self.at_most is not None else ""
        return " and ".join(part for part in (ratio, value) if part)

    @property
    def met(self) -> bool | None:
        kept = [self.value <= self.at_most] if self.at_most is not None else []
        kept += [(self.ratio or 0) <= self.ratio_at_most] if self.ratio_at_most is not None else []
        return all(kept) if kept else None

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "bare": round(self.bare, 4) if self.bare is not None else None,
            "ratio": round(self.ratio, 3) if self.ratio is not None else None,
            "goal": self.goal,
            "met": self.met,
            "note": self.note,
        }

    def __str__(self) -> str:
        mark = {True: "ok  ", False: "MISS", None: "    "}[self.met]
        bare = f"bare {self.bare:.3g} {self.unit}" if self.bare is not None else ""
        ratio = f"{self.ratio:.2f} ×" if self.ratio is not None else ""
        cells = (_wide(self.name, 52), f"{self.value:8.3g} {self.unit:<8}", f"{bare:<18}", f"{ratio:>8}")
        return f"{mark} {'  '.join(cells)}  {self.goal:<12} {self.note}".rstrip()


def _wide(text: str, columns: int) -> str:
    """Padded to so many columns of a terminal, where a Chinese character takes two."""
    taken = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, columns - taken)


def interleaved(
    doings: dict[str, Callable[[], object]], rounds: int, times: int = 1, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Milliseconds one call of each takes: the median of rounds in which each has its turn of so many calls."""
    spent: dict[str, list[float]] = {name: [] for name in doings}
    for name, do in _turns(doings, rounds):
        began = clock()
        for _ in range(times):
            do()
        spent[name].append((clock() - began) / times * 1000)
    return {name: statistics.median(each[len(each) // 10 :]) for name, each in spent.items()}


def _turns(doings: dict[str, Callable[[], object]], rounds: int) -> Iterator[tuple[str, Callable[[], object]]]:
    for _ in range(rounds):
        yield from doings.items()
