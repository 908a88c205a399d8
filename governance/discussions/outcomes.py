"""Outcomes of a decision: tasks (tickets with an owner and a due date), deeds, and people's reviews."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from governance import links
from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.web.pages import local
from governance.discussions import lifecycle as life
from governance.discussions.actions import apply_move, follow, record_event
from governance.discussions.model import Deed, Review, Topic
from governance.discussions.progress import Staged
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer

LATEST = timedelta(days=3 * 365)  # a task must be due within three years
EARLIEST = timedelta(days=365)  # a deed can be recorded up to a year after it was done


def task(topic: Topic, by: Viewer, submission: str, *, words: str, category: str, body: str, due_at: datetime) -> None:
    """Create a task of a decision as a ticket. The first task moves the topic to `carrying_out`.

    A repeated submission adds nothing.
    """
    with writing():
        require(by, "topic.task", locked(topic))
        if not topic.status.gives_tasks:
            raise Refused("定下来以后才能派任务")
        if not now() < due_at < now() + LATEST:
            raise Invalid({"due": "期限要在今天以后、三年以内"})
        made = links.tickets().task(
            by, topic.place, submission, words=words, category=category, body=body, due_at=due_at
        )
        if not made.created:
            return
        links.tie(("topic", topic.id), ("ticket", made.ticket_id))
        if topic.state == life.DECIDED:
            apply_move(topic, "carry_out", by, {})
        record_event(topic, "task", by, words=words, ticket=made.ticket_id, number=made.number)


def record_deed(topic: Topic, by: Viewer, title: str, words: str, done_on: date) -> Deed:
    """办实事: record a deed of the topic. The same title and date are recorded once."""
    with writing():
        require(by, "topic.deed", locked(topic))
        if not topic.status.counts_deeds:
            raise Refused("定下来、办了以后，才能记成实事")
        if done_on > local(now()).date():
            raise Invalid({"done_on": "办成的日子不能在今天以后"})
        if done_on < local(now() - EARLIEST).date():
            raise Invalid({"done_on": "办成的日子太早了，最多写到一年前"})
        tasks = [item for item in links.outcomes("topic", topic.id, SYSTEM) if item.due_at]
        if tasks and not any(item.over for item in tasks):
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
    """Record one person's review; the latest counts. Call it inside `writing()`."""
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
    """Whether the page asks for reviews: from the first deed or once every outcome is over, and when reviewed."""
    if not topic.status.gives_tasks:
        return topic.status.counts_deeds
    came_of_it = links.outcomes("topic", topic.id, SYSTEM)
    has_deed = any(item.over and item.due_at is None for item in came_of_it)
    return has_deed or (bool(came_of_it) and all(item.over for item in came_of_it))


def day_end(day: date) -> datetime:
    """The last second of a day in local time."""
    return local(now()).replace(
        year=day.year, month=day.month, day=day.day, hour=23, minute=59, second=0, microsecond=0
    )
