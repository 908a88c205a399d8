"""Where a scan lands: the place behind a code, as plain rows for the page that most people come through."""

from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, literal, select

from governance.core.sql_statements import Prepared
from governance.places.codes import NeverIssued
from governance.places.kinds import AREAS, ORDER
from governance.places.model import Code, Located, Place
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
    parent_id: int | None


class Sign(NamedTuple):
    """What a place is called, and the code that leads to its page if it has one."""

    id: int
    name: str
    path: str
    token: str | None


class _Site(NamedTuple):
    id: int
    path: str
    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None


class Site(Located, _Site):
    """A place as far as what is reported of it needs to know: where it stands. Made of the columns `STANDING`."""


class Near(NamedTuple):
    id: int
    name: str


_CODE = (Code.token, Code.number, Code.replaced_by)
_PLACE = (Place.id, Place.version, Place.name, Place.path, Place.grid_id, Place.hours, Place.large_text)
STANDING = (Place.id, Place.path, Place.district_id, Place.street_id, Place.community_id, Place.grid_id)
_COURTYARD = select(Place.id).where(Place.id == bindparam("parent"), Place.kind == "courtyard")
_WITHIN = (Place.id.in_(_COURTYARD) | Place.parent_id.in_(_COURTYARD), Place.id != bindparam("place"))
_OUTSIDE_FIRST = (case((Place.parent_id == bindparam("parent"), 1), else_=0), Place.id)
NEAR = Prepared(select(Place.id, Place.name).where(*_WITHIN).order_by(*_OUTSIDE_FIRST).limit(31), Near._make)
_NAMED = Place.kind.not_in([literal(kind) for kind in ("district", "grid")])
_NEAR = Place.kind.not_in([literal(kind) for kind in AREAS])
_ON_PATH = Place.id.in_([bindparam(kind) for kind in ORDER])
NAMES: Prepared[tuple[int, str]] = Prepared(select(Place.id, Place.name).where(_ON_PATH, _NAMED))
NEAR_NAMES: Prepared[tuple[int, str]] = Prepared(select(Place.id, Place.name).where(_ON_PATH, _NEAR))
_STANDING = (Code.place_id == Place.id, Code.state != literal("retired"))
FIRST_LIVING = select(Code.token).where(*_STANDING).order_by(Code.number).limit(1).scalar_subquery()
_LANDING = select(*_CODE, *_PLACE, Place.parent_id).join(Code.place)
SIGN = Prepared(
    select(Place.id, Place.name, Place.path, FIRST_LIVING).where(Place.id == bindparam("place")), Sign._make
)
LANDING = Prepared(_LANDING.where(Code.token == bindparam("token")), Landing._make)


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


def full_name(connection: Connection, path: str) -> str:
    """The name of the place on this path from the street down, as `Place.full_name` gives it."""
    return _named(NAMES, connection, path)


def near_name(connection: Connection, place: Place | Sign) -> str:
    """The name people of the neighbourhood use: from the courtyard down, or the place itself above courtyards."""
    return _named(NEAR_NAMES, connection, place.path) or place.name


def _named(names: Prepared[tuple[int, str]], connection: Connection, path: str) -> str:
    ids = [int(part) for part in path.strip("/").split("/")]
    found = dict(names.all(connection, **dict(zip_longest(ORDER, ids))))
    return " ".join(found[id_] for id_ in ids if id_ in found)


def near(connection: Connection, place: Place | Landing) -> list[Near]:
    """Where else what is said here may be about: its courtyard, and the places beside it there."""
    return NEAR.all(connection, place=place.id, parent=place.parent_id) if place.parent_id else []
