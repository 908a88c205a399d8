"""The posters of all codes under a place, with their words found in bulk."""

import tempfile
from collections.abc import Iterable
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance.core.db import db, now
from governance.core.errors import Refused
from governance.people.model import Post
from governance.places.layouts.wording import Notice
from governance.places.model import Code, Place, nearest_phone, under
from governance.places.posters import MissingGlyph, Printed, print_pdf

MOST_PRINTED = 500  # a person waits some seconds for these; more are printed from the command line
UNSAID = ("district", "grid")  # everybody knows the district; the grid is our own word


def codes_under(place: Place) -> list[Code]:
    """The codes in use at a place and inside it, place by place along the tree."""
    query = select(Code).join(Code.place).where(under(place), Code.state != "retired").options(joinedload(Code.place))
    return list(db.session.scalars(query.order_by(Place.path, Code.number)))


def notices_of(codes: Iterable[Code], base_url: str) -> list[Notice]:
    """Raises Refused when no phone can be found for one: a poster without a phone excludes who cannot scan."""
    codes = list(codes)
    places = _places_above({code.place.path for code in codes})
    workers = _workers({code.place.grid_id for code in codes if code.place.grid_id})
    return [_notice(code, places, workers, base_url) for code in codes]


def drawn(notices: Iterable[Printed], format: str) -> IO[bytes]:
    """The finished file, rewound. Raises Refused when the font lacks a character of a name."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it when the last byte is sent
    try:
        print_pdf(notices, format, out)
    except MissingGlyph as trouble:
        raise Refused(str(trouble)) from trouble
    out.seek(0)
    return out


def _notice(code: Code, places: dict[int, Place], workers: dict[int, str], base_url: str) -> Notice:
    on_path = [places[id_] for id_ in code.place.ancestors]
    phone = nearest_phone(on_path)
    if phone is None:
        raise Refused(f"“{code.place.name}”和它上面的地点都没有电话，请先在社区填上电话再印")
    parents = tuple(place.name for place in on_path[:-1] if place.kind not in UNSAID)
    url = f"{base_url}/c/{code.token}"
    worker = workers.get(code.place.grid_id or 0)
    return Notice(code.token, url, code.place.name, parents, code.number, phone, worker)


def _places_above(paths: set[str]) -> dict[int, Place]:
    ids = {int(id_) for path in paths for id_ in path.strip("/").split("/")}
    return {place.id: place for place in _in_pieces(Place, Place.id, sorted(ids))}


def _workers(grids: set[int]) -> dict[int, str]:
    """The name on the posters of each grid: whoever holds the post longest."""
    posts = [
        post for post in _in_pieces(Post, Post.place_id, sorted(grids)) if post.role == "grid" and post.in_force(now())
    ]
    return {
        post.place_id: post.person.nickname or "" for post in sorted(posts, key=lambda post: post.since, reverse=True)
    }


def _in_pieces(model, column, ids: list[int]):  # type: ignore[no-untyped-def]
    """Query by many ids in batches: databases limit the parameters of one statement."""
    for start in range(0, len(ids), 1000):
        yield from db.session.scalars(select(model).where(column.in_(ids[start : start + 1000])))
