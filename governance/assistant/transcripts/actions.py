"""Makes tickets and contributions of a pasted chat, marked 转自群聊. The sender's name is never published."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from governance.assistant.language.matters import category_of
from governance.assistant.language.place_match import named_places
from governance.core.db import db, writing
from governance.core.errors import Invalid, Missing, SentBefore
from governance.discussions import contributions
from governance.discussions import lifecycle as topic_life
from governance.discussions import queries as topics
from governance.discussions.model import Topic
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.places.finding import find_place
from governance.places.model import Place
from governance.relay.groups.queries import matches_search
from governance.relay.model import Group
from governance.tickets import assist
from governance.tickets.model import Ticket
from governance.tickets.queries import category
from governance.tickets.reporting.reports import reported
from governance.triage.category import OTHER

MOST_GROUPS, FEW_PLACES = 300, 3
SHORT, LONG = 140, 300  # longest statement, longest reply


def pasteable_groups(viewer: Viewer, search: str = "") -> list[Group]:
    """The groups whose chats this viewer may paste, filtered by name of group or place."""
    here = (visible(viewer, "group.paste", Group), Group.archived_at.is_(None))
    query = select(Group).where(*here).order_by(Group.name, Group.id).limit(MOST_GROUPS)
    if search.strip():
        query = query.where(matches_search(search.strip()))
    return list(db.session.scalars(query.options(selectinload(Group.places))))


def pasteable_group(viewer: Viewer, id_: str) -> Group | None:
    """The chosen group; None unless this viewer may paste its chats."""
    found = db.session.get(Group, int(id_)) if id_.isdecimal() and len(id_) < 10 else None
    return found if found is not None and not found.archived_at and may(viewer, "group.paste", found) else None


def group_label(group: Group) -> str:
    """The group's name with the first few of its places."""
    named = "、".join(place.name for place in group.places[:FEW_PLACES])
    more = f"等 {len(group.places)} 处" if len(group.places) > FEW_PLACES else ""
    return f"{group.name}（{named}{more}）"


def possible_places(viewer: Viewer, group_id: str, text: str) -> list[Place]:
    """The one place that was typed, else the places of the group. Raises Invalid by field."""
    if text.strip():
        return [find_place(text, _mine(viewer), "place")]
    chosen = pasteable_group(viewer, group_id)
    if chosen is None:
        raise Invalid({"group": "请选是哪个群，或者在下面写是哪栋楼"})
    return chosen.places


def place_named_in(places: list[Place], *said: str) -> Place | None:
    """The only place that one of these texts names; the first text that names one decides."""
    named = (named_places(places, words) if len(places) > 1 else places for words in said)
    return next((found[0] for found in named if len(found) == 1), None)


def category_named_in(*said: str) -> str:
    """The slug of the first category found in these texts; empty when a person has to choose."""
    return next((slug for words in said if (slug := category_of(words).slug) != OTHER), "")


def chosen_place(places: list[Place], id_: str) -> Place:
    """The chosen place; the only one if there is one. Raises Invalid."""
    chosen = places if len(places) == 1 else [place for place in places if str(place.id) == id_]
    if not chosen:
        raise Invalid({"at": "请选是在哪一处"})
    return chosen[0]


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    return visible(viewer, "ticket.assist", Place)


def report_matter(place: Place, by: Viewer, slug: str, submission: str, **details: Any) -> Ticket:
    """Create a ticket. The same submission again returns the first ticket.

    Raises Invalid for an unknown category, SentBefore for the same submission with other words.
    """
    chosen = category(slug)
    if chosen is None:
        raise Invalid({"category": "请选一类"})
    first = reported(by.staff_id, submission)
    if first and first.words not in ("", details["words"]):  # empty once they were erased
        raise SentBefore("tickets.show", ref=first.ref)
    return first or assist.assist(place, by, chosen, submission, source="group", **details)[0]


def open_topics(viewer: Viewer, places: list[Place]) -> list[Topic]:
    """The open topics at these places that this viewer may contribute to."""
    found = topics.going_on(places[0]) if len(places) == 1 else topics.going_on_around(places)
    open_ = [topic for topic in found if topic.state in topic_life.REPLIED_IN]
    return [topic for topic in open_ if may(viewer, "topic.say", topic)]


def put_into_topic(topic: Topic, by: Viewer, submission: str, words: str) -> None:
    """Add the words to a topic: as a statement if they are short and statements are open, else as a reply.

    Raises Invalid for words that are too long.
    """
    if len(words) > LONG:
        raise Invalid({"words": f"放进议题最多 {LONG} 个字，请写短一些"})
    with writing():
        if len(words) <= SHORT and topic.state in topic_life.SPOKEN_IN:
            contributions.say(topic, by, submission, " ".join(words.split()), from_group=True)
        else:
            contributions.reply(topic, by, submission, words, from_group=True)


def chosen_topic(found: list[Topic], id_: str) -> Topic:
    """The chosen topic. Raises Missing."""
    for topic in found:
        if str(topic.id) == id_:
            return topic
    raise Missing
