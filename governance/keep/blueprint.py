"""What every door of /keep shares: the blueprint, what an address asks for, and pages of rows."""

from typing import Any, TypeVar

from flask import Blueprint, request
from sqlalchemy import Select

from governance.core.db import LARGEST, Base, db
from governance.people.access.current import current
from governance.people.access.permissions import may

bp = Blueprint("keep", __name__, url_prefix="/keep")
bp.context_processor(lambda: {"may_keep": lambda place: may(current(), "place.keep", place)})
PAGE = 50
Row = TypeVar("Row", bound=Base)


def asked_id(name: str) -> int | None:
    """A row's number in the address, when it can be one."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST else None


def asked_words(name: str) -> str:
    return "".join(char for char in request.args.get(name, "") if char.isprintable()).strip()[:60]


def page_of(query: Select[Row], column: Any) -> tuple[list[Row], int | None]:
    """The next rows behind `?after=`, and where the page after them begins."""
    after = asked_id("after")
    rows = list(db.session.scalars((query.where(column > after) if after else query).order_by(column).limit(PAGE + 1)))
    return rows[:PAGE], getattr(rows[PAGE - 1], column.key) if len(rows) > PAGE else None
