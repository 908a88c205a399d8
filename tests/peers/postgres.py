"""A real PostgreSQL cluster that lives as long as the tests, reached through a socket in its private folder.

Most tests share a cluster that lies in memory and promises nothing to a crash. Tests of durability have one with fsync
on; it is what `cluster()` gives when nothing else is asked for.
"""

import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.peers import process

OWNER = "onecode"
COLUMNS = """SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name"""
SETTINGS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB"}
CHANGED = """SELECT '{table}' WHERE (SELECT count(*) FROM public."{table}") <> {rows}
    OR EXISTS (SELECT FROM public."{table}" WHERE xmin::text::bigint > %(since)s)"""
CUT_OFF = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
RECOUNT = """SELECT setval(format('public.%I', sequencename)::regclass, coalesce(was.last_value, 1),
    was.last_value IS NOT NULL) FROM pg_sequences now JOIN kept.sequences was USING (sequencename)
    WHERE now.last_value IS DISTINCT FROM was.last_value"""
DURABLE = {"fsync": "on"}
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off"}


def binaries() -> Path | None:
    """The newest server's programs; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    known = found[-1] if found else shutil.which("initdb")
    return Path(known).parent if known else None


def lacking() -> str | None:
    return None if binaries() else "no PostgreSQL server here (Debian package postgresql)"


class Cluster:
    """Starts, stops and starts again on the same data; hands out empty databases."""

    def __init__(self, folder: Path, user: pwd.struct_passwd | None, settings: Mapping[str, str]) -> None:
        self.folder, self.user = folder, user
        self.settings = {**SETTINGS, **settings, "unix_socket_directories": str(folder)}
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

    def drop_database(self, url: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE "{database_name(url)}" WITH (FORCE)')

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True)

    def start(self) -> None:
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self.program("postgres")), "-D", str(self.folder / "data"), *options]
        self.server = process.start(command, self.folder / "log", self.answers, self.user)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT closes every connection and shuts down; SIGQUIT stops dead, as a crash would."""
        if self.server:
            process.stop(self.server, how=how)
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


class Snapshot:
    """The rows of a database as they were when this was made, and the way back to them.

    A copy of each table lies in the schema `kept` of the same database. Only tables that changed are put back: those
    with a row that was written since (`xmin`), or with another number of rows.
    """

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(libpq(url), autocommit=True)
        self.connection.execute("SET session_replication_role = replica")  # foreign keys hold again once all is back
        self.connection.execute("CREATE SCHEMA kept")
        self.connection.execute("CREATE TABLE kept.sequences AS SELECT sequencename, last_value FROM pg_sequences")
        self.undo: dict[str, str] = {}
        looks = []
        for table, columns in self.connection.execute(COLUMNS).fetchall():
            made = self.connection.execute(f'CREATE TABLE kept."{table}" AS SELECT {columns} FROM public."{table}"')
            self.undo[table] = f'DELETE FROM public."{table}";'
            if made.rowcount:
                self.undo[table] += f'INSERT INTO public."{table}" ({columns}) TABLE kept."{table}";'
            looks.append(CHANGED.format(table=table, rows=made.rowcount))
        self.changed = " UNION ALL ".join(looks)
        self.since = self._transaction()

    def put_back(self) -> int:
        """Every row and number as it was; how many connections were cut off for being in the middle of something."""
        cut_off = len(self.connection.execute(CUT_OFF).fetchall())
        changed = self.connection.execute(self.changed, {"since": self.since}, prepare=True).fetchall()
        undo = "".join(self.undo[table] for (table,) in changed)
        self.connection.execute(f"BEGIN; {undo} {RECOUNT}; COMMIT")
        self.since = self._transaction()
        return cut_off

    def close(self) -> None:
        self.connection.close()

    def _transaction(self) -> int:
        row = self.connection.execute("SELECT pg_current_xact_id()::xid::text::bigint").fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def cluster(settings: Mapping[str, str] = DURABLE, root: Path = process.DISK) -> Iterator[Cluster]:
    user = process.unprivileged("postgres")
    with process.folder("postgres", user, root) as folder:
        made = Cluster(folder, user, settings)
        made.lay_out()
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One quick cluster for the whole run (for each worker under xdist)."""
    with cluster(QUICK, process.in_memory()) as made:
        yield made


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Cluster]:
    """The same for tests in which processes die: what it has committed survives a crash."""
    with cluster() as made:
        yield made


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def database_name(url: str) -> str:
    return url.rpartition("?")[0].rpartition("/")[2]
