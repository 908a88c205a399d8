"""Finds the place that somebody stands at when the code they scanned is another's."""

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select

from governance.core.db import db, like_prefix
from governance.places.codes import FIRST_LIVING
from governance.places.model import Place, near_name_of

MOST, MOST_PARTS = 20, 4
PART = re.compile(r"\d+号?[院楼]|\d+|[^\d\s]+")  # 银杏里3号院5号楼 has three
AROUND = (Place.id, Place.parent_id, Place.grid_id, Place.community_id, Place.street_id)


class Coded(NamedTuple):
    """A place by the name that neighbours use, and its code."""

    token: str
    name: str


_CODED = select(Place.path, FIRST_LIVING.label("token")).where(FIRST_LIVING.is_not(None))


def coded(ids: Collection[int]) -> list[Coded]:
    """Those of these places that have a code, the courtyard first."""
    found = _named(_CODED.where(Place.id.in_(ids)))
    return sorted(found, key=lambda one: (len(one.name), one.name))


def named(asked: str, beside: Place | None) -> list[Coded]:
    """The places with a code where each part of `asked` is in its name or the name of a place around it, near first."""
    query = _CODED
    for part in PART.findall(asked)[:MOST_PARTS]:
        so_called = select(Place.id).where(Place.name.like("%" + like_prefix(part), escape="\\"))
        query = query.where(or_(*(column.in_(so_called) for column in AROUND)))
    if beside is not None:
        query = query.order_by(Place.community_id != beside.community_id, Place.street_id != beside.street_id)
    return _named(query.order_by(Place.path).limit(MOST))


def _named(query: Select[Any]) -> list[Coded]:
    found = db.session.execute(query).all()
    paths = {row.token: [int(id_) for id_ in row.path.strip("/").split("/")] for row in found}
    ids = {id_ for path in paths.values() for id_ in path}
    places = {place.id: place for place in db.session.scalars(select(Place).where(Place.id.in_(ids)))}
    return [Coded(token, near_name_of([places[id_] for id_ in path])) for token, path in paths.items()]
