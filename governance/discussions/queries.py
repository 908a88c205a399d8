"""Lists of topics and contributions, limited to what the viewer may see."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from governance.core.db import db
from governance.core.errors import Missing
from governance.core.similarity import ALIKE, likeness
from governance.core.web.paging import Page, page
from governance.discussions import lifecycle as life
from governance.discussions.model import (
    DONE_WELL,
    HIDDEN,
    SHOWN,
    WAITING,
    Deed,
    Flag,
    Reply,
    Review,
    Spoken,
    Statement,
    Topic,
    TopicFollow,
    Voice,
)
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.places.model import Place

SPOKEN: tuple[Any, ...] = (Statement, Reply)
BY_NOUN: dict[str, type[Spoken]] = {rows.noun: rows for rows in SPOKEN}
SPREAD = 9973  # a prime: statements of equal rank get a different order for each person


def find_topic(ref: str, viewer: Viewer) -> Topic:
    """The topic, if the viewer may read it. A forbidden topic raises Missing, as an absent one does."""
    query = select(Topic).filter_by(ref=ref).options(joinedload(Topic.place), joinedload(Topic.author))
    topic = db.session.scalars(query).one_or_none()
    if topic is None or not may(viewer, "topic.read", topic):
        raise Missing("没有这个议题，或者它还没有公开")
    return topic


def going_on(place: Place, limit: int = 50) -> list[Topic]:
    """Running topics at this place and the places above, the nearest and latest first."""
    query = select(Topic).where(Topic.place_id.in_(place.ancestors), Topic.state.in_(life.LISTED))
    found = db.session.scalars(query.options(joinedload(Topic.place)).order_by(Topic.changed_at.desc()).limit(limit))
    return sorted(found, key=lambda topic: -place.ancestors.index(topic.place_id))


def going_on_around(places: Sequence[Place], limit: int = 50) -> list[Topic]:
    """Running topics at any of these places or above them, the latest first."""
    lines = {id_ for place in places for id_ in place.ancestors}
    query = select(Topic).where(Topic.place_id.in_(lines), Topic.state.in_(life.LISTED))
    return list(
        db.session.scalars(query.options(joinedload(Topic.place)).order_by(Topic.changed_at.desc()).limit(limit))
    )


def settled(place: Place, limit: int = 10) -> list[Topic]:
    """Settled and declined topics here, the latest first."""
    query = select(Topic).where(
        Topic.place_id.in_(place.ancestors), Topic.state.in_(life.SETTLED), Topic.checked_at.is_not(None)
    )
    return list(db.session.scalars(query.options(joinedload(Topic.place)).order_by(Topic.id.desc()).limit(limit)))


def alike(place: Place, title: str) -> list[Topic]:
    """Running topics here with a similar title, the most similar first."""
    ranked = [(likeness(title, topic.title), topic) for topic in going_on(place)]
    return [topic for degree, topic in sorted(ranked, key=lambda pair: -pair[0]) if degree >= ALIKE][:5]


def followed(viewer: Viewer, limit: int = 50) -> list[tuple[Topic, bool]]:
    """The topics this person follows, the latest change first, each with whether it has news for them."""
    if viewer.person_id is None:
        return []
    query = select(Topic, TopicFollow.seen_at < Topic.changed_at).join(TopicFollow)
    mine = query.where(TopicFollow.person_id == viewer.person_id, visible(viewer, "topic.read", Topic))
    rows = db.session.execute(mine.options(joinedload(Topic.place)).order_by(Topic.changed_at.desc()).limit(limit))
    return [(topic, bool(is_new)) for topic, is_new in rows]


def next_statement(topic: Topic, viewer: Viewer) -> Statement | None:
    """The next statement without this person's voice. Statements with the fewest voices come first, so all get some."""
    voices, person = Statement.agreed + Statement.disagreed + Statement.passed, viewer.person_id or 0
    query = select(Statement).filter_by(topic_id=topic.id, state=SHOWN).where(Statement.author_id != person)
    mine = select(Voice.statement_id).where(Voice.person_id == person)
    order = (voices, (Statement.id * 7919 + person * 6007) % SPREAD, Statement.id)
    return db.session.scalars(query.where(Statement.id.not_in(mine)).order_by(*order).limit(1)).first()


def answered(topic: Topic, viewer: Viewer) -> list[tuple[Statement, int]]:
    """The statements with this person's voice, the latest first."""
    query = select(Statement, Voice.answer).join(Voice, Voice.statement_id == Statement.id)
    mine = query.where(Statement.topic_id == topic.id, Voice.person_id == viewer.person_id, Statement.state == SHOWN)
    return [(statement, answer) for statement, answer in db.session.execute(mine.order_by(Voice.at.desc()).limit(100))]


def count_answered(topic: Topic, viewer: Viewer) -> int:
    query = select(func.count()).select_from(Voice).join(Statement, Statement.id == Voice.statement_id)
    mine = (Statement.topic_id == topic.id, Statement.state == SHOWN, Voice.person_id == (viewer.person_id or 0))
    return db.session.scalar(query.where(*mine)) or 0


def left(topic: Topic, viewer: Viewer) -> int:
    """How many statements lack this person's voice."""
    person = viewer.person_id or 0
    mine = select(Voice.statement_id).where(Voice.person_id == person)
    query = select(func.count()).select_from(Statement).filter_by(topic_id=topic.id, state=SHOWN)
    return db.session.scalar(query.where(Statement.author_id != person, Statement.id.not_in(mine))) or 0


def mine(topic: Topic, viewer: Viewer) -> list[Spoken]:
    """This person's contributions to the topic, in any state."""
    found: list[Spoken] = []
    for rows in SPOKEN:
        query = select(rows).where(rows.topic_id == topic.id, rows.author_id == viewer.person_id)
        found += db.session.scalars(query.order_by(rows.id).limit(100)).all() if viewer.person_id else ()
    return found


def flagged(topic: Topic, viewer: Viewer) -> list[tuple[Flag, Spoken | None]]:
    """This person's flags in the topic, each with the flagged words."""
    if not viewer.person_id:
        return []
    flags = db.session.scalars(select(Flag).filter_by(topic_id=topic.id, person_id=viewer.person_id).order_by(Flag.at))
    return [(flag, db.session.get(BY_NOUN[flag.noun], flag.subject_id)) for flag in flags]


def reviewed(topic: Topic, viewer: Viewer) -> str:
    """This person's review as a label; empty without one."""
    given = db.session.get(Review, (topic.id, viewer.person_id)) if viewer.person_id else None
    return DONE_WELL[given.well] if given else ""


def has_answered(topic_id: int, viewer: Viewer) -> bool:
    mine = select(Voice.person_id).join(Statement, Statement.id == Voice.statement_id)
    return (
        db.session.scalar(mine.where(Statement.topic_id == topic_id, Voice.person_id == viewer.person_id).limit(1))
        is not None
    )


def review_words(topic: Topic, limit: int = 100) -> list[str]:
    """The comments of the reviews, the latest first, for staff."""
    query = select(Review.words).where(Review.topic_id == topic.id, Review.words != "").order_by(Review.at.desc())
    return list(db.session.scalars(query.limit(limit)))


def deeds_here(place: Place) -> ColumnElement[bool]:
    """Deeds of a community and everything in it; for another kind of place, its own and those of the places above."""
    return Deed.community_id == place.id if place.kind == "community" else Deed.place_id.in_(place.ancestors)


def deeds(place: Place, after: str = "") -> Page[Deed]:
    query = select(Deed).where(deeds_here(place)).options(joinedload(Deed.place), joinedload(Deed.topic))
    return page(query, (Deed.id,), after, falling=True)


def count_deeds(place: Place) -> int:
    return db.session.scalar(select(func.count()).select_from(Deed).where(deeds_here(place))) or 0


def waiting_topics(viewer: Viewer, after: str = "") -> Page[Topic]:
    """Proposed topics that staff have not checked, on the first page the urgent ones first, then the oldest."""
    query = select(Topic).where(visible(viewer, "topic.open", Topic), Topic.state == life.PROPOSED)
    query = query.options(joinedload(Topic.place), joinedload(Topic.author))
    urgent = [] if after else list(db.session.scalars(query.where(Topic.urgent).order_by(Topic.id)))
    calm = page(query.where(~Topic.urgent), (Topic.id,), after)
    return replace(calm, rows=[*urgent, *calm.rows])


def running_topics(viewer: Viewer, after: str = "") -> Page[Topic]:
    query = select(Topic).where(visible(viewer, "topic.open", Topic), Topic.state.in_(life.LISTED))
    return page(query.options(joinedload(Topic.place)), (Topic.changed_at, Topic.id), after, falling=True)


def awaiting_moderation(viewer: Viewer, limit: int = 100) -> list[tuple[Spoken, Sequence[Flag]]]:
    """Words to moderate: held back, flagged or appealed; the urgent ones first, then the oldest."""
    found: list[tuple[Spoken, Sequence[Flag]]] = []
    for rows in SPOKEN:
        objected = select(Flag.subject_id).where(Flag.noun == rows.noun, Flag.settled_at.is_(None))
        appealed = and_(rows.state == HIDDEN, rows.appeal != "", rows.answered_at.is_(None))
        asks = or_(rows.state == WAITING, rows.id.in_(objected), appealed)
        query = (
            select(rows).join(Topic, Topic.id == rows.topic_id).where(asks, visible(viewer, "topic.moderate", Topic))
        )
        for spoken in db.session.scalars(query.order_by(rows.urgent.desc(), rows.id).limit(limit)):
            found.append((spoken, _flags(spoken)))
    return sorted(found, key=lambda each: not each[0].urgent)


def _flags(spoken: Spoken) -> Sequence[Flag]:
    query = select(Flag).filter_by(noun=spoken.noun, subject_id=spoken.id, settled_at=None)
    return db.session.scalars(query.order_by(Flag.at).limit(20)).all()
