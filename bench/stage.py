"""Where the measurements play: the demo's community, on databases of their own.

The demo is filled once for each kind of database; every measurement works on a copy.
"""

import io
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import text

from bench.demo import PASSWORD
from bench.goals import KINDS
from governance.core import migrations
from governance.core.config import Settings
from governance.core.db import db
from governance.demo import community
from governance.web.app import create_app
from governance.worker import kinds_of_work
from tests.app import settings_for
from tests.peers import postgres


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
