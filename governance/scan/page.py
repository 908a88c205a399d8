"""The scan page: rows in, one body out, the same for every visitor.

It is rendered without the request's context, so nothing personal can get into it.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, case, select

from governance.core.db import Utc, now
from governance.core.sql_statements import Prepared
from governance.core.web.pages import local, translated
from governance.discussions import summaries as topics
from governance.people.model import ROLES, Person, Post
from governance.places.landing import IS_ON_PATH, PLACE_COLUMNS, PlaceRow, ScannedCode, ids_on
from governance.places.model import Place, near_name_of, nearest_phone
from governance.places.tokens import shown
from governance.tickets import summaries

_SERVING = (Post.place_id == Place.id, Post.role == "grid", Post.serving(bindparam("moment", type_=Utc)))
_WORKER = select(Person.nickname).join(Post.person).where(*_SERVING).order_by(Post.since).limit(1).scalar_subquery()
_PLACES = select(*PLACE_COLUMNS, case((Place.kind == "grid", _WORKER))).where(IS_ON_PATH).order_by(Place.path)
PLACES = Prepared(_PLACES, lambda row: _with_worker(list(row)))


def _with_worker(row: list[Any]) -> tuple[PlaceRow, str | None]:
    """A place on the path, and at the grid who has looked after it longest."""
    return PlaceRow._make(row[:-1]), row[-1]


def body(connection: Connection, code: ScannedCode, language: str, elder: bool, in_wechat: bool = False) -> str:
    """The page of the place behind a code."""
    found = PLACES.all(connection, moment=now(), **ids_on(code.place.path))
    places = [place for place, _ in found]
    here, done = summaries.here(connection, code.place.path, {place.kind: place.id for place in places})
    return translated("scan/show.html", language).render(
        elder=lambda: elder,
        today=local(now()).date(),
        code=code,
        place=code.place,
        shown=shown(code.token),
        name=near_name_of(places),
        around=" · ".join(outer.name for outer in places[:-1] if outer.kind in ("street", "community")),
        worker=next((worker for _, worker in found if worker), None),
        role=ROLES["grid"],
        phone=nearest_phone(places),
        here=here,
        done=done,
        topics=topics.going_on(connection, [place.id for place in places]),
        in_wechat=in_wechat,
    )
