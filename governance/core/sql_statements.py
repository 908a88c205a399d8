"""Prepared statements for the hot paths (ADR 8). import-linter holds the list of modules that may use them.

SQLAlchemy compiles the SQL, keeps connection and transaction, and converts values. Its bookkeeping for each execution
is left out; that costs several times what the database needs.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from sqlalchemy import ClauseElement, Connection, Dialect, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

Made = TypeVar("Made")


class Prepared(Generic[Made]):
    """One statement with named values; `into` makes the result of each row of columns."""

    names: list[str] | None = None  # of the columns an insert fills

    def __init__(self, statement: ClauseElement, into: Callable[[Iterable[Any]], Made] = tuple) -> None:  # type: ignore[assignment]
        self._statement, self._into = statement, into
        self._ready: dict[str, _Ready] = {}

    def all(self, connection: Connection, **values: Any) -> list[Made]:
        ready = self._for(connection.dialect)
        return [self._into(ready.read(row)) for row in ready.run(connection, values).fetchall()]

    def first(self, connection: Connection, **values: Any) -> Made | None:
        ready = self._for(connection.dialect)
        row = ready.run(connection, values).fetchone()
        return None if row is None else self._into(ready.read(row))

    def run(self, connection: Connection, **values: Any) -> int:
        """Execute it; returns the number of rows it touched."""
        count: int = self._for(connection.dialect).run(connection, values).rowcount
        return count

    def _for(self, dialect: Dialect) -> "_Ready":
        if dialect.name not in self._ready:
            self._ready[dialect.name] = _Ready(self._statement, dialect, self.names)
        return self._ready[dialect.name]


class Insert(Prepared[int]):
    """Inserts one row and returns its id where it gets one. A column that is not given gets its default."""

    def __init__(self, model: Any) -> None:
        self.table = table = model.__table__
        key = table.autoincrement_column
        columns = [column for column in table.columns if column.computed is None and column is not key]
        self.names = [column.name for column in columns]
        self._defaults = {column.name: _default(column) for column in columns}
        super().__init__(insert(table) if key is None else insert(table).returning(key), lambda row: int(*row))

    def new(self, connection: Connection, **values: Any) -> int:
        """Insert the row; returns its id."""
        return self.first(connection, **self._whole(values)) or 0

    def run(self, connection: Connection, **values: Any) -> int:
        return super().run(connection, **self._whole(values))

    def _whole(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: make() for name, make in self._defaults.items() if name not in values} | values


class InsertOnce(Insert):
    """The same, unless a row with the same values in unique columns exists: then the id is 0."""

    def _for(self, dialect: Dialect) -> "_Ready":
        if dialect.name not in self._ready:
            adding: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
            once = adding(self.table).on_conflict_do_nothing().returning(self.table.autoincrement_column)
            self._ready[dialect.name] = _Ready(once, dialect, self.names)
        return self._ready[dialect.name]


def _default(column: Any) -> Callable[[], Any]:
    if column.default is None:
        return lambda: None
    given = column.default.arg
    return (lambda: given(None)) if column.default.is_callable else (lambda: given)


class _Ready:
    """A statement compiled for one dialect."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, names: list[str] | None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=names)
        self.sql, self.order = str(compiled), compiled.positiontup if compiled.positional else None
        self.fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        writers = {name: _kind(bind, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        self.writers = [(name, write) for name, write in writers.items() if write]
        columns = getattr(statement, "exported_columns", ())
        readers = [_kind(column, dialect).result_processor(dialect, None) for column in columns]
        self.readers = [(at, read) for at, read in enumerate(readers) if read]

    def run(self, connection: Connection, values: dict[str, Any]) -> Any:
        """The cursor after execution. Errors of the driver are raised as SQLAlchemy's."""
        given = self.fixed | values
        for name, write in self.writers:
            given[name] = write(given[name])
        cursor, dialect = connection.connection.cursor(), connection.dialect
        try:
            return cursor.execute(self.sql, given if self.order is None else [given[name] for name in self.order])
        except dialect.loaded_dbapi.Error as trouble:
            refused = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(self.sql, given, trouble, refused, dialect=dialect) from trouble

    def read(self, row: Iterable[Any]) -> list[Any]:
        values = list(row)
        for at, read in self.readers:
            if values[at] is not None:
                values[at] = read(values[at])
        return values


def _kind(element: Any, dialect: Dialect) -> Any:
    """The type of a column or value in this dialect."""
    return element.type.dialect_impl(dialect)
