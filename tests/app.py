"""The application as tests run it: on both databases, each test with one of its own that holds the cast."""

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from governance.core import jobs, kept, limits, logs, migrations
from governance.core.config import Settings, load
from governance.core.crypto import keyed_hash
from governance.core.db import by, db, writing
from governance.people.model import Identity, Person
from governance.scan import counts
from governance.web import create_app
from governance.wechat import away, gateway
from tests import cast as casting
from tests.cast import Cast
from tests.peers.postgres import Cluster, database_name

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
    url = postgres.create_database()
    settings = settings_for(tmp_path_factory.mktemp("settled"), url)
    migrations.upgrade(url)
    app = create_app(settings)
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
        """For one test, as nobody had used it before."""
        self.app.extensions.clear()
        self.app.extensions |= self.extensions | {"settings": self.settings.model_copy(), "spoken": {}}
        self.app.extensions["scan_counts"] = counts.Buffer()
        logs.configure()
        kept.init_app(self.app)
        gateway.init_app(self.app)
        forget_limits(self.app)
        with running(self.app):
            yield self.app, deepcopy(self.cast)  # a test may add to its own cast
        self.put_back()


@pytest.fixture(scope="session")
def sqlite_used(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Used:
    original, cast = settled
    var = tmp_path_factory.mktemp("used") / "var"
    shutil.copytree(original, var)

    def put_back() -> None:
        """All but the file that writers queue for, which the process holds open."""
        shutil.rmtree(var / "media", ignore_errors=True)
        for file in {*var.glob("*.sqlite3*")} - {*var.glob("*-queue")}:
            file.unlink()
        shutil.copytree(original, var, dirs_exist_ok=True)

    return Used(create_app(settings_for(var, f"sqlite:///{var / 'onecode.sqlite3'}")), cast, put_back)


@pytest.fixture(scope="session")
def postgresql_used(
    postgres: Cluster, postgres_settled: tuple[str, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Used:
    template, cast = postgres_settled
    url, var = postgres.create_database(database_name(template)), tmp_path_factory.mktemp("used") / "var"
    undoing = postgres.remember(url)

    def put_back() -> None:
        shutil.rmtree(var / "media", ignore_errors=True)
        postgres.put_back(url, undoing)

    return Used(create_app(settings_for(var, url)), cast, put_back)


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
    with running(app):
        yield app, deepcopy(cast)
    if request.param == "postgresql":
        cluster.drop_database(settings.database)


@contextmanager
def running(app: Flask) -> Iterator[None]:
    app.testing = True
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


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
        patch.setattr(kept, "FRESH", 0.0)
        yield


@pytest.fixture(autouse=True)
def nobody_is_away() -> None:
    """What was away in an earlier test says nothing of this one: a port may be another server's now."""
    away.HOSTS.clear()
    jobs.HELD_UNTIL.clear()


def forget_limits(app: Flask) -> None:
    """As if nobody had asked for anything yet."""
    app.extensions["limits"] = (limits.Here(), limits.Here())


def subject_of(app: Flask, cookie: str) -> str:
    """What a device's cookie is kept as."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return keyed_hash("device", signer.loads(cookie)["device"])


class Phone:
    """Somebody's browser: keeps its cookies, reads the form token from the page it last saw, and sends forms."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, address: str, **kwargs: Any) -> TestResponse:
        return self._ask(self.client.get, address, **kwargs)

    def post(self, address: str, **form: Any) -> TestResponse:
        """Send a form with the token of the page last seen, or of the sign-in page when it had none."""
        token = self.field("csrf_token") or (self.get("/signin") and self.field("csrf_token"))
        data = {"csrf_token": token, "submission": str(uuid.uuid4())} | form
        return self._ask(self.client.post, address, data=data)

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page)
        return found[1] if found else ""

    def sign_in(self, account: str) -> "Phone":
        self.get("/signin")
        assert self.post("/signin", account=account, password=casting.PASSWORD).status_code == 303
        return self

    def known_as(self, nickname: str, cast: Cast, place: str = "5号楼", door: str = "3单元501") -> "Phone":
        """The resident behind this phone becomes known, as if by a door slip; the same name again is a second phone."""
        self.get("/signin")
        with self.app.app_context():
            with writing():
                known = cast.people.get(nickname)
                person = db.session.get_one(Person, known) if known else Person()
                identity = by(Identity, kind="device", subject=self.subject) or Identity(kind="device")
                identity.subject, identity.person = self.subject, person
                db.session.add_all((person, identity))
                db.session.flush()
                if not known:
                    casting.make_known(cast, person, nickname, place, door)
            db.session.remove()
        return self

    @property
    def subject(self) -> str:
        cookie = self.client.get_cookie("device")
        assert cookie is not None
        return subject_of(self.app, cookie.value)

    def report(self, code: str, **form: Any) -> str:
        """Report through the form; the address of the ticket."""
        self.get(f"/c/{code}/report")
        answer = self.post(f"/c/{code}/report", **({"category": "light", "words": "三层灯不亮"} | form))
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.location

    def _ask(self, method: Any, address: str, **kwargs: Any) -> TestResponse:
        """Each request in a context of its own, as on a server; the test's own context stays out of it."""
        answer: TestResponse = Context().run(method, address, **kwargs)
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            self.page = answer.get_data(as_text=True)
        return answer


@pytest.fixture
def phone(app: Flask) -> Any:
    """Makes phones: `phone()` is a new one."""
    return lambda: Phone(app)
