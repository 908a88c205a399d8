"""Topic summaries for the scan page, here and at the places above, read by one prepared SQL statement."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, literal, select

from governance.core.sql_statements import Prepared
from governance.discussions import lifecycle as life
from governance.discussions.model import Topic
from governance.places.kinds import ORDER
from governance.places.model import Place

MOST = 20


class TopicSummary(NamedTuple):
    ref: str
    title: str
    state: str
    people: int
    place_id: int
    place: str

    @property
    def status(self) -> life.TopicState:
        return life.LIFE.state(self.state)


_LISTED = Topic.state.in_([literal(state) for state in life.LISTED])
_HERE = Topic.place_id.in_([bindparam(kind) for kind in ORDER])
_FACES = select(Topic.ref, Topic.title, Topic.state, Topic.people, Topic.place_id, Place.name).join(Topic.place)
GOING_ON = Prepared(_FACES.where(_HERE, _LISTED).order_by(Topic.changed_at.desc()).limit(MOST), TopicSummary._make)


def going_on(connection: Connection, line: Iterable[int]) -> list[TopicSummary]:
    """Running topics at the places of this line (top down), the nearest and latest first."""
    ids = list(line)
    found = GOING_ON.all(connection, **dict(zip_longest(ORDER, ids)))
    return sorted(found, key=lambda face: -ids.index(face.place_id))
