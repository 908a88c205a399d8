"""A report without a photo, from the request to the durable commit, against a bare insert and commit through Flask."""

import re
import statistics
import time
from typing import Any

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.row import Row
from bench.stage import application, call, databases
from bench.stage import request as environ
from governance.core.db import engine_options, prepare
from tests.cast import Cast

ROUNDS = 150


def rows(full: bool) -> list[Row]:
    found = []
    with databases() as addresses:
        for kind, url in addresses.items():
            with application(url) as (app, cast):
                bare = _bare(app.config["SQLALCHEMY_DATABASE_URI"])
                wall, cpu = _measured(app, cast, bare)
            found.append(Row(f"report committed on {kind}", *wall, ratio_at_most=2.5, note="wall, the disk included"))
            found.append(Row(f"report committed on {kind}: CPU of the web process", *cpu))
    return found


def _bare(url: str) -> Flask:
    """The least that keeps what it was sent: one row, one commit, with the same promises of the database."""

    class Base(DeclarativeBase):
        pass

    db = SQLAlchemy(model_class=Base, disable_autonaming=True)

    class Kept(db.Model):  # type: ignore[name-defined, misc]  # db.Model is made at run time
        __tablename__ = "bench_kept"
        id: Mapped[int] = mapped_column(primary_key=True)
        words: Mapped[str] = mapped_column(Text)

    app = Flask("bare")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)

    @app.post("/")
    def keep() -> Any:
        db.session.connection(execution_options={"writes": True})
        db.session.add(Kept(words=request.form["words"]))
        db.session.commit()
        return "", 204

    with app.app_context():
        prepare(db.engine)
        db.create_all()
    return app


def _measured(app: Flask, cast: Cast, bare: Flask) -> tuple[tuple[float, str, float], tuple[float, str, float]]:
    """Medians of both, turn about: wall and processor time in milliseconds."""
    spent: dict[str, list[tuple[float, float]]] = {"report": [], "bare": []}
    for number in range(ROUNDS):
        prepared = _form(app, list(cast.codes.values())[number % len(cast.codes)])
        for name, target, sent, status in (("report", app, prepared, 303), ("bare", bare, _bare_form(), 204)):
            began = time.perf_counter(), time.process_time()
            assert call(target, sent)[0] == status
            spent[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    wall, cpu = (
        [statistics.median(one[at] for one in spent[name][10:]) * 1000 for name in ("report", "bare")] for at in (0, 1)
    )
    return (wall[0], "ms", wall[1]), (cpu[0], "ms", cpu[1])


def _form(app: Flask, code: str) -> dict[str, Any]:
    """The form as a new phone fills it in, ready to be sent; fetching it is not measured here."""
    _status, headers, page = call(app, environ(f"/c/{code}/report"))
    fields = dict(re.findall(r'name="(csrf_token|submission|at)"[^>]*value="([^"]*)"', page.decode()))
    assert set(fields) >= {"csrf_token", "submission"}, fields
    data = {"category": "light", "words": "三层到四层的楼道灯不亮", "where": "1单元3层", **fields}
    if "at" not in data:
        data["at"] = str(re.findall(r'<option value="(\d+)" selected', page.decode())[0])
    cookie = headers["Set-Cookie"].partition(";")[0]
    sent = environ(f"/c/{code}/report", method="POST", data=data, headers={"Cookie": cookie})
    return sent | {"HTTP_REFERER": "https://onecode.example/"}


def _bare_form() -> dict[str, Any]:
    return environ("/", method="POST", data={"words": "三层到四层的楼道灯不亮"})
