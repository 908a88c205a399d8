"""The place behind a scanned code as plain rows: for the scan page, the report and the kept topic page (ADR 8)."""

from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, select

from governance.core.sql_statements import Prepared
from governance.places.codes import NeverIssued, successor
from governance.places.kinds import ORDER
from governance.places.model import Code, Located, Place, full_name_of
from governance.places.tokens import read_token


class _Columns(NamedTuple):
    id: int
    parent_id: int | None
    kind: str
    name: str
    path: str
    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None
    phone: str | None
    hours: str | None
    large_text: bool
    version: int


class PlaceRow(Located, _Columns):
    """A place without the session's bookkeeping: the columns that these pages read."""


class ScannedCode(NamedTuple):
    """A code and the place it stands at, read in one statement."""

    token: str
    number: int
    replaced_by: str | None
    retired: bool
    place: PlaceRow


PLACE_COLUMNS = tuple(getattr(Place, name) for name in PlaceRow._fields)
_CODE = (Code.token, Code.number, Code.replaced_by, Code.retired_at.is_not(None))
_COURTYARD = select(Place.id).where(Place.id == bindparam("parent"), Place.kind == "courtyard")
_BESIDE = (Place.id.in_(_COURTYARD) | Place.parent_id.in_(_COURTYARD), Place.id != bindparam("place"))
_OUTSIDE_FIRST = (case((Place.parent_id == bindparam("parent"), 1), else_=0), Place.id)
NEAR = Prepared(select(*PLACE_COLUMNS).where(*_BESIDE).order_by(*_OUTSIDE_FIRST).limit(31), PlaceRow._make)
IS_ON_PATH = Place.id.in_([bindparam(kind) for kind in ORDER])  # its values are those of `ids_on`
ON_PATH = Prepared(select(*PLACE_COLUMNS).where(IS_ON_PATH).order_by(Place.path), PlaceRow._make)
SCANNED = Prepared(
    select(*_CODE, *PLACE_COLUMNS).join(Code.place).where(Code.token == bindparam("token")),
    lambda row: _scanned(*row),
)


def _scanned(token: str, number: int, replaced_by: str | None, retired: bool, *place: object) -> ScannedCode:
    return ScannedCode(token, number, replaced_by, bool(retired), PlaceRow._make(place))


def land(connection: Connection, text: str) -> ScannedCode:
    """Where a code leads: itself, or the last of those that replaced it. Raises NeverIssued, as `codes.living` does."""
    token = read_token(text)
    if token is None:
        raise NeverIssued
    return successor(_find(connection, token), partial(_find, connection))


def _find(connection: Connection, token: str) -> ScannedCode:
    found = SCANNED.first(connection, token=token)
    if found is None:
        raise NeverIssued
    return found


def ids_on(path: str) -> dict[str, int | None]:
    """The ids of the places on a path, for `IS_ON_PATH`. A path is no longer than there are kinds."""
    return dict(zip_longest(ORDER, (int(part) for part in path.strip("/").split("/"))))


def full_name(connection: Connection, path: str) -> str:
    """The name of the place on this path from the street down, as `Place.full_name` gives it."""
    return full_name_of(ON_PATH.all(connection, **ids_on(path)))


def near(connection: Connection, place: Place | PlaceRow) -> list[PlaceRow]:
    """Where else a report made here may be about: the courtyard around it, and the places beside it there."""
    return NEAR.all(connection, place=place.id, parent=place.parent_id) if place.parent_id else []
