"""Answers to whether a finished ticket is solved: who gives them, until when, and what follows. The rule is all here.

- The reporter and those who joined answer (`ticket.answer`), never for themselves who finished it or wrote it down for
  somebody. Anybody else who meets it after the finish (`ticket.still`) joins and says "no" in one step.
- Answers are taken from the finish until 30 days after closing. A person has one answer a round; the last one counts.
- "No" opens the next round, with a clock of its own. The last missing answer closes the ticket, and so do seven days.
  Silence is no answer and never counts as satisfied.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from governance.core.db import db, locked, now, writing
from governance.core.errors import Refused, SentBefore
from governance.core.events import history
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may, require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.tickets import lifecycle as life
from governance.tickets.actions import apply_move
from governance.tickets.model import Answer, Follow, Ticket
from governance.tickets.record import record_event
from governance.tickets.urgency import heed

SILENCE = timedelta(days=7)  # then a resolved ticket closes and counts as not answered
LATE_ANSWER = timedelta(days=30)  # an answer is accepted for so long after closing
NOT_SOLVED = _l("居民说没有办好")  # note of the reopen move in the record
Said = tuple[str, int | None, str]  # solved (yes, partly, no), how satisfied from 1 to 5, words


def give_feedback(
    ticket: Ticket,
    by: Viewer,
    solved: str,
    satisfied: int | None,
    words: str,
    *,
    asked_in: int | None = None,
    submission: str = "",
) -> None:
    """Save one answer per person and round. "no" reopens the ticket; the last missing answer closes it.

    `asked_in` is the round that the page showed. A repeated identical answer to that round changes nothing, and so
    does a repeated submission. Raises SentBefore for a submission that comes again with another answer.
    """
    locked(ticket)
    require(by, "ticket.answer", ticket)
    if _said_before(ticket, by, submission, (solved, satisfied, words)):
        return
    given = db.session.get(Answer, (ticket.id, asked_in or ticket.round, by.person_id))
    if given is not None and (given.solved, given.satisfied, given.words) == (solved, satisfied, words):
        return
    _require_round(ticket, asked_in)
    _give(ticket, by.person_id, by, None, (solved, satisfied, words), submission)


def _require_round(ticket: Ticket, asked_in: int | None) -> None:
    if asked_in not in (None, ticket.round):
        raise Refused("这一轮已经过去了，请看看现在办到哪了")


def _said_before(ticket: Ticket, by: Viewer, submission: str, said: Said) -> bool:
    """Whether this submission was taken already. Raises SentBefore if it said something else."""
    mine = (
        event for event in history("ticket", ticket.id) if event.verb == "answer" and event.actor_id == by.person_id
    )
    first = next((event for event in mine if submission and event.data.get("submission") == submission), None)
    if first and (first.data["solved"], first.data["satisfied"], first.words or "") != said:
        raise SentBefore("tickets.show", ref=ticket.ref)
    return first is not None


def say_still_met(ticket: Ticket, by: Viewer, words: str, *, asked_in: int | None = None, submission: str = "") -> None:
    """我也遇到，还没好: somebody who meets it after the finish joins and answers "no".

    Where another answer has reopened it meanwhile, they join what is being done again, and their words are added.
    `asked_in` is the round that the page showed; of a later finish it says nothing.
    """
    locked(ticket)
    require(by, "ticket.still", ticket)
    is_done_again = ticket.state in life.LISTED and ticket.round > 1
    if not is_done_again:
        require_taken(ticket)
        _require_round(ticket, asked_in)
    add_joiner(ticket, by)
    if not is_done_again:
        _give(ticket, by.person_id, by, None, ("no", None, words), submission)
    elif words:
        heed(ticket, words, by)
        record_event(ticket, "more", by, words=words, photos=0, submission=submission)


def add_joiner(ticket: Ticket, by: Viewer) -> None:
    """Count this person among those who met it. Call it on a locked ticket that they do not follow."""
    db.session.add(Follow(ticket_id=ticket.id, person_id=by.person_id, role="joiner"))
    ticket.joined += 1
    record_event(ticket, "join", by, joined=ticket.joined)


def call_back(ticket: Ticket, by: Viewer, solved: str, satisfied: int | None, words: str) -> None:
    """电话回访: save the reporter's phone answer. The member of staff must not have finished the ticket."""
    with writing():
        locked(ticket)
        require(by, "ticket.call_back", ticket)
        reporter = db.session.scalar(select(func.min(Follow.person_id)).filter_by(ticket_id=ticket.id, role="reporter"))
        if reporter is None:
            raise Refused("这件事没有报的人，不用回访")
        _give(ticket, reporter, by, by.staff_id, (solved, satisfied, words))


def _give(
    ticket: Ticket, person: int | None, by: Viewer, taken_by: int | None, said: Said, submission: str = ""
) -> None:
    require_taken(ticket)
    solved, satisfied, words = said
    key = (ticket.id, ticket.round, person)
    given = db.session.get(Answer, key) or Answer(ticket_id=key[0], round=key[1], person_id=key[2])
    given.solved, given.satisfied, given.words, given.at = solved, satisfied, words, now()
    given.taken_by_id = taken_by
    db.session.add(given)
    heed(ticket, words, by)
    record_event(
        ticket,
        "answer",
        by,
        words=words,
        round=ticket.round,
        solved=solved,
        satisfied=satisfied,
        phone=bool(taken_by),
        submission=submission,
    )
    if solved == "no":
        apply_move(ticket, "reopen", by, {"note": NOT_SOLVED.in_chinese})
    elif ticket.state == life.RESOLVED and _all_answered(ticket):
        apply_move(ticket, "close", SYSTEM, {})


def are_taken(ticket: Ticket) -> bool:
    """Answers are accepted after the finish and for 30 days after closing."""
    late = ticket.state == life.CLOSED and ticket.closed_at is not None and now() - ticket.closed_at <= LATE_ANSWER
    return ticket.state == life.RESOLVED or late


def require_taken(ticket: Ticket) -> None:
    if not are_taken(ticket):
        raise Refused("办结以后才问这一句")


def _all_answered(ticket: Ticket) -> bool:
    db.session.flush()
    concerned = db.session.scalar(select(func.count()).select_from(Follow).filter_by(ticket_id=ticket.id))
    answered = db.session.scalar(
        select(func.count())
        .select_from(Answer)
        .join(Follow, and_(Follow.ticket_id == Answer.ticket_id, Follow.person_id == Answer.person_id))
        .where(Answer.ticket_id == ticket.id, Answer.round == ticket.round)
    )
    return bool(concerned and answered and answered >= concerned)


def own_answer(ticket: Ticket, viewer: Viewer) -> Answer | None:
    """The viewer's answer in this round."""
    return db.session.get(Answer, (ticket.id, ticket.round, viewer.person_id)) if viewer.person_id else None


def is_unanswered(person_id: Any) -> ColumnElement[bool]:
    """Match finished tickets that wait for this follower's answer in their present round."""
    given = exists().where(Answer.ticket_id == Ticket.id, Answer.round == Ticket.round, Answer.person_id == person_id)
    return and_(Ticket.state == life.RESOLVED, ~given)


def takes_answers() -> ColumnElement[bool]:
    """`are_taken` as an SQL condition."""
    late = and_(Ticket.state == life.CLOSED, Ticket.closed_at >= now() - LATE_ANSWER)
    return or_(Ticket.state == life.RESOLVED, late)


def is_done_again() -> ColumnElement[bool]:
    """Match open tickets that somebody's "no" has put back to be done within the days in which others were asked."""
    refused = exists().where(
        Answer.ticket_id == Ticket.id,
        Answer.round == Ticket.round - 1,
        Answer.solved == "no",
        Answer.at >= now() - SILENCE,
    )
    return and_(Ticket.state.in_(life.LISTED), Ticket.round > 1, refused)


def open_to(ticket: Ticket, viewer: Viewer) -> dict[str, bool]:
    """Which answers the viewer may give now, for the page's buttons."""
    taken, may_answer = are_taken(ticket), may(viewer, "ticket.answer", ticket)
    may_call_back = not may_answer and ticket.state == life.RESOLVED and may(viewer, "ticket.call_back", ticket)
    return {
        "may_call_back": may_call_back,
        "may_still": taken and ticket.source != "topic" and may(viewer, "ticket.still", ticket),
        "asks_answer": may_call_back or (may_answer and taken),
    }


def close_the_silent() -> int:
    """Close tickets that have been resolved for a week. Returns their number."""
    waiting = select(Ticket).where(Ticket.state == life.RESOLVED, Ticket.resolved_at < now() - SILENCE).limit(200)
    closed = 0
    for ticket in list(db.session.scalars(waiting)):
        with writing():
            locked(ticket)
            if ticket.state == life.RESOLVED:
                apply_move(ticket, "close", SYSTEM, {})
                closed += 1
    return closed
