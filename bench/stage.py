"""Where the measurements play: the application with the tests' cast on a database of its own, and bare Flask apps."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from werkzeug.test import EnvironBuilder

from governance.core import migrations
from governance.core.db import db
from governance.web.app import create_app
from tests import cast as casting
from tests.app import settings_for
from tests.cast import Cast
from tests.peers import postgres


@contextmanager
def application(url: str = "") -> Iterator[tuple[Flask, Cast]]:
    """The application on SQLite, or on the database at `url`; its log goes nowhere."""
    with tempfile.TemporaryDirectory(prefix="onecode-bench-") as folder:
        settings = settings_for(Path(folder), url or f"sqlite:///{folder}/onecode.sqlite3")
        migrations.upgrade(settings.database)
        app = create_app(settings)
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(io.StringIO()))
        with app.app_context():
            cast = casting.settle()
            db.session.remove()
            try:
                yield app, cast
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The address of an empty database by kind; PostgreSQL where there is a server."""
    if postgres.lacking():
        print(f"left out: {postgres.lacking()}", file=sys.stderr)
        yield {"SQLite": ""}
    else:
        with postgres.cluster() as cluster:
            yield {"SQLite": "", "PostgreSQL": cluster.create_database()}


def request(path: str, **kwargs: Any) -> dict[str, Any]:
    """A WSGI environment as a server makes it; each call needs a copy of its own."""
    return EnvironBuilder(path, base_url="https://onecode.example", **kwargs).get_environ()


def call(app: Flask, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """One request, in a context of its own as on a server."""
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
    return answer["status"], answer["headers"], content
