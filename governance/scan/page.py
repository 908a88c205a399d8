"""What the page behind a code shows and how it is made: rows in, one body out, the same for every visitor.

It is made without the request's own context (who asks, their session), so nothing personal can get into it.
"""

from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, select

from governance.core.db import Utc, now
from governance.core.sql_statements import Prepared
from governance.core.web.pages import local, translated
from governance.discussions import summaries as topics
from governance.people.model import ROLES, Person, Post
from governance.places.kinds import ORDER
from governance.places.landing import Landing
from governance.places.model import Place, nearest_phone
from governance.places.tokens import shown
from governance.tickets import summaries


class Outer(NamedTuple):
    """A place on the way down to this one; at the grid, who has looked after it longest."""

    id: int
    kind: str
    name: str
    phone: str | None
    worker: str | None


_SERVING = (Post.place_id == Place.id, Post.role == "grid", Post.serving(bindparam("moment", type_=Utc)))
_WORKER = select(Person.nickname).join(Post.person).where(*_SERVING).order_by(Post.since).limit(1)
_OUTER = (Place.id, Place.kind, Place.name, Place.phone, case((Place.kind == "grid", _WORKER.scalar_subquery())))
LINE = Prepared(select(*_OUTER).where(Place.id.in_([bindparam(kind) for kind in ORDER])), Outer._make)


def body(connection: Connection, code: Landing, language: str, elder: bool, in_wechat: bool = False) -> str:
    """The page of the place behind a code, as it stands."""
    line = line_of(connection, code.path)
    here, done = summaries.here(connection, code.path, {outer.kind: outer.id for outer in line})
    return translated("scan/show.html", language).render(
        elder=lambda: elder,
        today=local(now()).date(),
        code=code,
        shown=shown(code.token),
        around=" · ".join(outer.name for outer in line[:-1] if outer.kind not in ("district", "grid")),
        worker=next((outer.worker for outer in line if outer.worker), None),
        role=ROLES["grid"],
        phone=nearest_phone(line),
        here=here,
        done=done,
        topics=topics.going_on(connection, [outer.id for outer in line]),
        in_wechat=in_wechat,
    )


def line_of(connection: Connection, path: str) -> list[Outer]:
    """The places on a path, the widest first: no more of them than there are kinds."""
    ids = [int(part) for part in path.strip("/").split("/")]
    found = {outer.id: outer for outer in LINE.all(connection, moment=now(), **dict(zip_longest(ORDER, ids)))}
    return [found[id_] for id_ in ids]
