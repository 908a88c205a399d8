"""The scan page: rows in, one body out, the same for every visitor.

It is rendered without the request's context, so nothing personal can get into it.
"""

from sqlalchemy import Connection, bindparam, literal, select

from governance.core.db import Utc, now
from governance.core.sql_statements import Prepared
from governance.core.web.pages import local, translated
from governance.discussions import summaries as topics
from governance.people.model import ROLES, Person, Post
from governance.places.landing import ScannedCode, on_path
from governance.places.model import nearest_phone
from governance.places.tokens import shown
from governance.tickets import summaries

_SERVING = (Post.role == literal("grid"), Post.serving(bindparam("moment", type_=Utc)))
_WORKERS = select(Person.nickname).join(Post.person).where(Post.place_id == bindparam("grid"), *_SERVING)
WORKER: Prepared[tuple[str | None]] = Prepared(_WORKERS.order_by(Post.since).limit(1))


def body(connection: Connection, code: ScannedCode, language: str, elder: bool, in_wechat: bool = False) -> str:
    """The page of the place behind a code."""
    places = on_path(connection, code.place.path)
    here, done = summaries.here(connection, code.place.path, {place.kind: place.id for place in places})
    return translated("scan/show.html", language).render(
        elder=lambda: elder,
        today=local(now()).date(),
        code=code,
        place=code.place,
        shown=shown(code.token),
        around=" · ".join(outer.name for outer in places[:-1] if outer.kind not in ("district", "grid")),
        worker=worker_of(connection, code.place.grid_id),
        role=ROLES["grid"],
        phone=nearest_phone(places),
        here=here,
        done=done,
        topics=topics.going_on(connection, [place.id for place in places]),
        in_wechat=in_wechat,
    )


def worker_of(connection: Connection, grid_id: int | None) -> str | None:
    """Who has looked after a grid longest."""
    found = WORKER.first(connection, grid=grid_id, moment=now()) if grid_id else None
    return found[0] if found else None
