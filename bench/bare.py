"""The bare counterparts: Flask answering one word, and Flask keeping one row."""

from typing import Any

from flask import Flask
from flask import request as flask_request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.asking import ask, request
from governance.core.db import engine_options, prepare


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
