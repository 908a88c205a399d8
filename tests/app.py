"""The application as tests run it: on both databases, each test with one of its own that holds the cast."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from governance.core import jobs, limits, logs, migrations
from governance.core.config import Settings, load
from governance.core.db import db
from governance.core.web import page_cache
from governance.people.staff import signin
from governance.scan import counts
from governance.web.app import create_app
from governance.wechat import circuit_breaker, gateway
from tests import cast as casting
from tests.cast import Cast
from tests.peers.postgres import Cluster, Snapshot, database_name

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def settings_for(folder: Path, url: str) -> Settings:
    return load(
        _env_file=None,
        var_dir=folder,
        demo=True,
        database_url=url,
        redis_url="",
        public_url="https://onecode.example",
        sms_url="http://127.0.0.1:9/nobody-listens-here",
        sms_key="the-gateway's-key",
    )


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of a run."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def hasher() -> Iterator[PasswordHasher]:
    """The product's own; tests sign in with one that costs nothing."""
    with pytest.MonkeyPatch.context() as patch:
        original = signin.HASHER
        patch.setattr(signin, "HASHER", casting.HASHER)
        patch.setattr(signin, "NOBODY", casting.HASHER.hash("nobody"))
        yield original


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", Compiled())
        yield


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A SQLite database with the cast in it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("settled")
    settings = settings_for(folder, f"sqlite:///{folder / 'onecode.sqlite3'}")
    migrations.upgrade(settings.database)
    app = create_app(settings)
    with app.app_context():
        cast = casting.settle()
        db.engine.dispose()
    return folder, cast


@pytest.fixture(scope="session")
def postgres_settled(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Cast]:
    """The same in a PostgreSQL database that serves as a template."""
    return settle_in(postgres, tmp_path_factory.mktemp("settled"))


def settle_in(cluster: Cluster, folder: Path) -> tuple[str, Cast]:
    """The address of a new database that holds the cast, with nobody connected to it; and the cast."""
    url = cluster.create_database()
    migrations.upgrade(url)
    app = create_app(settings_for(folder, url))
    with app.app_context():
        cast = casting.settle()
        db.engine.dispose()
    return url, cast


@dataclass
class Used:
    """An application and database that one test after the other uses: quicker than a pair for each."""

    app: Flask
    cast: Cast
    put_back: Callable[[], None]

    def __post_init__(self) -> None:
        self.settings = self.app.extensions["settings"]
        self.extensions = dict(self.app.extensions)

    @contextmanager
    def once(self) -> Iterator[tuple[Flask, Cast]]:
        """For one test, as nobody had used it before; but compiled templates and idle connections are kept."""
        self.app.extensions.clear()
        self.app.extensions |= self.extensions | {"settings": self.settings.model_copy()}
        self.app.extensions["scan_counts"] = counts.Buffer()
        logs.configure()
        page_cache.init_app(self.app)
        gateway.init_app(self.app)
        forget_limits(self.app)
        self.app.testing = True
        with self.app.app_context():
            try:
                yield self.app, deepcopy(self.cast)  # a test may add to its own cast
                db.session.remove()
            finally:
                self.put_back()


@pytest.fixture(scope="session")
def sqlite_used(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Used:
    original, cast = settled
    var = tmp_path_factory.mktemp("used") / "var"
    shutil.copytree(original, var)

    def put_back() -> None:
        """All but the file that writers queue for, which the process holds open."""
        db.engine.dispose()
        shutil.rmtree(var / "media", ignore_errors=True)
        for file in {*var.glob("*.sqlite3*")} - {*var.glob("*-queue")}:
            file.unlink()
        shutil.copytree(original, var, dirs_exist_ok=True)

    return Used(create_app(settings_for(var, f"sqlite:///{var / 'onecode.sqlite3'}")), cast, put_back)


@pytest.fixture(scope="session")
def postgresql_used(
    postgres: Cluster, postgres_settled: tuple[str, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Used]:
    template, cast = postgres_settled
    url, var = postgres.create_database(database_name(template)), tmp_path_factory.mktemp("used") / "var"
    snapshot = Snapshot(url)

    def put_back() -> None:
        shutil.rmtree(var / "media", ignore_errors=True)
        if snapshot.put_back():
            db.engine.dispose()

    yield Used(create_app(settings_for(var, url)), cast, put_back)
    snapshot.close()


@contextmanager
def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Flask, Cast]]:
    """The application on a database of its own; `request.param` says on which kind."""
    if request.param == "sqlite":
        original, cast = request.getfixturevalue("settled")
        shutil.copytree(original, folder / "var")
        settings = settings_for(folder / "var", f"sqlite:///{folder / 'var' / 'onecode.sqlite3'}")
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        template, cast = request.getfixturevalue("postgres_settled")
        settings = settings_for(folder / "var", cluster.create_database(database_name(template)))
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app, deepcopy(cast)
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        cluster.drop_database(settings.database)


@pytest.fixture(params=DATABASES)
def world(request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Cast]]:
    used: Used = request.getfixturevalue(f"{request.param}_used")
    with used.once() as made:
        yield made


@pytest.fixture(params=DATABASES, scope="module")
def shared_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Cast]]:
    """One for all the tests of a module, where they leave each other alone."""
    with opened(request, tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def app(world: tuple[Flask, Cast]) -> Flask:
    return world[0]


@pytest.fixture
def cast(world: tuple[Flask, Cast]) -> Cast:
    return world[1]


@pytest.fixture(autouse=True)
def ask_each_time() -> Iterator[None]:
    """A kept page is asked each time whether it has changed, not once a second: tests are quicker than people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_cache, "FRESH", 0.0)
        yield


@pytest.fixture(autouse=True)
def nobody_is_away() -> None:
    """What was away in an earlier test says nothing of this one: a port may be another server's now."""
    circuit_breaker.HOSTS.clear()
    jobs.HELD_UNTIL.clear()


def forget_limits(app: Flask) -> None:
    """As if nobody had asked for anything yet."""
    app.extensions["limits"] = (limits.LocalCounter(), limits.LocalCounter())
