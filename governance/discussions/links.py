"""Topics and deeds as linked items, and the topic port for tickets (`links.TopicPort`)."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from governance import links
from governance.core.db import db, locked, now
from governance.core.errors import Invalid
from governance.core.translation import LazyText as _l
from governance.discussions import lifecycle as life
from governance.discussions.actions import begin, let_follow, numbered, record_event
from governance.discussions.model import Deed, Topic
from governance.people.access.permissions import may, require
from governance.people.access.viewer import Viewer
from governance.places.model import Place


@links.describes("topic")
def topics(ids: Sequence[int], viewer: Viewer) -> dict[int, links.LinkedItem]:
    found = db.session.scalars(select(Topic).where(Topic.id.in_(ids)))
    return {
        topic.id: links.LinkedItem(
            label=_l("议题"),
            title=topic.title,
            endpoint="discussions.show",
            ref=topic.ref,
            status=topic.status.label,
            over=not topic.status.open,
        )
        for topic in found
        if may(viewer, "topic.read", topic)
    }


@links.on_change("topic")
def refresh(ids: set[int]) -> None:
    """A ticket of these topics changed: invalidate their cached pages and mark them as changed for followers."""
    news = update(Topic).where(Topic.id.in_(ids)).values(version=Topic.version + 1, changed_at=now())
    db.session.execute(news, execution_options={"synchronize_session": False})


@links.describes("deed")
def deeds(ids: Sequence[int], viewer: Viewer) -> dict[int, links.LinkedItem]:
    found = db.session.scalars(select(Deed).where(Deed.id.in_(ids)))
    return {
        deed.id: links.LinkedItem(
            label=_l("实事"),
            title=deed.title,
            endpoint="discussions.show",
            ref=deed.topic.ref,
            status="已办成",
            over=True,
        )
        for deed in found
    }


def receive(
    ticket_id: int, followers: Iterable[int], place: Place, by: Viewer, into: str, title: str
) -> tuple[int, str]:
    """Link the ticket to a topic and make the people concerned its followers."""
    topic = _received_by(place, by, into, title)
    links.tie(("ticket", ticket_id), ("topic", topic.id))
    let_follow(topic, followers)
    record_event(topic, "gather", by, ticket=ticket_id)
    return topic.id, topic.title


def _received_by(place: Place, by: Viewer, into: str, title: str) -> Topic:
    if into:
        found = numbered(into)
        topic = locked(found) if found else None
        if topic is None or topic.state not in life.GATHERING or topic.place_id not in place.ancestors:
            raise Invalid({"into": "请从名单里选一个正在商量的议题"})
        require(by, "topic.gather", topic)
        return topic
    if not title:
        raise Invalid({"title": "给新议题起个名字，或者选一个已有的"})
    if len(title) > 40:
        raise Invalid({"title": "议题名最多 40 个字"})
    place = _community_of(place)
    return begin(place, by, str(uuid.uuid4()), title, "")


def _community_of(place: Place) -> Place:
    """The place of a new topic for a ticket's place: the nearest courtyard or community."""
    return next((outer for outer in reversed(place.above()) if outer.kind in ("courtyard", "community")), place)


def open_at(place: Place, by: Viewer) -> links.Choices:
    """Ids and titles of the topics that can take in tickets of this place."""
    query = select(Topic).where(Topic.place_id.in_(place.ancestors), Topic.state.in_(life.GATHERING))
    found = db.session.scalars(query.order_by(Topic.id.desc()).limit(50))
    return [(str(topic.id), topic.title) for topic in found if may(by, "topic.gather", topic)]
