"""The page behind the code: processor time of a request, kept and made anew, against a bare Flask hello."""

import time

from flask import Flask

from bench.row import Row, interleaved
from bench.stage import application, call, request
from governance.core.db import db, writing
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets import reports
from tests.cast import Cast


def rows(full: bool) -> list[Row]:
    with application() as (app, cast):
        _tickets(cast)
        bare = hello()
        page = request(f"/c/{cast.codes['5号楼']}", headers={"Accept-Encoding": "gzip"})
        kept = app.extensions["kept_pages"]

        def anew() -> None:
            kept.clear()
            call(app, page)

        assert call(app, page)[0] == 200
        spent = interleaved(
            {
                "bare": lambda: call(bare, request_hello),
                "kept": lambda: call(app, page),
                "anew": anew,
            },
            rounds=40,
            times=25,
            clock=time.process_time,
        )
        return [
            Row("scan page, kept: CPU of a request", spent["kept"], "ms", spent["bare"], ratio_at_most=5),
            Row("scan page, made anew: CPU of a request", spent["anew"], "ms", spent["bare"], ratio_at_most=12),
        ]


request_hello = request("/")


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


def _tickets(cast: Cast) -> None:
    """Five matters stand open at the building, as on a busy day."""
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        for number in range(5):
            place, category = cast.place("5号楼"), cast.category("light")
            reports.submit_report(place, Viewer(person.id), category, f"{number:036d}", words="三层到四层的灯不亮")
