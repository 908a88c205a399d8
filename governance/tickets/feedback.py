"""Residents' feedback after the report: 我也遇到, 催一下, 补一句, and answers to whether it is solved."""

from datetime import date, timedelta

from sqlalchemy import and_, func, select

from governance.core.db import db, locked, now, writing
from governance.core.errors import Refused
from governance.core.events import Event, history
from governance.core.translation import AnyText
from governance.core.web.pages import local
from governance.people.access.permissions import may, require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.tickets import lifecycle as life
from governance.tickets.actions import apply_move, still_listed
from governance.tickets.model import Answer, Follow, Nudge, Ticket
from governance.tickets.progress import SAID
from governance.tickets.record import record_event
from governance.tickets.reports import attach
from governance.tickets.urgency import heed

SILENCE = timedelta(days=7)  # then a resolved ticket closes and counts as not answered
LATE_ANSWER = timedelta(days=30)  # an answer is accepted for so long after closing
NOT_SOLVED = "居民说没有办好"  # note of the reopen move in the record


def join(ticket: Ticket, by: Viewer) -> bool:
    """我也遇到: count this person once. Returns True if they were not counted before. Call it inside `writing()`."""
    locked(ticket)
    require(by, "ticket.join", ticket)
    still_listed(ticket)
    if ticket.is_followed_by(by.person_id, "joiner"):
        return False
    db.session.add(Follow(ticket_id=ticket.id, person_id=by.person_id, role="joiner"))
    ticket.joined += 1
    record_event(ticket, "join", by, joined=ticket.joined)
    return True


def nudge(ticket: Ticket, by: Viewer) -> bool:
    """催一下: count one nudge per person and day. Returns True if this is today's first."""
    locked(ticket)
    require(by, "ticket.nudge", ticket)
    still_listed(ticket)
    key = _today(ticket, by)
    if db.session.get(Nudge, key):
        return False
    db.session.add(Nudge(ticket_id=key[0], person_id=key[1], day=key[2]))
    ticket.nudged += 1
    record_event(ticket, "nudge", by, nudged=ticket.nudged)
    return True


def has_said(deed: str, ticket: Ticket, by: Viewer) -> bool:
    """Return True if this person was counted already."""
    if deed == "join":
        return ticket.is_followed_by(by.person_id, "joiner")
    return db.session.get(Nudge, _today(ticket, by)) is not None


def _today(ticket: Ticket, by: Viewer) -> tuple[int, int | None, date]:
    return (ticket.id, by.person_id, local(now()).date())


def more(ticket: Ticket, by: Viewer, words: str, submission: str) -> bool:
    """补一句: add words or photos from a follower, for staff. Returns False if this submission was added before."""
    locked(ticket)
    require(by, "ticket.more", ticket)
    first = said_more(ticket, by, submission)
    if first is not None and first.words not in (None, words):
        raise Refused("这一句刚才送到了；还有要说的，请再补一句")
    if first is not None:
        return False
    if not ticket.status.open:
        raise Refused("这件事%(state)s。还有问题请重新报一次", state=ticket.status.for_residents)
    heed(ticket, words, by)
    photos = attach(ticket.id, by, submission, "more")
    record_event(ticket, "more", by, words=words, photos=photos, submission=submission)
    return True


def show_in_mine(ticket: Ticket, by: Viewer, shown: bool) -> None:
    """Take a followed ticket off the page 我的, or put it back. Not recorded: it concerns nobody else."""
    require(by, "ticket.nudge", ticket)
    follow = db.session.get_one(Follow, (ticket.id, by.person_id))
    follow.hidden_at = None if shown else now()


def is_in_mine(ticket: Ticket, by: Viewer) -> bool:
    follow = db.session.get(Follow, (ticket.id, by.person_id)) if by.person_id else None
    return follow is not None and follow.hidden_at is None


def said_more(ticket: Ticket, by: Viewer, submission: str) -> Event | None:
    """Return the 补一句 event of this submission, if it exists."""
    mine = (event for event in history("ticket", ticket.id) if event.actor_id == (by.staff_id or by.person_id))
    return next((event for event in mine if event.verb == "more" and event.data.get("submission") == submission), None)


def give_feedback(
    ticket: Ticket, by: Viewer, solved: str, satisfied: int | None, words: str, asked_in: int | None = None
) -> None:
    """Save one answer per person and round. "no" reopens the ticket; the last missing answer closes it.

    `asked_in` is the round that the page showed. A repeated identical answer to that round changes nothing.
    """
    locked(ticket)
    require(by, "ticket.answer", ticket)
    given = db.session.get(Answer, (ticket.id, asked_in or ticket.round, by.person_id))
    if given is not None and (given.solved, given.satisfied, given.words) == (solved, satisfied, words):
        return
    if asked_in not in (None, ticket.round):
        raise Refused("这一轮已经过去了，请看看现在办到哪了")
    _give(ticket, by.person_id, by, None, (solved, satisfied, words))


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
    ticket: Ticket, person: int | None, by: Viewer, taken_by: int | None, said: tuple[str, int | None, str]
) -> None:
    if not _answers_taken(ticket):
        raise Refused("办结以后才问这一句")
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
    )
    if solved == "no":
        apply_move(ticket, "reopen", by, {"note": NOT_SOLVED})
    elif ticket.state == life.RESOLVED and _all_answered(ticket):
        apply_move(ticket, "close", SYSTEM, {})


def _answers_taken(ticket: Ticket) -> bool:
    """Answers are accepted after the finish and for 30 days after closing."""
    late = ticket.state == life.CLOSED and ticket.closed_at is not None and now() - ticket.closed_at <= LATE_ANSWER
    return ticket.state == life.RESOLVED or late


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


def said(ticket: Ticket, viewer: Viewer) -> AnyText:
    """Return the viewer's answer in this round, as a label."""
    given = db.session.get(Answer, (ticket.id, ticket.round, viewer.person_id)) if viewer.person_id else None
    return SAID[given.solved] if given else ""


def open_to(ticket: Ticket, viewer: Viewer) -> dict[str, bool]:
    """Return the feedback that the viewer may give now, for the page's buttons."""
    listed, is_open = ticket.state in life.LISTED, ticket.status.open
    follows = may(viewer, "ticket.nudge", ticket)
    may_answer = may(viewer, "ticket.answer", ticket)
    may_call_back = not may_answer and ticket.state == life.RESOLVED and may(viewer, "ticket.call_back", ticket)
    return {
        "may_join": listed
        and ticket.source != "topic"
        and not follows
        and not viewer.posts
        and may(viewer, "ticket.join", ticket),
        "may_nudge": listed and follows,
        "may_more": is_open and may(viewer, "ticket.more", ticket),
        "may_call_back": may_call_back,
        "asks_answer": may_call_back or (may_answer and _answers_taken(ticket)),
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
