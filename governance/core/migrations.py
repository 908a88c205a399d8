"""Brings a database to the schema of this release. Alembic does the work; `migrations/` holds the steps."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from governance.core.config import ROOT
from governance.core.db import engine_options, prepare

LOCK = 0x0E_C0DE  # one migration at a time on PostgreSQL; SQLite's own write lock does it there


def configuration(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`; several processes may ask at once."""
    with _steps(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take steps back, down to `revision` (`base`: an empty database)."""
    with _steps(url) as config:
        command.downgrade(config, revision)


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
