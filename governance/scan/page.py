"""The scan page: rows in, one body out, the same for every visitor.

It is rendered without the request's context, so nothing personal can get into it.
"""

from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, literal, select

from governance.core.db import Utc, now
from governance.core.sql_statements import Prepared
from governance.core.web.pages import local, translated
from governance.discussions import summaries as topics
from governance.notices.lifecycle import LIFE
from governance.notices.model import Notice
from governance.people.model import ROLES, Person, Post
from governance.places.kinds import ORDER
from governance.places.landing import IS_ON_PATH, PLACE_COLUMNS, PlaceRow, ScannedCode, WayBack, ids_on
from governance.places.model import Place, near_name_of, nearest_phone
from governance.places.tokens import shown
from governance.relay.groups import entry_codes
from governance.relay.model import ENTRY_CODE_LASTS, Group, GroupPlace
from governance.tickets import summaries

_SERVING = (Post.place_id == Place.id, Post.role == "grid", Post.serving(bindparam("moment", type_=Utc)))
_WORKER = select(Person.nickname).join(Post.person).where(*_SERVING).order_by(Post.since).limit(1).scalar_subquery()
_PLACES = select(*PLACE_COLUMNS, case((Place.kind == "grid", _WORKER))).where(IS_ON_PATH).order_by(Place.path)
PLACES = Prepared(_PLACES, lambda row: _with_worker(list(row)))


LATELY, MOST_NOTICES = timedelta(days=7), 5


class _Notice(NamedTuple):
    ref: str
    title: str
    urgent: bool
    sent_at: datetime
    place: str


_OUT = Notice.state.in_([literal(state.name) for state in LIFE.states if state.out and not state.to_residents])
_TO_RESIDENTS = Notice.audience.in_([literal("residents"), literal("both")])
_NOTICES = select(Notice.ref, Notice.title, Notice.urgent, Notice.sent_at, Place.name).join(Notice.place)
_IN_FORCE = _NOTICES.where(IS_ON_PATH, _OUT, _TO_RESIDENTS, Notice.sent_at > bindparam("since", type_=Utc))
NOTICES = Prepared(_IN_FORCE.order_by(Notice.urgent.desc(), Notice.id.desc()).limit(MOST_NOTICES), _Notice._make)


_AT = GroupPlace.place_id.in_([bindparam(kind) for kind in ORDER])
_GROUPS = select(GroupPlace.place_id, Group.name).join(Group, Group.id == GroupPlace.group_id).order_by(Group.id)
_ENTERED = _GROUPS.where(_AT, entry_codes.can_be_entered(bindparam("since", type_=Utc)))
ENTERED: Prepared[tuple[int, str]] = Prepared(_ENTERED)


def _with_worker(row: list[Any]) -> tuple[PlaceRow, str | None]:
    """A place on the path, and at the grid who has looked after it longest."""
    return PlaceRow._make(row[:-1]), row[-1]


def _groups(connection: Connection, place_ids: list[int]) -> list[str]:
    """The names of the groups that can be entered here now."""
    found = ENTERED.all(connection, since=now() - ENTRY_CODE_LASTS, **dict(zip_longest(ORDER, place_ids)))
    return entry_codes.nearest(place_ids, found)


def notices_in_force(connection: Connection, path: str) -> list[Any]:
    """What residents of the place on this path were told lately and is not stopped, urgent ones first."""
    return NOTICES.all(connection, since=now() - LATELY, **ids_on(path))


def body(
    connection: Connection,
    code: ScannedCode,
    language: str,
    elder: bool,
    in_wechat: bool = False,
    taken_for: WayBack | None = None,
) -> str:
    """The page of the place behind a code; `taken_for` is the one that was scanned instead."""
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
        taken_for=taken_for,
        notices=notices_in_force(connection, code.place.path),
        groups=_groups(connection, [place.id for place in places]),
    )
