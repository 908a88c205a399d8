"""Person hooks of the hall: rows of a merged person move to the other one; the name of a departed person is removed."""

from typing import Any

from sqlalchemy import Select, or_, select, update

from governance.core.db import db
from governance.discussions.actions import let_follow, tally_soon
from governance.discussions.model import Flag, Reply, Review, Statement, Topic, TopicFollow, Voice
from governance.people import hooks

COUNTED_ONCE: tuple[Any, ...] = (Voice, Review, Flag)


@hooks.person_merged.listen
def take_along(old_id: int, new_id: int) -> None:
    """Give the old person's contributions to the new one and deduplicate voices, reviews and flags.

    It runs in the caller's transaction.
    """
    for rows in (Topic, Statement, Reply):
        theirs = update(rows).where(rows.author_id == old_id)
        db.session.execute(theirs.values(author_id=new_id), execution_options={"synchronize_session": False})
    _quiet(old_id, new_id)
    _leave_own_words_alone(new_id)


@hooks.person_began_anew.listen
def _quiet(old_id: int, new_id: int) -> None:
    """Move the rows that are not public: voices, reviews, flags and follows."""
    for topic_id in db.session.scalars(_answered_by(old_id)).all():
        tally_soon(topic_id)
    for rows in COUNTED_ONCE:
        for row in db.session.scalars(select(rows).filter_by(person_id=old_id)).all():
            _hand_over(row, new_id)
    followed = select(Topic).join(TopicFollow).where(TopicFollow.person_id == old_id)
    for topic in db.session.scalars(followed).all():
        let_follow(topic, [new_id])
        db.session.delete(db.session.get_one(TopicFollow, (topic.id, old_id)))
    db.session.flush()


@hooks.person_left.listen
def take_name_off(person_id: int) -> None:
    """Raise the version of the pages with this person's words, so that they are rendered without the name."""
    spoken = [select(rows.topic_id).where(rows.author_id == person_id) for rows in (Statement, Reply)]
    first, second = spoken
    theirs = or_(Topic.author_id == person_id, Topic.id.in_(first.union(second)))
    anew = update(Topic).where(theirs).values(version=Topic.version + 1)
    db.session.execute(anew, execution_options={"synchronize_session": False})


def _leave_own_words_alone(person_id: int) -> None:
    """Delete the person's voices on their own statements, which another device of theirs may have given."""
    own = select(Voice).join(Statement).where(Voice.person_id == person_id, Statement.author_id == person_id)
    for voice in db.session.scalars(own).all():
        tally_soon(db.session.get_one(Statement, voice.statement_id).topic_id)
        db.session.delete(voice)
    db.session.flush()


def _answered_by(person_id: int) -> Select[int]:
    return select(Statement.topic_id).join(Voice).where(Voice.person_id == person_id).distinct()


def _hand_over(row: Any, new_id: int) -> None:
    """Move the row to the new person. If that person has a row with the same key, keep the later one."""
    facts = {column.key: getattr(row, column.key) for column in row.__mapper__.columns} | {"person_id": new_id}
    key = tuple(facts[column.key] for column in row.__mapper__.primary_key)
    there = db.session.get(type(row), key)
    db.session.delete(row)
    db.session.flush()
    if there is None:
        db.session.add(type(row)(**facts))
    elif row.at > there.at:
        for name, value in facts.items():
            setattr(there, name, value)
