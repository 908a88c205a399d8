"""Keyset pages: a list continues after the key of the last row seen, so its cost does not grow with the table."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, column, literal, tuple_

from governance.core.db import LARGEST, db

Row = TypeVar("Row")
SIZE = 25
_ID: ColumnElement[int] = column("id", Integer)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and the key to ask for the next ones with (empty at the end)."""

    rows: Sequence[Row]
    after: str


def page(query: Select[Row], columns: Sequence[Any], after: str, falling: bool = False, size: int = SIZE) -> Page[Row]:
    """One page of `query` in the order of `columns`, which must be unique together and never null."""
    key = _read(after, columns)
    if key is not None:
        here, there = tuple_(*columns), tuple_(*key)
        query = query.where(here < there if falling else here > there)
    order = [column.desc() if falling else column for column in columns]
    rows = db.session.scalars(query.order_by(*order).limit(size + 1)).unique().all()
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], _write([getattr(last, column.key) for column in columns]) if last else "")


def id_before(after: str) -> int:
    """For a list by falling id: the id below which the page of this key begins."""
    key = _read(after, (_ID,))
    return key[0].value if key else LARGEST


def falling(rows: Sequence[Row]) -> Page[Row]:
    """The page made of these rows: by falling id, one more than a page holds where there are more."""
    return Page(rows[:SIZE], _write([rows[SIZE - 1].id]) if len(rows) > SIZE else "")  # type: ignore[attr-defined]


def _value(column: Any, part: str) -> Any:
    """A part of the key as the column's own kind. Raises ValueError for anything else."""
    kind = column.type.python_type
    if kind is datetime:
        return literal(datetime.fromisoformat(part).astimezone(UTC), column.type)
    value = kind(part)
    if kind is int and not 0 <= value <= LARGEST:
        raise ValueError(part)
    return literal(value, column.type)


def _write(key: list[Any]) -> str:
    parts = [part.isoformat() if hasattr(part, "isoformat") else str(part) for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read(after: str, columns: Sequence[Any]) -> list[Any] | None:
    """The key in a page's address; None for the first page and for what is no key."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return [_value(column, str(part)) for column, part in zip(columns, parts, strict=True)] if after else None
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None
