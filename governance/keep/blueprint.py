"""What the endpoints of /keep share: the blueprint, values of the query string, pages of rows."""

from typing import Any, TypeVar

from flask import Blueprint, request
from sqlalchemy import Select

from governance.core.db import LARGEST, Base
from governance.core.web.paging import Page, page
from governance.people.access.current import current
from governance.people.access.permissions import may

bp = Blueprint("keep", __name__, url_prefix="/keep")
bp.context_processor(lambda: {"may_keep": lambda place: may(current(), "place.keep", place)})
PAGE = 50
Row = TypeVar("Row", bound=Base)


def asked_id(name: str) -> int | None:
    """A row's id in the query string; None for what cannot be one."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST else None


def asked_words(name: str) -> str:
    return "".join(char for char in request.args.get(name, "") if char.isprintable()).strip()[:60]


def page_of(query: Select[Row], id_: Any, size: int = PAGE) -> Page[Row]:
    """The rows in the order of their ids, from the key in the address on."""
    return page(query, (id_,), request.args.get("after", ""), size=size)
