"""Where a scan lands: the place behind a code, as plain rows for the page that most people come through."""

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from governance.core.statements import Statement
from governance.places.codes import NeverIssued
from governance.places.model import Code, Place
from governance.places.tokens import read_token


class Landing(NamedTuple):
    """A living code and what its page says of the place it stands at."""

    token: str
    number: int
    replaced_by: str | None
    id: int
    version: int
    name: str
    path: str
    grid_id: int | None
    hours: str | None
    large_text: bool


_CODE = (Code.token, Code.number, Code.replaced_by)
_PLACE = (Place.id, Place.version, Place.name, Place.path, Place.grid_id, Place.hours, Place.large_text)
LANDING = Statement(select(*_CODE, *_PLACE).join(Code.place).where(Code.token == bindparam("token")), Landing._make)


def land(connection: Connection, text: str) -> Landing:
    """Where a code leads, or the last of those that replaced it. Raises NeverIssued, as `codes.living` does."""
    found, seen = _landing(connection, read_token(text)), set()
    while found.replaced_by and found.replaced_by not in seen:
        seen.add(found.token)
        found = _landing(connection, found.replaced_by)
    return found


def _landing(connection: Connection, token: str | None) -> Landing:
    found = LANDING.first(connection, token=token) if token else None
    if found is None:
        raise NeverIssued
    return found
