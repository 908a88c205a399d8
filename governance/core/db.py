"""The database, SQLite (WAL, durable) or PostgreSQL, and how a writing transaction begins.

Reads never take SQLite's write lock. `writing()` takes it before the first read, so what an action checks is still true
when it changes it. On PostgreSQL row locks do the same (`locked`).
"""

import fcntl
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TextIO, TypeVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    event,
    false,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError, OperationalError, ProgrammingError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class OneOf(TypeDecorator[str]):
    """One of a closed list that code keeps: what is not in it is written by nobody (ValueError).

    A list that grows so needs no step of the schema, as a CHECK would. What is only compared may be any text.
    """

    impl = String
    cache_ok = True

    def __init__(self, longest: int, values: Iterable[str]) -> None:
        self.values = tuple(values)
        super().__init__(longest)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and value not in self.values:
            raise ValueError(f"{value!r} is none of {', '.join(self.values)}")
        return value

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance


class Utc(TypeDecorator[datetime]):
    """A time that is always aware and always UTC, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """In one step on SQLite, which keeps no zone, because pages convert many times."""
        read: Any = self.impl_instance.result_processor(dialect, coltype)
        if dialect.name != "sqlite" or read is None:
            return super().result_processor(dialect, coltype)
        return lambda value: None if value is None else read(value).replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


Base.registry.update_type_annotation_map({datetime: Utc})

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})
Row = TypeVar("Row", bound=Base)
Done = TypeVar("Done")
LARGEST = 2**31 - 1  # of an integer column; SQLite would take more, PostgreSQL would not
FRESH = 1.0  # seconds a connection is taken for alive after it was used
BUSY = 20  # seconds a writer waits for the others
PATIENCE = 200  # milliseconds to wait for readers of the WAL before it is left for later
PAUSES = 0.2, 1, 5, 15  # seconds between tries to write down what is known nowhere else
_TURN = threading.Lock()


def now() -> datetime:
    return datetime.now(UTC)


def engine_options(url: str) -> dict[str, Any]:
    """An error never says what was to be written: it goes to logs and onto jobs, where nobody would erase it."""
    pool = {"pool_size": 16, "max_overflow": 16, "hide_parameters": True}
    if url.startswith("sqlite"):
        return pool | {"connect_args": {"timeout": BUSY, "isolation_level": None}}
    return pool | {"connect_args": {"connect_timeout": 5}}


def init_app(app: Flask, url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Configure an engine with the pragmas and events this project relies on. Migrations use it too."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_promises)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "connect", _postgres_promises)
        event.listen(engine, "connect", _used)
        event.listen(engine, "checkin", _used)
        event.listen(engine, "checkout", partial(_ask_if_idle, engine.dialect))


def _sqlite_promises(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.cursor().execute(f"PRAGMA {pragma}")


def _postgres_promises(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.cursor().execute("SET synchronous_commit = on")
    connection.cursor().execute("SET timezone = 'UTC'")
    connection.commit()


def _used(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = time.monotonic()


def _ask_if_idle(dialect: Dialect, connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
    """Ping a pooled connection only after it has been idle: a ping for each checkout would cost a round trip.

    A connection that broke a moment ago fails one request and invalidates the rest of its pool.
    """
    if time.monotonic() - entry.info["used"] < FRESH:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as ended:
        raise InvalidatePoolError from ended


def _sqlite_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.connection.cursor().execute("BEGIN")  # takes no lock, so nothing can refuse it


@contextmanager
def writing() -> Iterator[None]:
    """One transaction for check, change and record; committed at the end, rolled back by any exception.

    Inside another `writing()` it joins the outer one. Objects loaded before are expired and read again under the lock.
    """
    if db.session.info.get("writing"):
        yield
        return
    with _turn():
        db.session.info["writing"] = _begin_anew()
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            db.session.info.pop("writing", None)


@contextmanager
def _turn() -> Iterator[None]:
    """Queue writers before SQLite's write lock, which is polled and is not fair.

    Threads queue for their process, processes for a lock on a file beside the database. SQLite alone guarantees
    exclusion; the queue only shortens the wait.
    """
    if db.engine.dialect.name != "sqlite":
        yield
        return
    mine = _TURN.acquire(timeout=BUSY)
    queue = _queue(os.getpid(), db.engine.url.database or ":memory:") if mine else None
    try:
        if queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        if queue:
            fcntl.flock(queue, fcntl.LOCK_UN)
        if mine:
            _TURN.release()


@lru_cache(maxsize=4)
def _queue(_process: int, database: str) -> TextIO | None:
    """The file on which processes queue. Its lock ends with the process that holds it."""
    return None if database == ":memory:" else open(f"{database}-queue", "a")  # noqa: SIM115 - as long as the process


def _begin_anew() -> Connection:
    """Expire what was read before the lock.

    On PostgreSQL a transaction that has only read continues, as each statement sees what is committed by then. Ending
    it and starting another would cost five round trips.
    """
    session = db.session()
    anew = db.engine.dialect.name == "sqlite" or session.new or session.dirty or session.deleted
    if anew:
        session.rollback()
    session.expire_all()
    return session.connection(execution_options={"writes": True} if anew else None)


def connection() -> Connection:
    """The connection of the current session, for statements made once."""
    session = db.session()
    found: Connection | None = session.info.get("writing")
    return found or session.connection()


def locked(row: Row) -> Row:
    """The row read again and locked until the transaction ends, so that two changes cannot both win.

    Rows that refer to it may still be added elsewhere: their foreign key check does not conflict with this lock.
    """
    db.session.flush()
    db.session.refresh(row, with_for_update={"of": type(row), "key_share": True})
    return row


def advisory_lock(lock: int) -> None:
    """Wait for everybody who holds this lock, then hold it until the transaction ends. On SQLite all writers are
    serialised anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(lock)))


def with_retries(do: Callable[..., Done], *args: Any) -> Done:
    """Call it, and again after a short outage or a lost serialisation.

    For results that exist nowhere else and calls that are safe to repeat. Call it outside `writing()`.
    """
    for pause in PAUSES:
        try:
            return do(*args)
        except OperationalError:
            db.session.rollback()
            time.sleep(pause)
    return do(*args)


def without_sorting() -> None:
    """Until this transaction ends, PostgreSQL finds the first of many by an index, as SQLite does.

    With statistics from before a burst it would read and sort all of them for each one.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.set_config("enable_sort", "off", True)))


def empty_wal() -> bool:
    """Copy SQLite's WAL into the database and cut it to nothing; says whether no reader was in the way.

    On PostgreSQL there is nothing to do here: VACUUM and the recycling of its WAL are the server's.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as quiet:
        quiet.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE}")  # writers wait with it
        try:
            busy: int = quiet.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        finally:
            quiet.exec_driver_sql(f"PRAGMA busy_timeout={BUSY * 1000}")
    return not busy


def rewrite(tables: Iterable[str]) -> None:
    """Write tables anew without the old versions of their rows, and close the present file of the WAL.

    Each table is locked meanwhile. On SQLite there is nothing to do: it overwrites what it deletes.
    """
    if db.engine.dialect.name == "sqlite":
        return
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as quiet:
        for table in tables:
            quiet.exec_driver_sql(f'VACUUM FULL "{table}"')
        for words in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"):
            with suppress(ProgrammingError):  # not every role may; the server does it in time
                quiet.exec_driver_sql(words)


def find_by(model: type[Row], **columns: Any) -> Row | None:
    """The one row with these values, or None."""
    return db.session.scalars(select(model).filter_by(**columns)).one_or_none()


def numbered(model: type[Row], id_: Any) -> Row | None:
    """The row with this id, or None; a number that no id column can hold names none."""
    return db.session.get(model, id_) if not isinstance(id_, int) or 0 < id_ <= LARGEST else None


def in_literals(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """`column IN (...)` with literal values, so that a planner can use a partial index."""
    written: list[ColumnElement[Any]] = [literal_column("'" + value.replace("'", "''") + "'") for value in values]
    return cast(ColumnElement[bool], column.in_(written) if written else false())


def partial_index(condition: str) -> dict[str, Any]:
    """The keyword arguments that make an index partial on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class begins_with(FunctionElement[bool]):  # noqa: N801 - reads as the function it is in SQL
    """`column` begins with `text`, which ends in "/". It is an index range by bytes, whatever the collation.

    SQLite uses no index for LIKE, because its LIKE ignores case.
    """

    inherit_cache = True


@compiles(begins_with)
def _begins_with(element: ClauseElement, compiler: SQLCompiler, **kwargs: Any) -> str:
    at_least, below = (">=", "<") if compiler.dialect.name == "sqlite" else ("~>=~", "~<~")
    column, text = (compiler.process(part, **kwargs) for part in element.clauses)  # type: ignore[attr-defined]
    return f"({column} {at_least} {text} AND {column} {below} ({text} || ':'))"  # ":" comes after every digit


def like_prefix(text: str) -> str:
    """A LIKE pattern for everything that begins with `text`, with its own wildcards harmless (escape: `\\`)."""
    return re.sub(r"([\\%_])", r"\\\1", text) + "%"
