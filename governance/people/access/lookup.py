"""Finding a row within what the viewer may do: what is foreign looks like what is missing."""

from typing import Any, TypeVar

from governance.core.db import Base, numbered
from governance.core.errors import Missing
from governance.people.access.current import current
from governance.people.access.permissions import may

Row = TypeVar("Row", bound=Base)


def find_permitted(model: type[Row], id_: Any, action: str) -> Row:
    """The row of this number, when the viewer may do this to it. Raises Missing."""
    row = numbered(model, id_)
    if row is None or not may(current(), action, row):
        raise Missing
    return row
