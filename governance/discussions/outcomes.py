"""What comes of a decision: tasks, which are tickets with an owner and a date, deeds, and how people find it done."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from governance.core import links
from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.web.pages import local
from governance.discussions import lifecycle as life
from governance.discussions.actions import apply_move, follow, record_event
from governance.discussions.model import Deed, Review, Topic
from governance.discussions.progress import Staged
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer

LATEST = timedelta(days=3 * 365)  # a task is due within three years
EARLIEST = timedelta(days=365)  # a deed may be written down within a year


def task(topic: Topic, by: Viewer, submission: str, **details: Any) -> None:
    """One thing to be done about a decision, as a ticket: `told` is words, category, body and due_at.

    The first one begins the carrying out. The same submission again adds nothing.
    """
    with writing():
        require(by, "topic.task", locked(topic))
        if not topic.status.gives_tasks:
            raise Refused("定下来以后才能派任务")
        if not now() < details["due_at"] < now() + LATEST:
            raise Invalid({"due": "期限要在今天以后、三年以内"})
        ticket_id, number, is_new = links.ask("ticket.task", by, topic.place, submission, **details)
        if not is_new:
            return
        links.tie(("topic", topic.id), ("ticket", ticket_id))
        if topic.state == life.DECIDED:
            apply_move(topic, "carry_out", by, {})
        record_event(topic, "task", by, words=details["words"], ticket=ticket_id, number=number)


def record_deed(topic: Topic, by: Viewer, title: str, words: str, done_on: date) -> Deed:
    """办实事: count what came of the topic as done for the people here. The same again is counted once."""
    with writing():
        require(by, "topic.deed", locked(topic))
        if not topic.status.counts_deeds:
            raise Refused("定下来、办了以后，才能记成实事")
        if done_on > local(now()).date():
            raise Invalid({"done_on": "办成的日子不能在今天以后"})
        if done_on < local(now() - EARLIEST).date():
            raise Invalid({"done_on": "办成的日子太早了，最多写到一年前"})
        tasks = [ring for ring in links.outcomes("topic", topic.id, SYSTEM) if ring.due_at]
        if tasks and not any(ring.over for ring in tasks):
            raise Refused("派的任务还没有办完一件")
        first = db.session.scalars(select(Deed).filter_by(topic_id=topic.id, title=title, done_on=done_on)).first()
        if first:
            return first
        place = topic.place
        deed = Deed(topic_id=topic.id, place_id=place.id, title=title, words=words, done_on=done_on, **place.areas())
        db.session.add(deed)
        db.session.flush()
        links.tie(("topic", topic.id), ("deed", deed.id))
        record_event(topic, "deed", by, words=words, deed=deed.id, title=title)
    return deed


def review(topic: Topic, by: Viewer, well: str, words: str) -> None:
    """How one person finds it done; the latest counts. Call it inside `writing()`."""
    require(by, "topic.judge", topic)
    if not is_asked(topic):
        raise Refused("任务办完以后才问这一句")
    given = db.session.get(Review, (topic.id, by.person_id))
    if given is None:
        given = Review(topic_id=topic.id, person_id=by.person_id)
        db.session.add(given)
    given.well, given.words, given.at = well, words, now()
    follow(topic, by)
    topic.version += 1


def is_asked(topic: Staged) -> bool:
    """Whether people are asked how it was done: once a deed is counted or everything is over, and after."""
    if not topic.status.gives_tasks:
        return topic.status.counts_deeds
    came_of_it = links.outcomes("topic", topic.id, SYSTEM)
    has_deed = any(ring.over and ring.due_at is None for ring in came_of_it)
    return has_deed or (bool(came_of_it) and all(ring.over for ring in came_of_it))


def day_end(day: date) -> datetime:
    """The last moment of a day here."""
    return local(now()).replace(
        year=day.year, month=day.month, day=day.day, hour=23, minute=59, second=0, microsecond=0
    )
