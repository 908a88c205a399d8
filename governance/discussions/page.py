"""The content of a topic's page, the same for everybody, read by prepared SQL statements (docs/adr/0008).

A viewer's own content is in say_routes.py; the staff's forms come from available_moves.py.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, literal, select
from sqlalchemy.orm import aliased

from governance.core.errors import Missing
from governance.core.events import Event
from governance.core.sql_statements import Prepared
from governance.core.web.paging import SIZE, Page, falling, id_before
from governance.discussions.lifecycle import LIFE, TopicState
from governance.discussions.model import DONE_WELL, SHOWN, Reply, Review, Statement, Topic
from governance.discussions.opinion_table import MOST_SHOWN
from governance.discussions.progress import FOR_ALL, Happened, Step, step
from governance.people.model import Person
from governance.places.codes import FIRST_LIVING
from governance.places.landing import on_path
from governance.places.model import Located, Place, full_name_of, near_name_of

COLUMNS = ("agreed", "rejected", "divided")  # of the opinion table
LATEST = 5  # statements shown while the opinion table is empty
MOST_BELOW = 500  # replies to the threads of one page


class _TopicRow(NamedTuple):
    id: int
    ref: str
    title: str
    words: str
    state: str
    version: int
    official: bool
    urgent: bool
    answer: str
    decision: str
    decided_at: datetime | None
    proposed_at: datetime
    checked_at: datetime | None
    people: int
    known: int
    table: dict[str, list[int]]
    author_id: int
    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None
    nickname: str | None
    path: str
    large_text: bool
    code: str | None
    merged_ref: str | None
    merged_title: str | None
    said: int
    takes_in: bool


class TopicView(Located, _TopicRow):
    """A topic as its page shows it, with its place and the place's first code."""

    @property
    def status(self) -> TopicState:
        return LIFE.state(self.state)


class ShownStatement(NamedTuple):
    """One shown statement with its counts."""

    id: int
    words: str
    official: bool
    nickname: str | None
    agreed: int
    disagreed: int
    passed: int
    from_group: bool
    noun: str = Statement.noun

    @property
    def voices(self) -> int:
        return self.agreed + self.disagreed + self.passed


class ShownReply(NamedTuple):
    """One shown reply; `about` is the words of the statement it answers."""

    id: int
    parent_id: int | None
    words: str
    official: bool
    nickname: str | None
    at: datetime
    about: str | None
    from_group: bool
    noun: str = Reply.noun


class TakenIn(NamedTuple):
    """A topic that was merged into this one."""

    title: str
    words: str
    official: bool
    nickname: str | None


@dataclass(frozen=True)
class Content:
    """The content of a topic's page."""

    place: str
    near: str  # as neighbours call it
    tabled: dict[int, ShownStatement]
    threads: Page[ShownReply]
    below: dict[int, list[ShownReply]]
    steps: list[Step]
    taken_in: list[TakenIn]


_MERGED, _JOINED = aliased(Topic), aliased(Topic)
_SAID = select(func.count(Statement.id)).where(Statement.topic_id == Topic.id, Statement.state == literal(SHOWN))
_OF_TOPIC = [getattr(Topic, name) for name in _TopicRow._fields[: _TopicRow._fields.index("nickname")]]
_TOLD = (
    select(*_OF_TOPIC, Person.nickname, Place.path, Place.large_text, FIRST_LIVING, _MERGED.ref, _MERGED.title)
    .add_columns(_SAID.scalar_subquery(), exists().where(_JOINED.merged_into_id == Topic.id))
    .join(Topic.place)
    .join(Topic.author)
    .outerjoin(_MERGED, _MERGED.id == Topic.merged_into_id)
)
TOLD = Prepared(_TOLD.where(Topic.ref == bindparam("ref")), TopicView._make)

_HERE = (Statement.topic_id == bindparam("topic"), Statement.state == literal(SHOWN))
_COUNTS = (Statement.agreed, Statement.disagreed, Statement.passed, Statement.from_group)
_WORDS = select(Statement.id, Statement.words, Statement.official, Person.nickname, *_COUNTS).join(Statement.author)
_NAMED = [f"statement{number}" for number in range(MOST_SHOWN * len(COLUMNS))]
NAMED = Prepared(
    _WORDS.where(*_HERE, Statement.id.in_([bindparam(name) for name in _NAMED])), lambda row: ShownStatement(*row)
)
NEWEST = Prepared(_WORDS.where(*_HERE).order_by(Statement.id.desc()).limit(LATEST), lambda row: ShownStatement(*row))
_ONWARD = _WORDS.where(*_HERE, Statement.id < bindparam("before")).order_by(Statement.id.desc()).limit(SIZE + 1)
ONWARD = Prepared(_ONWARD, lambda row: ShownStatement(*row))

_STANDS = (Reply.topic_id == bindparam("topic"), Reply.state == literal(SHOWN))
_HEADS = (*_STANDS, Reply.parent_id.is_(None), Reply.id < bindparam("before"))
_ANSWERS = (
    select(Reply.id, Reply.parent_id, Reply.words, Reply.official, Person.nickname, Reply.at, Statement.words)
    .add_columns(Reply.from_group)
    .join(Reply.author)
    .outerjoin(Reply.statement)
)
_LINES = select(Reply.id).where(*_HEADS).order_by(Reply.id.desc()).limit(SIZE)
HEADS = Prepared(_ANSWERS.where(*_HEADS).order_by(Reply.id.desc()).limit(SIZE + 1), lambda row: ShownReply(*row))
BELOW = Prepared(
    _ANSWERS.where(*_STANDS, Reply.parent_id.in_(_LINES)).order_by(Reply.id).limit(MOST_BELOW),
    lambda row: ShownReply(*row),
)

_TAKEN_IN = select(Topic.title, Topic.words, Topic.official, Person.nickname).join(Topic.author).order_by(Topic.id)
TAKEN_IN = Prepared(_TAKEN_IN.where(Topic.merged_into_id == bindparam("topic")), TakenIn._make)

_FOR_ALL = Event.verb.in_([literal(verb) for verb in sorted(FOR_ALL)])
_HAPPENED = select(Event.verb, Event.at, Event.actor, Event.words, Event.data).order_by(Event.id.desc())
HAPPENED = Prepared(
    _HAPPENED.where(Event.noun == literal("topic"), Event.subject_id == bindparam("topic"), _FOR_ALL), Happened._make
)

REVIEWS: Prepared[tuple[str, int]] = Prepared(
    select(Review.well, func.count()).where(Review.topic_id == bindparam("topic")).group_by(Review.well)
)


def topic_view(connection: Connection, ref: str) -> TopicView:
    """The topic with this reference, without a permission check. Raises Missing."""
    found = TOLD.first(connection, ref=ref)
    if found is None:
        raise Missing
    return found


def content(connection: Connection, topic: TopicView, after: str = "") -> Content:
    """The page's content, with one page of threads: the first, or the one `after` a key."""
    heads, below = _threads(connection, topic.id, after)
    places = on_path(connection, topic.path)
    return Content(
        place=full_name_of(places),
        near=near_name_of(places),
        tabled=_tabled(connection, topic),
        threads=heads,
        below=below,
        steps=[step(happened) for happened in HAPPENED.all(connection, topic=topic.id)],
        taken_in=TAKEN_IN.all(connection, topic=topic.id) if topic.takes_in else [],
    )


def _tabled(connection: Connection, topic: TopicView) -> dict[int, ShownStatement]:
    """The statements in the topic's opinion table by id, or the latest few while the table is empty."""
    ids = [id_ for name in COLUMNS for id_ in topic.table.get(name, ())]
    named = dict(zip_longest(_NAMED, ids))
    found = NAMED.all(connection, topic=topic.id, **named) if ids else NEWEST.all(connection, topic=topic.id)
    return {statement.id: statement for statement in found}


def statements(connection: Connection, topic_id: int, after: str) -> Page[ShownStatement]:
    """One page of the shown statements, the latest first."""
    return falling(ONWARD.all(connection, topic=topic_id, before=id_before(after)))


def _threads(connection: Connection, topic_id: int, after: str) -> tuple[Page[ShownReply], dict[int, list[ShownReply]]]:
    """One page of threads, the latest first, and the replies of each in order."""
    since = {"topic": topic_id, "before": id_before(after)}
    heads = falling(HEADS.all(connection, **since))
    below: dict[int, list[ShownReply]] = {head.id: [] for head in heads.rows}
    for child in BELOW.all(connection, **since) if below else ():
        below[child.parent_id or 0].append(child)
    return heads, below


def reviews(connection: Connection, topic_id: int) -> dict[str, int]:
    """Count the reviews by answer: well, partly, not."""
    counts = dict(REVIEWS.all(connection, topic=topic_id))
    return {well: counts.get(well, 0) for well in DONE_WELL}
