"""One line of the table: a figure, its bare counterpart, and whether it keeps the goal."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from bench.goals import GOALS, Goal


@dataclass(frozen=True)
class Row:
    """A measured value, in its unit, beside its bare counterpart. The goal is found by the name."""

    name: str
    value: float
    unit: str
    bare: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.bare if self.bare else None

    @property
    def goal(self) -> Goal | None:
        return GOALS.get(self.name)

    @property
    def met(self) -> bool | None:
        """Nothing where no goal is set."""
        goal = self.goal
        if goal is None:
            return None
        by_value = goal.value is None or self.value <= goal.value
        by_ratio = goal.ratio is None or (self.ratio is not None and self.ratio <= goal.ratio)
        return by_value and by_ratio

    @property
    def figure(self) -> str:
        """What the goal judges, and the goal."""
        if self.goal is None:
            return f"{self.value:.3g} {self.unit}".rstrip()
        judged = f"{self.ratio:.3g} ×" if self.goal.ratio is not None else f"{self.value:.3g} {self.unit}".rstrip()
        return f"{judged} (goal {self.goal.words(self.unit)})"

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "bare": round(self.bare, 4) if self.bare is not None else None,
            "ratio": round(self.ratio, 3) if self.ratio is not None else None,
            "goal": self.goal.words(self.unit) if self.goal else "",
            "met": self.met,
            "note": self.note,
        }

    def __str__(self) -> str:
        mark = {True: "ok  ", False: "MISS", None: "    "}[self.met]
        bare = f"bare {self.bare:.3g} {self.unit}" if self.bare is not None else ""
        ratio = f"{self.ratio:.2f} ×" if self.ratio is not None else ""
        goal = self.goal.words(self.unit) if self.goal else ""
        cells = (_wide(self.name, 64), f"{self.value:8.3g} {self.unit:<8}", f"{bare:<18}", f"{ratio:>8}")
        return f"{mark} {'  '.join(cells)}  {goal:<12} {self.note}".rstrip()


def _wide(text: str, columns: int) -> str:
    """Padded to so many columns of a terminal, where a Chinese character takes two."""
    taken = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, columns - taken)


def interleaved(
    doings: dict[str, Callable[[], object]],
    rounds: int,
    times: int = 1,
    clock: Callable[[], float] = time.process_time,
    middle: Callable[[list[float]], float] = statistics.median,
) -> dict[str, float]:
    """Milliseconds one call of each takes: the middle of rounds in which each has its turn of so many calls.

    The first tenth of the rounds is left out. `middle` is the mean where a call is dear only now and then.
    """
    spent: dict[str, list[float]] = {name: [] for name in doings}
    for _ in range(rounds):
        for name, do in doings.items():
            began = clock()
            for _ in range(times):
                do()
            spent[name].append((clock() - began) / times * 1000)
    return {name: middle(each[len(each) // 10 :]) for name, each in spent.items()}


Prepared = tuple[Callable[[], Any], Callable[[Any], object]]


def interleaved_prepared(doings: dict[str, Prepared], rounds: int) -> dict[str, tuple[float, float]]:
    """The same for calls that need something made first, which is not measured: CPU and wall of each."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in doings}
    for _ in range(rounds):
        for name, (prepare, do) in doings.items():
            made = prepare()
            cpu, wall = time.process_time(), time.perf_counter()
            do(made)
            spent[name].append(((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000))
    late = {name: each[rounds // 10 :] for name, each in spent.items()}
    return {name: (_median(each, 0), _median(each, 1)) for name, each in late.items()}


def _median(pairs: list[tuple[float, float]], at: int) -> float:
    return statistics.median(pair[at] for pair in pairs)
