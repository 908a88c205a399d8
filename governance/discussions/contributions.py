"""Contributions to a topic: statements, voices, replies; and their moderation.

A voice is not an event. Nothing is hidden automatically: a watchword or a flag only asks staff to check the words.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from governance.core.db import db, locked, now, numbered, writing
from governance.core.db import find_by as one
from governance.core.errors import Invalid, Missing, Refused, SentBefore
from governance.core.translation import LazyText as _l
from governance.discussions import danger
from governance.discussions import lifecycle as life
from governance.discussions.actions import follow, hand_over, record_event, tally_soon
from governance.discussions.model import (
    HIDDEN,
    SHOWN,
    TAKEN_BACK,
    WAITING,
    Flag,
    Reply,
    Spoken,
    Statement,
    Topic,
    Voice,
)
from governance.discussions.moderation import signs
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer

KINDS: dict[str, Any] = {"statement": Statement, "reply": Reply}
LONGEST = {"statement": 140, "reply": 300}


def say(topic: Topic, by: Viewer, submission: str, words: str, from_group: bool = False) -> Statement:
    """Add one short statement. A repeated submission returns the first statement.

    Raises Invalid if the topic already has a statement with the same words. Call it inside `writing()`.
    """
    require(by, "topic.say", locked(topic))
    first: Statement | None = _said_before(Statement, by, submission, words)
    if first:
        return first
    _still(topic, life.SPOKEN_IN)
    same = select(Statement).where(Statement.topic_id == topic.id, Statement.words == words, Statement.state != HIDDEN)
    said = db.session.scalars(same.limit(1)).first()
    if said is not None:
        mine = said.author_id == _author(by)
        raise Invalid({"words": "这句您说过了" if mine else "这句话已经有人说过了，去给它表个态吧"})
    statement = Statement(topic_id=topic.id, words=words, from_group=from_group, **_spoken(by, submission, words))
    db.session.add(statement)
    _said(topic, by, statement)
    return statement


def reply(
    topic: Topic, by: Viewer, submission: str, words: str, to: Spoken | None = None, from_group: bool = False
) -> Reply:
    """Add a reply to the topic, to a statement or to another reply. Call it inside `writing()`."""
    require(by, "topic.say", locked(topic))
    first: Reply | None = _said_before(Reply, by, submission, words)
    if first:
        return first
    _still(topic, life.REPLIED_IN)
    given = Reply(topic_id=topic.id, words=words, from_group=from_group, **_spoken(by, submission, words))
    if isinstance(to, Reply):
        given.parent_id, given.statement_id = to.parent_id or to.id, to.statement_id
    elif to is not None:
        given.statement_id = to.id
    db.session.add(given)
    _said(topic, by, given)
    return given


def _said_before(kind: Any, by: Viewer, submission: str, words: str) -> Any:
    """What this submission already made, if anything. Raises SentBefore if its words were others."""
    first = one(kind, author_id=_author(by), submission=submission)
    if first is not None and first.words not in (words, TAKEN_BACK):
        raise SentBefore("discussions.say", ref=first.topic.ref, _anchor="mine")
    return first


def _author(by: Viewer) -> int | None:
    """The author's id: the staff id for staff, else the resident's."""
    return by.staff_id or by.person_id


def _spoken(by: Viewer, submission: str, words: str) -> dict[str, Any]:
    waits = by.staff_id is None and bool(signs(words))
    urgent = by.staff_id is None and danger.is_in(words)
    facts = {"author_id": _author(by), "submission": submission, "official": by.staff_id is not None, "urgent": urgent}
    return facts | {"state": WAITING if waits else SHOWN}


def _said(topic: Topic, by: Viewer, spoken: Spoken) -> None:
    db.session.flush()
    if by.staff_id is None:
        follow(topic, by)
    facts = {"from_group": True} if spoken.from_group else {}
    record_event(
        topic, f"{spoken.noun}_say", by, words=spoken.words, id=spoken.id, waits=spoken.state == WAITING, **facts
    )
    if spoken.urgent:
        record_event(topic, "danger", by)


def _still(topic: Topic, states: tuple[str, ...]) -> None:
    if topic.state not in states:
        raise Refused(f"这个议题{topic.status.label}，不再收新的话")


def voice(statement: Statement, by: Viewer, answer: int) -> None:
    """Agree, disagree or pass. The latest voice of a person on a statement counts. Call it inside `writing()`."""
    require(by, "topic.voice", statement.topic)
    _still(statement.topic, life.SPOKEN_IN)
    if statement.state != SHOWN:
        raise Refused("这句话现在不能表态")
    if statement.author_id == by.person_id:
        raise Refused("自己的话不用自己表态")
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    given = insert(Voice).values(statement_id=statement.id, person_id=by.person_id, answer=answer, at=now())
    latest = {"answer": given.excluded.answer, "at": given.excluded.at}
    db.session.execute(given.on_conflict_do_update(index_elements=["statement_id", "person_id"], set_=latest))
    tally_soon(statement.topic_id)


def found(topic: Topic, noun: str, id_: int) -> Spoken:
    """Return the statement or reply of this topic with this id. Raises Missing."""
    kind = KINDS.get(noun)
    spoken: Spoken | None = numbered(kind, id_) if kind else None
    if spoken is None or spoken.topic_id != topic.id:
        raise Missing
    return spoken


def flag(spoken: Spoken, by: Viewer, words: str) -> None:
    """举报: ask staff to check these words, once per person. Call it inside `writing()`."""
    require(by, "topic.flag", spoken.topic)
    if spoken.state != SHOWN:
        raise Refused("这句话已经不公开了")
    key = (spoken.noun, spoken.id, by.person_id)
    given = db.session.get(Flag, key)
    if given is None:
        given = Flag(noun=key[0], subject_id=key[1], person_id=key[2], topic_id=spoken.topic_id)
        db.session.add(given)
        record_event(spoken.topic, "flag", by, words=words, noun=spoken.noun, id=spoken.id)
    given.words = words


def appeal(spoken: Spoken, by: Viewer, words: str) -> None:
    """Appeal once against the hiding of one's own words. Call it inside `writing()`."""
    locked(spoken)
    if spoken.author_id != by.person_id:
        raise Missing
    if spoken.state != HIDDEN or spoken.appeal:
        raise Refused("申诉过了，或者这句话没有被收起")
    spoken.appeal = words
    record_event(spoken.topic, "appeal", by, words=words, noun=spoken.noun, id=spoken.id)


def hide(spoken: Spoken, by: Viewer, reason: str) -> None:
    """Hide words with a reason for their author, and settle the flags on them."""
    with writing():
        require(by, "topic.moderate", locked(spoken).topic)
        if spoken.state == HIDDEN:
            raise Refused("已经收起了")
        spoken.state, spoken.reason = HIDDEN, reason
        _settle_flags(spoken)
        tally_soon(spoken.topic_id)
        record_event(spoken.topic, "hide", by, words=reason, noun=spoken.noun, id=spoken.id)


def show(spoken: Spoken, by: Viewer, public_words: str = "") -> None:
    """Show words, also after hiding, and settle the flags on them. What waited for this look is masked.

    Raises Refused for words of danger without a public wording, or with one that speaks of it too.
    """
    with writing():
        require(by, "topic.moderate", locked(spoken).topic)
        danger.refuse_as_it_stands(danger.is_in(public_words) or (spoken.urgent and not public_words))
        if public_words or (spoken.is_waiting and not spoken.official):
            spoken.words = danger.published(public_words or spoken.words, LONGEST[spoken.noun])
        spoken.urgent = False
        spoken.state, spoken.reason, spoken.appeal, spoken.answered_at = SHOWN, "", "", None
        _settle_flags(spoken)
        tally_soon(spoken.topic_id)
        record_event(spoken.topic, "show", by, noun=spoken.noun, id=spoken.id)


def give_to_workers(spoken: Spoken, by: Viewer) -> None:
    """Make words of danger a private ticket of their author, and keep them hidden here. Raises Refused."""
    with writing():
        require(by, "topic.moderate", locked(spoken).topic)
        if not spoken.urgent or spoken.state == HIDDEN:
            raise Refused("这句话里没有说到危险，或者已经收起了")
        ticket_id = hand_over(spoken.topic, by, spoken.author_id, spoken.submission, spoken.words)
        spoken.state, spoken.reason = HIDDEN, str(_l("转给办事的人了，不公开；进展在“我的”里看"))
        _settle_flags(spoken)
        record_event(spoken.topic, "hand_over", by, noun=spoken.noun, id=spoken.id, ticket=ticket_id)


def uphold(spoken: Spoken, by: Viewer, reason: str) -> None:
    """Reject an appeal: the words stay hidden and the author reads the reason."""
    with writing():
        require(by, "topic.moderate", locked(spoken).topic)
        if spoken.state != HIDDEN:
            raise Refused("这句话没有被收起")
        spoken.reason, spoken.answered_at = reason, now()
        record_event(spoken.topic, "uphold", by, words=reason, noun=spoken.noun, id=spoken.id)


def _settle_flags(spoken: Spoken) -> None:
    db.session.flush()
    open_ = update(Flag).where(Flag.noun == spoken.noun, Flag.subject_id == spoken.id, Flag.settled_at.is_(None))
    db.session.execute(open_.values(settled_at=now()), execution_options={"synchronize_session": False})
