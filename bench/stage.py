"""Where the measurements play: the demo's community on databases of their own, and bare Flask apps beside it.

The demo is filled once for each kind of database; every measurement works on a copy.
"""

import io
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask import request as flask_request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Text, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.test import EnvironBuilder

from bench.goals import KINDS
from governance.core import migrations
from governance.core.config import Settings
from governance.core.db import db, engine_options, prepare
from governance.demo import community
from governance.people.access.current import COOKIE, viewer_of
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person
from governance.people.staff.signin import sign_in
from governance.places.model import Code, Place
from governance.web.app import create_app
from governance.worker import kinds_of_work
from tests.app import settings_for
from tests.peers import postgres

PASSWORD = "示范 bench 密码"
SITE = "https://onecode.example"


class Stage:
    """`with Stage(full) as stage`; `full` asks for the sizes of a whole district."""

    def __init__(self, full: bool) -> None:
        self.full = full
        self.kinds = KINDS[:1] if postgres.lacking() else KINDS
        self.left_out = set(KINDS) - set(self.kinds)
        self._stack, self._filled, self._numbers = ExitStack(), dict[str, Settings](), itertools.count()

    def __enter__(self) -> "Stage":
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="onecode-bench-")))
        if postgres.lacking():
            print(f"left out: {postgres.lacking()}", file=sys.stderr)
        else:
            self._cluster = self._stack.enter_context(postgres.cluster())
        return self

    def __exit__(self, *trouble: object) -> None:
        self._stack.close()

    def empty(self, kind: str) -> Settings:
        """A database of this kind with the schema and nothing in it."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        sqlite = kind == "SQLite"
        url = f"sqlite:///{folder}/onecode.sqlite3" if sqlite else self._cluster.create_database()
        settings = settings_for(folder, url)
        migrations.upgrade(settings.database)
        return settings

    def filled(self, kind: str) -> Settings:
        """A database of this kind with the demo in it, all that its worker had to do done."""
        if kind not in self._filled:
            self._filled[kind] = self.empty(kind)
            with running(self._filled[kind]) as app:
                community.fill(PASSWORD)
                work_off(app)
                db.session.execute(text("ANALYZE"))
                db.session.commit()
        return self._copy(self._filled[kind])

    def _copy(self, settings: Settings) -> Settings:
        folder = self._folder / str(next(self._numbers))
        shutil.copytree(settings.var_dir, folder)
        if settings.database.startswith("sqlite"):
            return settings_for(folder, f"sqlite:///{folder}/onecode.sqlite3")
        return settings_for(folder, self._cluster.create_database(postgres.database_name(settings.database)))

    @contextmanager
    def community(self, kind: str) -> Iterator[Flask]:
        """The application on a filled database of this kind."""
        with running(self.filled(kind)) as app:
            yield app


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """The application, in a context; its log goes nowhere."""
    app = create_app(settings)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(io.StringIO()))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def work_off(app: Flask) -> None:
    """All that a worker would do by now."""
    kinds = kinds_of_work(app)
    while any(kind.look() for kind in kinds):
        pass


def place(name: str) -> Place:
    return db.session.scalars(select(Place).filter_by(name=name)).first() or _missing(name)


def codes(kind: str = "building") -> list[str]:
    """The posted codes of the buildings, in the order of their places."""
    posted = select(Code.token).join(Place).where(Code.state == "posted", Place.kind == kind)
    return list(db.session.scalars(posted.order_by(Code.place_id)))


def staff(account: str) -> Viewer:
    person = select(Person).join(Identity).where(Identity.kind == "account", Identity.subject == account)
    return viewer_of(db.session.scalars(person).one())


def signed_in(account: str) -> dict[str, str]:
    """The headers of a member of staff who has signed in."""
    return {"Cookie": f"{COOKIE}={sign_in(account, PASSWORD, 'bench')}", "Accept-Encoding": "gzip"}


def _missing(name: str) -> Place:
    raise LookupError(name)


def request(path: str, **kwargs: Any) -> dict[str, Any]:
    """A WSGI environment as a server makes it; each call needs a copy of its own."""
    return EnvironBuilder(path, base_url=SITE, **kwargs).get_environ()


def ask(app: Flask, environ: dict[str, Any], status: int = 200) -> tuple[dict[str, str], bytes]:
    """One request, in a context of its own as on a server: headers and body. Another status ends the measurement."""
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _trouble: Any = None) -> Any:
        answer.update(status=int(status[:3]), headers=dict(headers))

    def run() -> bytes:
        body = app.wsgi_app({**environ, "wsgi.errors": sys.stderr}, start)
        try:
            return b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close:
                close()

    content = Context().run(run)
    assert answer["status"] == status, (environ["PATH_INFO"], answer, content[:500])
    return answer["headers"], content


def ask_anew(app: Flask, environ: dict[str, Any]) -> None:
    """The same for a page that is not kept yet."""
    app.extensions["kept_pages"].clear()
    ask(app, environ)


class Hello:
    """The bare counterpart of a page: Flask answering one word."""

    def __init__(self) -> None:
        self.app, self.request = Flask("hello"), request("/")
        self.app.add_url_rule("/", "hello", lambda: "hello")

    def __call__(self) -> None:
        ask(self.app, self.request)


class BareInsert:
    """The bare counterpart of what is written: one row, one commit, with the same promises of the database."""

    def __init__(self, url: str) -> None:
        self.app, self.words = _inserting(url), {"words": "三层到四层的楼道灯不亮"}

    def prepare(self) -> dict[str, Any]:
        return request("/", method="POST", data=self.words)

    def __call__(self, prepared: dict[str, Any]) -> None:
        ask(self.app, prepared, 204)


def _inserting(url: str) -> Flask:
    class Base(DeclarativeBase):
        pass

    bare = SQLAlchemy(model_class=Base, disable_autonaming=True)

    class Kept(bare.Model):  # type: ignore[name-defined, misc]  # db.Model is made at run time
        __tablename__ = "bench_kept"
        id: Mapped[int] = mapped_column(primary_key=True)
        words: Mapped[str] = mapped_column(Text)

    app = Flask("bare")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    bare.init_app(app)

    @app.post("/")
    def keep() -> Any:
        bare.session.connection(execution_options={"writes": True})
        bare.session.add(Kept(words=flask_request.form["words"]))
        bare.session.commit()
        return "", 204

    with app.app_context():
        prepare(bare.engine)
        bare.create_all()
    return app
