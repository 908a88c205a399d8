"""What every door of /keep shares: the blueprint, finding a row within what the viewer keeps, and taking a form."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, request
from sqlalchemy import Select

from governance.core.db import Base, db
from governance.core.errors import Invalid, Missing
from governance.core.forms import Form
from governance.people.permissions import may
from governance.people.viewers import current

bp = Blueprint("keep", __name__, url_prefix="/keep")
bp.context_processor(lambda: {"may_keep": lambda place: may(current(), "place.keep", place)})
PAGE = 50
LARGEST_ID = 2**31 - 1
Row = TypeVar("Row", bound=Base)
Result = TypeVar("Result")
FormKind = TypeVar("FormKind", bound=Form)


def find(model: type[Row], id_: Any, action: str) -> Row:
    """The row, when the viewer may do this to it. One that is not the viewer's looks like one that is not there."""
    row = db.session.get(model, id_) if not isinstance(id_, int) or id_ <= LARGEST_ID else None
    if row is None or not may(current(), action, row):
        raise Missing
    return row


def attempt(form: Form, change: Callable[[], Result]) -> Result | None:
    """Make the change if the form may be taken; the reasons an action gives go beside the fields they are about."""
    if not form.ok:
        return None
    try:
        return change()
    except Invalid as trouble:
        form.refuse(trouble)
        return None


def status() -> int:
    """A form that is shown again after it was sent was not taken."""
    return 422 if request.method == "POST" else 200


def asked_id(name: str) -> int | None:
    """A row's number in the address, when it can be one."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST_ID else None


def asked_words(name: str) -> str:
    return "".join(char for char in request.args.get(name, "") if char.isprintable()).strip()[:60]


def page_of(query: Select[Row], column: Any) -> tuple[list[Row], int | None]:
    """The next rows behind `?after=`, and where the page after them begins."""
    after = asked_id("after")
    rows = list(db.session.scalars((query.where(column > after) if after else query).order_by(column).limit(PAGE + 1)))
    return rows[:PAGE], getattr(rows[PAGE - 1], column.key) if len(rows) > PAGE else None
