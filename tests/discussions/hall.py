"""Short ways into the hall for tests of what changes it: topics, words, voices, and people to say them."""

import itertools
import uuid
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.core.web.pages import local
from governance.discussions import actions, contributions, page
from governance.discussions.model import Reply, Statement, Topic, Voice
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from tests.cast import Cast

NUMBERS = itertools.count(1)
TODAY = local(now()).date().isoformat()
SOON = (local(now()).date() + timedelta(days=30)).isoformat()


def fresh() -> str:
    return str(uuid.uuid4())


def begun(cast: Cast, place: str = "3号院", title: str = "院里装充电棚") -> Topic:
    """A topic the community put up."""
    return actions.begin(cast.place(place), cast.viewer("shen"), fresh(), title, "现在飞线充电")


def proposed(cast: Cast, by: Viewer, place: str = "5号楼", title: str = "楼道刷墙") -> Topic:
    with writing():
        return actions.propose(cast.place(place), by, fresh(), title, "掉灰")


def decided(cast: Cast, **facts: Any) -> Topic:
    topic = begun(cast, **facts)
    actions.make_move(topic, "decide", cast.viewer("shen"), {"note": "东门装两个"})
    return topic


def content(topic: Topic) -> page.Content:
    """What anybody reads on its page."""
    connection = db.session.connection()
    with current_app.test_request_context():
        return page.content(connection, page.topic_view(connection, topic.ref))


def standing(topic: Topic) -> set[int]:
    """The statements that are shown, by their ids."""
    return {one.id for one in page.statements(db.session.connection(), topic.id, "").rows}


def anybody() -> Viewer:
    """A device that has acted before."""
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
    return Viewer(person_id=person.id)


def said(topic: Topic, by: Viewer, words: str = "", submission: str = "") -> Statement:
    with writing():
        return contributions.say(topic, by, submission or fresh(), words or f"先装{next(NUMBERS)}个")


def replied(topic: Topic, by: Viewer, words: str = "装在哪边？", to: Any = None, submission: str = "") -> Reply:
    with writing():
        return contributions.reply(topic, by, submission or fresh(), words, to)


def voiced(statement: Statement, by: Viewer, answer: int) -> None:
    with writing():
        contributions.voice(statement, by, answer)


def voices(statement: Statement) -> dict[int, int]:
    """Who answered what, as it is in the database now."""
    db.session.rollback()
    rows = db.session.execute(select(Voice.person_id, Voice.answer).filter_by(statement_id=statement.id))
    return {row.person_id: row.answer for row in rows}


def reported(cast: Cast, by: Viewer, place: str = "5号楼", category: str = "parking", **told: Any) -> Ticket:
    with writing():
        told = {"words": "电动车没处停"} | told
        return reports.submit_report(cast.place(place), by, cast.category(category), fresh(), **told)


def verbs(topic: Topic) -> list[str]:
    """What the record says was done with it, in order."""
    db.session.rollback()
    query = select(Event.verb).filter_by(noun="topic", subject_id=topic.id).order_by(Event.id)
    return list(db.session.scalars(query))
