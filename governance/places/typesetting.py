"""Fits text into a box: the largest size, the fewest lines, no break between a number and its unit.

It knows widths and sizes; layouts/ decides what is written where.
"""

from collections.abc import Callable
from dataclasses import dataclass

LEADING = 1.2
_NOT_FIRST = set("，。、；：？！）》」』”’…%·号楼栋幢座层单元室院弄")
_NO_GAP = 1.5  # breaking inside a name costs as much as this many characters of unevenness
_NOT_LAST = set("（《「『“‘第")

Measure = Callable[[str], float]  # the width of words at size 1


@dataclass(frozen=True)
class Setting:
    """Text broken into lines, and the size at which it fits."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return self.size * LEADING * len(self.lines)


def fit(words: str, measure: Measure, width: float, height: float, largest: float, most_lines: int = 3) -> Setting:
    """The largest setting of `words` inside the box; of equals, the one with fewer lines."""
    best = Setting((words,), 0)
    for count in range(1, most_lines + 1):
        lines = _broken(words, measure, count)
        widest = max(measure(line) for line in lines) or 1
        size = min(largest, width / widest, height / (LEADING * len(lines)))
        if size > best.size * 1.02:
            best = Setting(lines, size)
    return best


def _broken(words: str, measure: Measure, count: int) -> tuple[str, ...]:
    """`words` on at most `count` lines of lengths as equal as the breaks allow."""
    if count == 1 or len(words) < 2 * count:
        return (words,)
    target = measure(words) / count
    breaks = [at for at in range(1, len(words)) if _may_break(words, at)]
    if not breaks:
        return (words,)
    first = min(breaks, key=lambda at: abs(measure(words[:at]) - target) + _cost(words[at]))
    rest = _broken(words[first:].lstrip(), measure, count - 1)
    return (words[:first].rstrip(), *rest)


def _cost(character: str) -> float:
    return 0 if character == " " else _NO_GAP


def _may_break(words: str, at: int) -> bool:
    before, after = words[at - 1], words[at:].lstrip()[:1]
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return not (before.isascii() and after.isascii() and before.isalnum() and after.isalnum())
