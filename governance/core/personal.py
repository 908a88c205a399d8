"""Marks of personal columns, and the rows that hold something about a person.

A column is marked in its model with `info=personal(...)`; the model says with `about_person` whose its rows are. The
list on 我的, the export, the erasure and the privacy page walk these marks, so none of them can forget a column.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, or_, select, update

from governance.core.db import Base, db
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l

MARK = "personal"
Ids = Sequence[int]
Whose = Callable[[Ids], ColumnElement[bool]]


class Erased(Enum):
    """How erasure treats a column. Its value says so to the person."""

    EMPTIED = _l("删除")  # the row stays, the column is emptied
    ROW = _l("整条删除")
    ANONYMOUS = _l("留着，但和您再没有关系")  # the row leads to a person of whom nothing is left
    BY_TERM = _l("到期自动删除")  # no column leads to the person; encrypted, and deleted after a term


@dataclass(frozen=True)
class Mark:
    """`read` turns a row into what the person reads; `left` is what erasure writes in place of the value."""

    label: AnyText
    used_for: AnyText
    erased: Erased
    read: Callable[[Any], Any] | None
    left: Any
    masked: Callable[[str | None], AnyText] | None


@dataclass
class Section:
    """The rows of one model that are about a person."""

    model: type[Base]
    title: AnyText
    seen_by: AnyText
    kept: AnyText
    whose: list[Whose]
    order: int
    searched: Whose | None
    files: Callable[[Any], dict[str, str]] | None

    @cached_property
    def marks(self) -> dict[str, Mark]:
        """The marks by attribute, read once all models are there."""
        attributes = inspect(self.model).column_attrs
        return {each.key: each.columns[0].info[MARK] for each in attributes if MARK in each.columns[0].info}

    @property
    def name(self) -> str:
        return self.model.__tablename__

    def is_of(self, ids: Ids) -> ColumnElement[bool]:
        return or_(*(whose(ids) for whose in self.whose))

    def rows(self, ids: Ids) -> list[Any]:
        """The rows about these ids of one person, the latest first."""
        keys = [column.desc() for column in inspect(self.model).primary_key]
        return list(db.session.scalars(select(self.model).where(self.is_of(ids)).order_by(*keys))) if self.whose else []

    @property
    def labels(self) -> list[str]:
        return once(mark.label for mark in self.marks.values())

    @property
    def purposes(self) -> list[str]:
        return once(mark.used_for for mark in self.marks.values())

    @property
    def fates(self) -> list[tuple[str, list[str]]]:
        """What becomes of the columns when a person erases, with their labels."""
        marks = self.marks.values()
        ways = ((how, once(mark.label for mark in marks if mark.erased is how)) for how in Erased)
        return [(str(how.value), labels) for how, labels in ways if labels]

    @property
    def goes(self) -> bool:
        """Does erasure delete the whole row?"""
        return any(mark.erased is Erased.ROW for mark in self.marks.values())


_SECTIONS: dict[type[Base], Section] = {}


def personal(
    label: AnyText,
    used_for: AnyText,
    erased: Erased = Erased.EMPTIED,
    *,
    read: Callable[[Any], Any] | None = None,
    left: Any = None,
    masked: Callable[[str | None], AnyText] | None = None,
) -> dict[str, Any]:
    """The `info` of a column that holds something about a person."""
    return {MARK: Mark(label, used_for, erased, read, left, masked)}


def about_person(
    model: type[Base],
    title: AnyText,
    *,
    seen_by: AnyText,
    kept: AnyText,
    whose: Whose | None,
    order: int,
    searched: Whose | None = None,
    files: Callable[[Any], dict[str, str]] | None = None,
) -> None:
    """Say whose the rows of a model are. Without `whose` no column leads to a person.

    `files` gives the keys in the media store that belong to a row, each with its name in the export (empty: not in it).
    `searched` finds what no index leads to; only erasure looks so far.
    """
    conditions = [whose] if whose else []
    _SECTIONS[model] = Section(model, title, seen_by, kept, conditions, order, searched, files)


def once(texts: Iterable[AnyText]) -> list[str]:
    """Each text once, in order, in the language of the reader."""
    return list(dict.fromkeys(map(str, texts)))


def also_about(model: type[Base], whose: Whose) -> None:
    """A slice above knows further rows of the model that are about a person."""
    _SECTIONS[model].whose.append(whose)


def sections() -> list[Section]:
    return sorted(_SECTIONS.values(), key=lambda section: section.order)


@dataclass(frozen=True)
class Item:
    """One value: as the person reads it on a page, and in full for the export."""

    mark: Mark
    shown: Any
    whole: Any


def items(section: Section, row: Any) -> Iterator[Item]:
    """What is stored in a row, without what is empty."""
    for name, mark in section.marks.items():
        value = getattr(row, name)
        if value is None or value in ("", {}):
            continue
        whole = mark.read(row) if mark.read else value
        if whole not in (None, ""):
            yield Item(mark, mark.masked(whole) if mark.masked else whole, whole)


@dataclass(frozen=True)
class Found:
    """The keys of the rows to erase in one section, with the files that go with them."""

    section: Section
    keys: tuple[tuple[Any, ...], ...]
    files: tuple[str, ...]


def find(ids: Ids, only: Callable[[type[Base]], ColumnElement[bool] | None] | None = None) -> list[Found]:
    """What is stored about these ids; with `only`, the sections and rows it gives a condition for."""
    found = []
    for section in sections():
        limit = only(section.model) if only else None
        if not section.whose or (only and limit is None):
            continue
        theirs = or_(section.is_of(ids), section.searched(ids)) if section.searched else section.is_of(ids)
        query = select(section.model).where(theirs)
        rows = db.session.scalars(query if limit is None else query.where(limit)).all()
        keys = tuple(tuple(inspect(row).identity or ()) for row in rows)
        files = tuple(key for row in rows if section.files for key in section.files(row))
        if keys:
            found.append(Found(section, keys, files))
    return found


def erase(found: Sequence[Found]) -> None:
    """Erase rows and columns as their marks say. Call it inside `writing()`; the files are the caller's."""
    order = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}
    db.session.flush()
    for each in sorted(found, key=lambda one: -order[one.section.model.__table__]):  # type: ignore[index]
        for key in each.keys:
            _erase_row(each.section, key)
    db.session.flush()
    db.session.expire_all()


def _erase_row(section: Section, key: tuple[Any, ...]) -> None:
    columns = inspect(section.model).primary_key
    here = [column == value for column, value in zip(columns, key, strict=True)]
    quiet = {"synchronize_session": False}
    if section.goes:
        db.session.execute(delete(section.model).where(*here), execution_options=quiet)
        return
    emptied = {name: mark.left for name, mark in section.marks.items() if mark.erased is Erased.EMPTIED}
    if emptied:
        db.session.execute(update(section.model).where(*here).values(emptied), execution_options=quiet)
