"""The place behind a scanned code as plain rows: for the scan page, the report and the kept topic page (ADR 8)."""

from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, select

from governance.core.sql_statements import Prepared
from governance.places.codes import FIRST_LIVING, NeverIssued, successor
from governance.places.kinds import ORDER
from governance.places.model import Code, Located, Place, near_name_of, nearest_phone
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
    state: str
    place: PlaceRow

    @property
    def is_retired(self) -> bool:
        return self.state == RETIRED


class WayBack(NamedTuple):
    """The scan page that a page leads back to, its place's name, and the number to call there."""

    token: str
    name: str
    phone: str | None


RETIRED = "retired"  # as in model.CODE_STATES
PLACE_COLUMNS = tuple(getattr(Place, name) for name in PlaceRow._fields)
_CODE = (Code.token, Code.number, Code.replaced_by, Code.state)
_COURTYARD = select(Place.id).where(Place.id == bindparam("parent"), Place.kind == "courtyard")
_BESIDE = (Place.id.in_(_COURTYARD) | Place.parent_id.in_(_COURTYARD), Place.id != bindparam("place"))
_OUTSIDE_FIRST = (case((Place.parent_id == bindparam("parent"), 1), else_=0), Place.id)
NEAR = Prepared(select(*PLACE_COLUMNS).where(*_BESIDE).order_by(*_OUTSIDE_FIRST).limit(31), PlaceRow._make)
IS_ON_PATH = Place.id.in_([bindparam(kind) for kind in ORDER])  # its values are those of `ids_on`
ON_PATH = Prepared(select(*PLACE_COLUMNS).where(IS_ON_PATH).order_by(Place.path), PlaceRow._make)
_CODED_ON_PATH = select(Place.kind, Place.name, Place.phone, FIRST_LIVING.label("token")).where(IS_ON_PATH)
CODED_ON_PATH: Prepared[Any] = Prepared(_CODED_ON_PATH.order_by(Place.path), lambda row: _Coded(*row))
SCANNED = Prepared(
    select(*_CODE, *PLACE_COLUMNS).join(Code.place).where(Code.token == bindparam("token")),
    lambda row: _scanned(*row),
)


class _Coded(NamedTuple):
    kind: str
    name: str
    phone: str | None
    token: str | None


def _scanned(token: str, number: int, replaced_by: str | None, state: str, *place: object) -> ScannedCode:
    return ScannedCode(token, number, replaced_by, state, PlaceRow._make(place))


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


def on_path(connection: Connection, path: str) -> list[PlaceRow]:
    """The places on a path, the widest first, as `Place.above` gives them."""
    return ON_PATH.all(connection, **ids_on(path))


def way_back(connection: Connection, path: str, scanned: str) -> WayBack | None:
    """Where to go back from a page about the place on `path` (empty: about none), for who scanned `scanned` last.

    That is the scanned place where it stands on or in this one; else this one, or the nearest around it that has a
    code; else the scanned one.
    """
    token = read_token(scanned)
    there = SCANNED.first(connection, token=token) if token else None
    inside = there is not None and there.place.path.startswith(path)
    found = _nearest_code(connection, path) if path and not inside else None
    if found is None and there is not None:
        found = _nearest_code(connection, there.place.path)
    return found._replace(token=there.token) if found and there and inside else found


def _nearest_code(connection: Connection, path: str) -> WayBack | None:
    places = CODED_ON_PATH.all(connection, **ids_on(path))
    phone = nearest_phone(places)
    while places and not places[-1].token:
        places.pop()
    return WayBack(places[-1].token, near_name_of(places), phone) if places else None


def near(connection: Connection, place: Place | PlaceRow) -> list[PlaceRow]:
    """Where else a report made here may be about: the courtyard around it, and the places beside it there."""
    return NEAR.all(connection, place=place.id, parent=place.parent_id) if place.parent_id else []
