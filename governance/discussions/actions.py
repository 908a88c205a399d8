"""Actions that change a topic along its lifecycle. Each one checks, changes and records in one transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from governance import links
from governance.core.crypto import new_ref
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Invalid, Refused, SentBefore
from governance.core.events import append
from governance.core.jobs import enqueue_once
from governance.core.lifecycle import Made
from governance.discussions import danger
from governance.discussions import lifecycle as life
from governance.discussions.lifecycle import LIFE, TopicMove
from governance.discussions.model import TAKEN_BACK, Flag, Reply, Statement, Topic, TopicFollow, follows
from governance.people.access.permissions import may, require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.places.actions import freshen
from governance.places.model import Place

TALLY_AFTER = 5  # seconds; the voices of this window are counted in one job


def proposed(author_id: int | None, submission: str, title: str, words: str) -> Topic | None:
    """Return the topic that this submission already made, if any. Raises SentBefore if its words were others."""
    first = one(Topic, author_id=author_id, submission=submission)
    if first is not None and (first.title, first.words) not in ((title, words), (TAKEN_BACK, "")):
        raise SentBefore("discussions.show", ref=first.ref)
    return first


def propose(place: Place, by: Viewer, submission: str, title: str, words: str) -> Topic:
    """Propose a topic as a resident; staff check it before it is public. A repeated submission returns the first topic.

    Call it inside `writing()`.
    """
    require(by, "topic.propose", place)
    first = proposed(by.person_id, submission, title, words)
    return first or _new(by, by.person_id, place, submission, title, words)


def begin(place: Place, by: Viewer, submission: str, title: str, words: str) -> Topic:
    """Create a topic for the community, open at once. A repeated submission returns the first topic."""
    try:
        return _begin(by, place, submission, title, words)
    except IntegrityError:  # a concurrent request inserted it; the retry finds that row
        return _begin(by, place, submission, title, words)


def _begin(by: Viewer, place: Place, submission: str, title: str, words: str) -> Topic:
    with writing():
        require(by, "topic.begin", place)
        first = proposed(by.staff_id, submission, title, words)
        if first:
            return first
        danger.refuse_in("title", f"{title}\n{words}")
        topic = _new(by, by.staff_id, place, submission, title, words, official=True)
        apply_move(topic, "open", by, {})
    return topic


def _new(
    by: Viewer, author_id: int | None, place: Place, submission: str, title: str, words: str, official: bool = False
) -> Topic:
    topic = Topic(
        ref=new_ref(),
        submission=submission,
        place_id=place.id,
        place=place,
        author_id=author_id,
        official=official,
        urgent=not official and danger.is_in(f"{title}\n{words}"),
        title=title,
        words=words,
        state=life.PROPOSED,
        **place.areas(),
    )
    db.session.add(topic)
    db.session.flush()
    if not official:
        follow(topic, by)
    if official:
        record_event(topic, "propose", by, words=words, title=title)
    else:  # a resident's title is personal text: `words` can be erased, the event's facts cannot
        record_event(topic, "propose", by, words="\n".join(filter(None, (title, words))))
    if topic.urgent:
        record_event(topic, "danger", by)
    return topic


def make_move(topic: Topic, name: str, by: Viewer, answers: Mapping[str, str]) -> None:
    """Apply one move of the lifecycle to the topic.

    Raises Missing (no such move), Forbidden, Refused (wrong state, or a concurrent move was first), Invalid by field.
    """
    with writing():
        _lock_in_order(topic, answers)
        if not LIFE.move(name).for_urgent:
            danger.refuse_as_it_stands(topic.urgent)
        LIFE.make(topic, name, by, answers, require)


def _lock_in_order(topic: Topic, answers: Mapping[str, str]) -> None:
    """Lock the topic and its merge target in order of id, which prevents a deadlock."""
    target = numbered(answers["into"]) if answers.get("into") else None
    for row in sorted({topic, target or topic}, key=lambda each: each.id):
        locked(row)


def numbered(text: str) -> Topic | None:
    digits = "".join(char for char in text if char.isdecimal())
    return db.session.get(Topic, int(digits)) if 0 < len(digits) < 10 else None


def apply_move(topic: Topic, name: str, by: Viewer, answers: Mapping[str, str]) -> None:
    """Apply and record a move without checking permission. Call it on a locked topic."""
    LIFE.apply(topic, name, by, answers)


@LIFE.records
def _record_move(topic: Topic, made: Made[TopicMove]) -> None:
    facts = {"came_from": made.came_from, "to": topic.state, **made.facts}
    record_event(topic, made.move.name, made.by, words=made.words, **facts)


def record_event(topic: Topic, verb: str, by: Viewer, words: str = "", **facts: Any) -> None:
    """Record the event, raise the page version and mark the topic as changed for its followers."""
    topic.version, topic.changed_at = topic.version + 1, now()
    append(
        f"topic.{verb}",
        topic.id,
        stream=topic.place.stream,
        scope=topic.place.path,
        actor=by.label,
        actor_id=by.staff_id or by.person_id,
        words=words,
        **facts,
    )
    held = follows(topic, by.person_id) if by.staff_id is None else None
    if held is not None:
        held.seen_at = topic.changed_at  # a follower's own action is not news to them
    if topic.checked_at:
        freshen(topic.place)


@LIFE.changes("open")
def _open(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    topic.answer = answers.get("note") or topic.answer
    _publish(topic, topic.title, topic.words)
    return {}


def _publish(topic: Topic, title: str, words: str) -> None:
    """Let everybody read it, with what residents wrote masked."""
    if not topic.official:
        topic.title, topic.words = danger.published(title, 40), danger.published(words, 1000)
    topic.checked_at = topic.checked_at or now()


@LIFE.changes("reword")
def _reword(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    danger.refuse_in("title", f"{answers['title']}\n{answers.get('words', '')}")
    topic.urgent = False
    _publish(topic, answers["title"], answers.get("words", ""))
    return {}


@LIFE.changes("to_ticket")
def _to_ticket(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    written = "\n".join(filter(None, (topic.title, topic.words)))
    return {"ticket": hand_over(topic, by, topic.author_id, topic.submission, written)}


def hand_over(topic: Topic, by: Viewer, author_id: int, submission: str, words: str) -> int:
    """Make the words a private ticket of their author. Raises Forbidden. Call it inside `writing()`."""
    ticket_id = links.tickets().report_privately(by, author_id, topic.place, submission, words)
    links.tie(("topic", topic.id), ("ticket", ticket_id))
    return ticket_id


@LIFE.changes("decide")
def _decide(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    topic.decision, topic.decided_at = answers["note"], now()
    return {"people": topic.people}


@LIFE.changes("review")
def _review(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    all_done(topic)
    return {}


def all_done(topic: Topic) -> None:
    """Raises Refused, naming the unfinished outcomes of the decision."""
    waiting = [item.title for item in links.outcomes("topic", topic.id, SYSTEM) if not item.over]
    if waiting:
        raise Refused(f"还有没办完的：{'、'.join(waiting)}")


@LIFE.changes("reopen")
def _reopen(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    _publish(topic, topic.title, topic.words)
    topic.decision, topic.decided_at = "", None  # the record keeps the earlier decision
    return {}


@LIFE.changes("merge")
def _merge(topic: Topic, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    target = numbered(answers["into"])
    if target is None or target.id == topic.id or not may(by, "topic.merge", target):
        raise Invalid({"into": "没有这个议题，或不归您管"})
    if target.state != life.DISCUSSING:
        raise Invalid({"into": "那个议题不在商量，不能并进去"})
    topic.merged_into_id = target.id
    _publish(topic, topic.title, topic.words)
    _carry_over(topic, target)
    record_event(target, "take_in", by, words=topic.title, taken=topic.id)
    return {"into": target.id}


def _carry_over(topic: Topic, target: Topic) -> None:
    """Move statements, replies, flags, source links and followers to the target. Voices stay with their statements."""
    db.session.flush()
    for rows in (Statement, Reply, Flag):
        carried = update(rows).where(rows.topic_id == topic.id)
        db.session.execute(carried.values(topic_id=target.id), execution_options={"synchronize_session": False})
    for source in links.source_ids("topic", topic.id):
        links.tie(source, ("topic", target.id))
    let_follow(target, db.session.scalars(select(TopicFollow.person_id).filter_by(topic_id=topic.id)).all())
    tally_soon(target.id)


def tally_soon(topic_id: int) -> None:
    """Enqueue one count of the topic's voices for all that arrive within `TALLY_AFTER` seconds."""
    enqueue_once("discussions.tally", TALLY_AFTER, str(topic_id), topic_id=topic_id)


def answer_publicly(topic: Topic, by: Viewer, words: str) -> None:
    """社区答复: set the community's public answer at the top of the page. The record keeps earlier answers."""
    with writing():
        require(by, "topic.answer", locked(topic))
        if not topic.status.open:
            raise Refused(f"这个议题{topic.status.label}，不用再答复")
        topic.answer = words
        record_event(topic, "answer", by, words=words)


def follow(topic: Topic, by: Viewer) -> None:
    let_follow(topic, [by.person_id] if by.person_id else [])


def let_follow(topic: Topic, people: Iterable[int]) -> None:
    """Add these people as followers. Existing followers keep their row."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    rows = [{"topic_id": topic.id, "person_id": person, "seen_at": now()} for person in sorted({*people})]
    if rows:
        db.session.execute(insert(TopicFollow).on_conflict_do_nothing(), rows)


def unfollow(topic: Topic, by: Viewer) -> None:
    held = follows(topic, by.person_id)
    if held is not None:
        db.session.delete(held)


def see(topic: Topic, by: Viewer) -> None:
    """Mark the topic as seen by this follower."""
    held = follows(topic, by.person_id)
    if held is not None and held.seen_at < topic.changed_at:
        with writing():
            locked(held).seen_at = now()
