"""What importing a table will do: which rows add something, which change something, and what is wrong in which row."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

SHOWN = 200


@dataclass(frozen=True)
class RowProblem:
    """One reason a row cannot be taken; `row` counts as the spreadsheet shows it, the headings being row 1."""

    row: int
    column: str
    reason: str


class Planned(Protocol):
    """One row as it will stand in the database; `id` is the row of the database that it changes."""

    id: int | None
    changes: Any

    @property
    def whole(self) -> Any:
        """All of it, as JSON: rows with the same are the same addition."""


Entry = TypeVar("Entry", bound=Planned)


@dataclass(frozen=True)
class Plan(Generic[Entry]):
    """What an import will do, or why it cannot be done."""

    added: list[Entry]
    changed: list[Entry]
    same: int
    problems: list[RowProblem]

    @property
    def shown_problems(self) -> list[RowProblem]:
        return self.problems[:SHOWN]

    @property
    def digest(self) -> str:
        """Two plans with the same digest do the same; a confirmation is for one digest only."""
        facts = [entry.whole for entry in self.added], [(entry.id, entry.changes) for entry in self.changed]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
