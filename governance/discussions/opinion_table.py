"""What people agree on and what divides them: a rule over counts, without Flask and without SQL.

A statement is judged by the share of agreement among its agreeing and disagreeing voices. Laplace's rule of succession
adds one voice to either side, so a few voices never look unanimous.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

ENOUGH_SIDES = 5  # agreeing and disagreeing voices; a statement with fewer is not judged
AGREED, DIVIDED = 0.75, (0.35, 0.65)
FEW_PEOPLE = 20  # a topic with fewer people shows a warning beside its table
MOST_SHOWN = 5


class Counted(Protocol):
    id: Any
    agreed: Any
    disagreed: Any
    passed: Any


@dataclass(frozen=True)
class Table:
    """Statement ids, the clearest first."""

    agreed: tuple[int, ...]
    rejected: tuple[int, ...]
    divided: tuple[int, ...]

    def plain(self) -> dict[str, list[int]]:
        return {"agreed": list(self.agreed), "rejected": list(self.rejected), "divided": list(self.divided)}


def share(statement: Counted) -> float:
    """The share of agreement, from 0 to 1; 0.5 without any agreeing or disagreeing voice."""
    return float((statement.agreed + 1) / (statement.agreed + statement.disagreed + 2))


def tabled(statements: Iterable[Counted]) -> Table:
    """Sort statements into agreed, rejected and divided."""
    judged = [one for one in statements if one.agreed + one.disagreed >= ENOUGH_SIDES]
    agreed = [one for one in judged if share(one) >= AGREED]
    rejected = [one for one in judged if share(one) <= 1 - AGREED]
    divided = [one for one in judged if DIVIDED[0] <= share(one) <= DIVIDED[1]]
    return Table(
        _ids(sorted(agreed, key=lambda one: (-share(one), one.id))),
        _ids(sorted(rejected, key=lambda one: (share(one), one.id))),
        _ids(sorted(divided, key=lambda one: (-min(one.agreed, one.disagreed), one.id))),
    )


def _ids(statements: Iterable[Counted]) -> tuple[int, ...]:
    return tuple(one.id for one in statements)[:MOST_SHOWN]


def few(people: int) -> bool:
    return people < FEW_PEOPLE
