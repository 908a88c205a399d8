"""A real PostgreSQL cluster that lives as long as the tests, reached through a socket in its private folder.

fsync stays on, so that what a test calls durable is.
"""

import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.peers import process

OWNER = "onecode"
COLUMNS = """SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name"""
SETTINGS = {"fsync": "on", "listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB"}


def binaries() -> Path | None:
    """The newest server's programs; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    known = found[-1] if found else shutil.which("initdb")
    return Path(known).parent if known else None


def lacking() -> str | None:
    return None if binaries() else "no PostgreSQL server here (Debian package postgresql)"


class Cluster:
    """Starts, stops and starts again on the same data; hands out empty databases."""

    def __init__(self, folder: Path, user: pwd.struct_passwd | None) -> None:
        self.folder, self.user = folder, user
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.server.pid if self.server else None

    def create_database(self, template: str = "template0") -> str:
        """Make a database and return its DATABASE_URL; `template` names one to copy, nobody connected."""
        name = f"test_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def remember(self, url: str) -> str:
        """Lay a copy of every row beside the tables; the SQL by which `put_back` undoes whatever happens to them."""
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA kept")
            tables = connection.execute(COLUMNS).fetchall()
            for table, columns in tables:
                connection.execute(f'CREATE TABLE kept."{table}" AS SELECT {columns} FROM public."{table}"')
            numbers = connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        rows = "".join(
            f'DELETE FROM public."{table}"; INSERT INTO public."{table}" ({columns}) TABLE kept."{table}";'
            for table, columns in tables
        )
        counted = "".join(f"SELECT setval('public.{name}', {last or 1}, {last is not None});" for name, last in numbers)
        return f"SET session_replication_role = replica; BEGIN; {rows} {counted} COMMIT"

    def put_back(self, url: str, undoing: str) -> None:
        """Every row and number as it was remembered; who is still connected is cut off."""
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
            connection.execute(undoing)

    def drop_database(self, url: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE "{database_name(url)}" WITH (FORCE)')

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True)

    def start(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.program("postgres")), "-D", str(self.folder / "data"), *options]
        self.server = process.start(command, self.folder / "log", self.answers, self.user)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT closes every connection and shuts down; SIGQUIT stops dead, as a crash would."""
        if self.server:
            process.stop(self.server, how)
        self.server = None

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def program(self, name: str) -> Path:
        folder = binaries()
        if folder is None:
            raise process.NotStarted(lacking())
        return folder / name

    def lay_out(self) -> None:
        words = ["-D", str(self.folder / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        command = [str(self.program("initdb")), *words, "--no-sync", "--no-instructions"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **process.credentials(self.user))


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def database_name(url: str) -> str:
    return url.rpartition("?")[0].rpartition("/")[2]


@contextmanager
def cluster() -> Iterator[Cluster]:
    user = process.unprivileged("postgres")
    with process.folder("postgres", user) as folder:
        made = Cluster(folder, user)
        made.lay_out()
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One cluster for the whole run (for each worker under xdist)."""
    with cluster() as made:
        yield made
