"""Actions that change a ticket. Each one checks, changes and records in one transaction.

reports.py creates tickets.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from governance import links
from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.lifecycle import Made
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.model import Body
from governance.tickets import lifecycle as life
from governance.tickets import publishing
from governance.tickets.lifecycle import LIFE, TicketMove
from governance.tickets.model import Follow, Ticket, read_number
from governance.tickets.record import record_event
from governance.tickets.reporting.reports import attach

NEW_TOPIC = "new"


def make_move(ticket: Ticket, name: str, by: Viewer, answers: Mapping[str, str], submission: str = "") -> None:
    """Make one move of the lifecycle.

    Raises Missing (no such move), Forbidden, Refused (not from this state, or not any more), Invalid by field.
    """
    with writing():
        _lock_in_order(ticket, answers)
        LIFE.make(ticket, name, by, {**answers, "submission": submission}, require)


def _lock_in_order(ticket: Ticket, answers: Mapping[str, str]) -> None:
    """Lock the ticket and its merge target, lower id first, so that two opposite merges cannot deadlock."""
    number = read_number(answers.get("into", ""))
    for id_ in sorted({ticket.id, number or ticket.id}):
        if id_ == ticket.id:
            locked(ticket)
        else:
            db.session.get(Ticket, id_, with_for_update={"of": Ticket, "key_share": True})


def apply_move(ticket: Ticket, name: str, by: Viewer, answers: Mapping[str, str]) -> None:
    """Make and record a move without a permission check. Call it on a locked ticket."""
    LIFE.apply(ticket, name, by, answers)


@LIFE.records
def _record_move(ticket: Ticket, made: Made[TicketMove]) -> None:
    """Record a move and attach the photos of its submission. A move that publishes also counts as the first look."""
    if made.move.publishes:
        made.facts.update(publishing.first_look(ticket, made.answers))
    submission = made.answers.get("submission", "")
    let_out = made.move.brings_photos and not ticket.urgent
    ticket.closed_at = None if ticket.status.open else ticket.closed_at or now()
    record_event(
        ticket,
        made.move.name,
        made.by,
        words=made.words,
        came_from=made.came_from,
        to=ticket.state,
        photos=attach(ticket.id, made.by, submission, made.move.name, let_out=let_out) if submission else 0,
        **made.facts,
    )
    links.changed("ticket", ticket.id)


def publish(
    ticket: Ticket,
    by: Viewer,
    reason: str,
    *,
    hide_words: bool,
    let_out: Collection[str],
    seen: Collection[str],
    public_words: str = "",
) -> None:
    """Change what others see: the wording, whether the words show, and which of the `seen` photos are let out.

    The record keeps the reason; the original words stay.
    """
    with writing():
        locked(ticket)
        require(by, "ticket.publish", ticket)
        reworded = bool(public_words.strip()) and public_words.strip() != ticket.said_publicly
        turned = publishing.let_out(ticket, let_out, seen)
        if not (reworded or turned or hide_words != ticket.words_hidden):
            raise Invalid({"reason": _l("没有改动：请先勾上或者去掉一样")})
        shown = {"photos": {photo.key in let_out for photo in turned}, "words": set[bool]()}
        if hide_words != ticket.words_hidden:
            ticket.words_hidden, shown["words"] = hide_words, {not hide_words}
        if reworded:
            ticket.public_words = public_words.strip()
            record_event(ticket, "reword", by, words=reason)
        for verb, out in (("hide", False), ("show", True)):
            parts = [part for part in ("photos", "words") if out in shown[part]]
            if parts:
                record_event(ticket, verb, by, words=reason, parts=parts)


def send_contact(ticket: Ticket, by: Viewer, reason: str, *, send: bool) -> None:
    """Let the body see the reporter's contact, or no longer. Raises Refused where no body has the ticket."""
    with writing():
        locked(ticket)
        require(by, "ticket.send_contact", ticket)
        if ticket.body is None:
            raise Refused("这件事没有派给单位")
        if ticket.contact_sent != send:
            ticket.contact_sent = send
            verb = "contact_send" if send else "contact_keep"
            record_event(ticket, verb, by, words=reason, body=ticket.body.name)


@LIFE.changes("accept")
def _accept(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.handler_id = by.staff_id
    ticket.accepted_at = ticket.accepted_at or now()
    return {}


@LIFE.changes("dispatch")
def _dispatch(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    chosen = answers["body"]
    body = db.session.get(Body, int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else None
    if body is None or body.place_id not in ticket.place.ancestors:
        raise Invalid({"body": _l("请从名单里选一个单位")})
    ticket.body_id, ticket.contact_sent = body.id, bool(answers.get("send_contact"))
    return {"body": body.name} | ({"contact": True} if ticket.contact_sent else {})


@LIFE.changes("return")
def _return(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    body, ticket.body_id, ticket.contact_sent = ticket.body, None, False
    return {"body": body.name if body else ""}


@LIFE.changes("hold")
def _hold(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.hold_reason, ticket.held_at = answers["note"], now()
    return {}


@LIFE.changes("resume")
def _resume(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    if ticket.held_at:
        ticket.due_at += now() - ticket.held_at
    ticket.hold_reason = ticket.held_at = None
    return {}


@LIFE.changes("finish")
def _finish(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """Make the preceding move first if the state asks for it; the record shows both."""
    if ticket.status.before_finish:
        apply_move(ticket, ticket.status.before_finish, by, {**answers, "note": "", "submission": ""})
    ticket.finisher_id = by.staff_id
    if ticket.category.verify:
        return {"state": life.PENDING_VERIFY}
    return _resolved(ticket)


@LIFE.changes("verify")
def _verify(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    return _resolved(ticket)


def _resolved(ticket: Ticket) -> dict[str, Any]:
    ticket.resolved_at = now()
    ticket.first_resolved_at = ticket.first_resolved_at or ticket.resolved_at
    return {}


@LIFE.changes("merge")
def _merge(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    number = read_number(answers["into"])
    target = db.session.get(Ticket, number) if number else None  # `_lock_in_order` has locked it
    if target is None or target.community_id != ticket.community_id or target.id == ticket.id:
        raise Invalid({"into": _l("没有这个编号，或不在本社区")})
    if target.state not in life.LISTED or target.private != ticket.private:
        raise Invalid({"into": _l("那一件已经办完，或者不公开，不能并进去")})
    require(by, "ticket.merge", target)
    ticket.merged_into_id = target.id
    _carry_voices(ticket, target)
    return {"into": target.number}


@LIFE.changes("to_topic")
def _to_topic(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """Hand the ticket to a topic; the followers of the ticket follow the topic."""
    if ticket.private or ticket.category.private:
        raise Invalid({"title": _l("不公开的事不能拿来公开商量")})
    concerned = db.session.scalars(select(Follow.person_id).filter_by(ticket_id=ticket.id)).all()
    into, title = answers["topic"].removeprefix(NEW_TOPIC), answers.get("title", "")
    topic_id, name = links.topics().receive(ticket.id, concerned, ticket.place, by, into, title)
    new = answers["topic"] == NEW_TOPIC
    return {"topic": topic_id} | ({"title": name} if new else {})  # an existing title is its author's to erase


def _carry_voices(ticket: Ticket, target: Ticket) -> None:
    """Make the followers of `ticket` joiners of `target`, and count each person once."""
    db.session.flush()
    there = set(db.session.scalars(select(Follow.person_id).filter_by(ticket_id=target.id)))
    here = set(db.session.scalars(select(Follow.person_id).filter_by(ticket_id=ticket.id)))
    db.session.add_all(Follow(ticket_id=target.id, person_id=person, role="joiner") for person in here - there)
    target.joined += len(here - there)
    record_event(target, "join", SYSTEM, joined=target.joined, merged=ticket.number)


@LIFE.changes("reopen")
def _reopen(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """A resident's answer puts the ticket where somebody has to look first; staff who reopen it have looked."""
    ticket.round += 1
    ticket.due_at = now() + timedelta(hours=ticket.category.hours)
    ticket.resolved_at = ticket.finisher_id = ticket.body_id = None
    ticket.contact_sent = False
    return {"round": ticket.round} | ({} if by.staff_id else {"state": life.SUBMITTED})


def still_listed(ticket: Ticket) -> None:
    """Raises Refused when residents can no longer join the ticket."""
    if ticket.state not in life.LISTED:
        raise Refused("这件事%(state)s。还有问题请重新报一次", state=ticket.status.for_residents)
