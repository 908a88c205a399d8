"""Jobs of the hall: count the voices of a topic and build its opinion table."""

from sqlalchemy import bindparam, case, func, select, update

from governance.core.db import db, locked, now, writing
from governance.core.jobs import job
from governance.discussions.model import AGREE, DISAGREE, PASS, SHOWN, Statement, Topic, Voice
from governance.discussions.opinion_table import tabled
from governance.people.model import Person


@job("discussions.tally", lease=120)
def tally(topic_id: int) -> None:
    """Recount the voices of a topic. Idempotent: the counts are derived from the voices."""
    with writing():
        topic = db.session.get(Topic, topic_id)
        if topic is None:
            return
        locked(topic)
        _count(topic)
        shown = db.session.scalars(select(Statement).filter_by(topic_id=topic.id, state=SHOWN)).all()
        topic.table, topic.tallied_at = tabled(shown).plain(), now()
        topic.people, topic.known = _people(topic)
        topic.version += 1


def _count(topic: Topic) -> None:
    sides = (("agreed", AGREE), ("disagreed", DISAGREE), ("passed", PASS))
    counts = [func.sum(case((Voice.answer == side, 1), else_=0)).label(name) for name, side in sides]
    ids = list(db.session.scalars(select(Statement.id).filter_by(topic_id=topic.id)))
    counted = select(Voice.statement_id, *counts).where(Voice.statement_id.in_(ids)).group_by(Voice.statement_id)
    rows = {row.statement_id: row for row in db.session.execute(counted)}
    new = [
        {"key": id_, **{name: getattr(rows[id_], name) if id_ in rows else 0 for name, _side in sides}} for id_ in ids
    ]
    if new:
        table = Statement.metadata.tables["statement"]
        change = update(table).where(table.c.id == bindparam("key"))
        db.session.connection().execute(change, new)
        db.session.expire_all()


def _people(topic: Topic) -> tuple[int, int]:
    """How many people gave a voice, and how many of them are known to the community."""
    answered = select(Voice.person_id).join(Statement, Statement.id == Voice.statement_id)
    once = answered.where(Statement.topic_id == topic.id).distinct().subquery()
    counts = select(func.count(), func.count(Person.known_at)).select_from(once)
    people, known = db.session.execute(counts.join(Person, Person.id == once.c.person_id)).one()
    return people, known
