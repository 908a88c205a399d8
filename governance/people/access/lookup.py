"""Finds a row that the viewer may use. A foreign row looks like a missing one."""

from typing import Any, TypeVar

from governance.core.db import Base, numbered
from governance.core.errors import Missing
from governance.people.access.current import current
from governance.people.access.permissions import may

Row = TypeVar("Row", bound=Base)


def find_permitted(model: type[Row], id_: Any, action: str) -> Row:
    """The row with this number. Raises Missing when it does not exist or the viewer may not do `action` to it."""
    row = numbered(model, id_)
    if row is None or not may(current(), action, row):
        raise Missing
    return row
