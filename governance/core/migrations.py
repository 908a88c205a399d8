"""Upgrades a database to the schema of this release with Alembic. `migrations/` holds the steps."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from alembic import command, op
from alembic.config import Config
from sqlalchemy import create_engine, text

from governance.core.config import ROOT
from governance.core.db import engine_options, prepare

BALANCED = r"\((?:[^()]|\([^()]*\))*\)"  # parentheses with one pair more inside
LOCK = 0x0E_C0DE  # one migration at a time on PostgreSQL; SQLite's own write lock does it there


def configuration(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`. Several processes may call it at once."""
    with _steps(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Downgrade to `revision` (`base`: an empty database)."""
    with _steps(url) as config:
        command.downgrade(config, revision)


def change_check(table: str, name: str, before: str, after: str) -> None:
    """For a step: the check `name` of a table says `after` instead of `before`, on the step's own connection.

    Generated columns come back by themselves.
    """
    connection = op.get_bind()
    ask = connection.exec_driver_sql
    if connection.dialect.name == "postgresql":
        ask(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        ask(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({after})")
        return
    remake(table, lambda made: made.replace(f"({before})", f"({after})", 1))


def drop_check(table: str, name: str) -> None:
    """For a step: the check `name` of a table is no more; code keeps the list."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    else:
        remake(table, lambda made: re.sub(rf"(,\s*|\s+)CONSTRAINT {name} CHECK {BALANCED}", "", made, count=1))


def add_check(table: str, name: str, says: str) -> None:
    """For a step: what `drop_check` took away is back."""
    check = f"CONSTRAINT {name} CHECK ({says})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ADD {check}")
    else:
        remake(table, lambda made: f"{made.rstrip()[:-1]}, {check})")


def remake(table: str, rewrite: Callable[[str], str], leave: Collection[str] = (), **filled: str) -> None:
    """For a step on SQLite: make a table anew from its own words, as `rewrite` changes them, with all its rows.

    Columns to `leave` are computed from now on; `filled` are SQL expressions for those that no longer are. Keys that
    point to the table are looked at when all is back.
    """
    ask = op.get_bind().exec_driver_sql
    ask("PRAGMA defer_foreign_keys=ON")
    made = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
    steps = [rewrite(row.sql) if row.type == "table" else row.sql for row in ask(made, (table,)).all()]
    names = [f'"{row.name}"' for row in ask(f"PRAGMA table_info({table})").all() if row.name not in leave]
    columns, into = ", ".join(names), ", ".join((*names, *filled))
    ask(f"CREATE TEMPORARY TABLE aside AS SELECT {columns} FROM {table}")  # noqa: S608 - names of ours # nosec B608
    ask(f"DROP TABLE {table}")
    ask(steps[0])
    taken = ", ".join((columns, *filled.values()))
    ask(f"INSERT INTO {table} ({into}) SELECT {taken} FROM aside")  # noqa: S608 # nosec B608
    for step in steps[1:]:
        ask(step)
    ask("DROP TABLE aside")


@contextmanager
def _steps(url: str) -> Iterator[Config]:
    engine = create_engine(url, **engine_options(url))
    prepare(engine)
    config = configuration(url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        config.attributes["connection"] = connection
        yield config
    engine.dispose()
