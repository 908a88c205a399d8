"""Everything that changes a ticket along its life. Each action checks, changes, then records, in one transaction."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from governance.core import chain
from governance.core.crypto import new_ref
from governance.core.db import by as one
from governance.core.db import connection, db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.events import append
from governance.core.prepared import Insert, Prepared
from governance.people.access import SYSTEM, Viewer
from governance.people.model import Body
from governance.people.permissions import require
from governance.places.actions import freshen
from governance.places.landing import Site
from governance.places.model import Place
from governance.tickets import lifecycle as life
from governance.tickets import publishing
from governance.tickets.categories import Choice
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Category, Follow, Photo, Ticket, read_number

MOST_PHOTOS = 6
NEW_TOPIC = "new"
TICKET, FOLLOW = Insert(Ticket), Insert(Follow)
_SENT = (Ticket.submitter_id == bindparam("submitter"), Ticket.submission == bindparam("submission"))
SENT: Prepared[tuple[str]] = Prepared(select(Ticket.ref).where(*_SENT))
_MINE = Photo.person_id.in_([bindparam("person"), bindparam("staff")])
_STAGED = select(Photo.id).where(_MINE, Photo.submission == bindparam("under"), Photo.ticket_id.is_(None))
_FIRST = _STAGED.order_by(Photo.id).limit(MOST_PHOTOS)
ATTACH: Prepared[tuple[()]] = Prepared(
    update(Photo).where(Photo.id.in_(_FIRST)).values(ticket_id=bindparam("ticket"), step=bindparam("taken_at"))
)


def report(by: Viewer, place: Place, category: Category, submission: str, **told: Any) -> Ticket:
    """A new ticket by the person behind `by`; the same submission again gives the first ticket back, unchanged.

    `told`: words, where, private, contact_name, contact_phone, source. Call it inside `writing()`.
    """
    first = reported(by.person_id, submission)
    return first or _whole(_report(by, by.person_id, by.person_id, place, category, submission, told))


def new_report(by: Viewer, place: Place | Site, category: Category | Choice, submission: str, **told: Any) -> str:
    """The same for who has looked already that the submission is new; says only the ticket's reference."""
    return _report(by, by.person_id, by.person_id, place, category, submission, told)


def _whole(ref: str) -> Ticket:
    return db.session.scalars(select(Ticket).filter_by(ref=ref)).one()


def reported(submitter_id: int | None, submission: str) -> Ticket | None:
    """The ticket that this submission made, if it was taken before."""
    return one(Ticket, submitter_id=submitter_id, submission=submission)


def ref_of(by: Viewer, submission: str) -> str | None:
    """The reference of the ticket that this submission of theirs made."""
    found = None if by.new else SENT.first(connection(), submitter=by.person_id, submission=submission)
    return found[0] if found else None


def _report(
    by: Viewer,
    submitter_id: int | None,
    reporter_id: int | None,
    place: Place | Site,
    category: Category | Choice,
    submission: str,
    told: Mapping[str, Any],
) -> str:
    told = {"words": "", "source": "code", **told, "private": bool(told.get("private") or category.private)}
    ref = new_ref()
    id_ = TICKET.new(
        connection(),
        ref=ref,
        submitter_id=submitter_id,
        submission=submission,
        place_id=place.id,
        category_id=category.id,
        due_at=now() + timedelta(hours=category.hours),
        **place.areas(),
        **told,
    )
    FOLLOW.run(connection(), ticket_id=id_, person_id=reporter_id, role="reporter")
    photos = _attach(id_, by, submission, "report")
    facts = {"words": told["words"], "photos": photos, "source": told["source"]}
    _note(id_, place, told["private"], "report", by, **facts)
    return ref


def report_for(by: Viewer, reporter_id: int, place: Place, category: Category, submission: str, **told: Any) -> Ticket:
    """A ticket that staff write down for somebody who cannot; that somebody is its reporter."""
    require(by, "ticket.assist", place)
    told |= {"assisted_by_id": by.staff_id}
    first = reported(by.staff_id, submission)
    return first or _whole(_report(by, by.staff_id, reporter_id, place, category, submission, told))


def attach_photos(ticket: Ticket, by: Viewer, submission: str, step: str) -> int:
    """Hand the photos staged under a submission to the ticket; says how many there were."""
    return _attach(ticket.id, by, submission, step)


def _attach(ticket_id: int, by: Viewer, submission: str, step: str) -> int:
    if by.new and by.staff_id is None:
        return 0
    mine = {"person": by.person_id, "staff": by.staff_id}
    return ATTACH.run(connection(), ticket=ticket_id, under=submission, taken_at=step, **mine)


def move(ticket: Ticket, name: str, by: Viewer, answers: Mapping[str, str], submission: str = "") -> None:
    """Take the ticket along one arrow of its life.

    Raises Missing (no such move), Forbidden, Refused (not from here, or somebody was first), Invalid by field.
    """
    with writing():
        _lock_in_order(ticket, answers)
        LIFE.move(name)
        require(by, f"ticket.{name}", ticket)
        take(ticket, name, by, answers, submission)


def _lock_in_order(ticket: Ticket, answers: Mapping[str, str]) -> None:
    """The ticket and the one it is merged into, the lower number first: two merged into each other cannot deadlock."""
    number = read_number(answers.get("into", ""))
    for id_ in sorted({ticket.id, number or ticket.id}):
        if id_ == ticket.id:
            locked(ticket)
        else:
            db.session.get(Ticket, id_, with_for_update={"of": Ticket, "key_share": True})


def take(ticket: Ticket, name: str, by: Viewer, answers: Mapping[str, str], submission: str = "") -> None:
    """The change and its record, once the right to it is settled. Call it on a locked ticket."""
    step = LIFE.take(name, ticket.state, answers)
    source = ticket.state
    facts = CHANGES.get(name, _nothing)(ticket, by, answers)
    if step.publishes:
        facts |= publishing.first_look(ticket, answers)
    ticket.state = facts.pop("state", step.target)
    photos = attach_photos(ticket, by, submission, name) if submission else 0
    _closing(ticket)
    note(
        ticket,
        name,
        by,
        words=answers.get("note", ""),
        came_from=source,
        to=ticket.state,
        photos=photos,
        **facts,
    )
    chain.changed("ticket", ticket.id)


def publish(ticket: Ticket, by: Viewer, hidden: Collection[str], reason: str, seen: str) -> None:
    """Keep words or photos back from others, or let others see them again; the reason goes on record."""
    with writing():
        locked(ticket)
        require(by, "ticket.publish", ticket)
        before, after = publishing.kept_back(ticket), set(hidden)
        if before == after:
            raise Invalid({"reason": "没有改动：请先勾上或者去掉一样"})
        if "photos" in before - after and publishing.unseen(ticket, seen):
            raise Invalid({"hide_photos": "有照片还没处理好，等看到了再公开"})
        publishing.keep_back(ticket, after)
        for verb, parts in (("hide", after - before), ("show", before - after)):
            if parts:
                note(ticket, verb, by, words=reason, parts=sorted(parts))


def note(ticket: Ticket, verb: str, by: Viewer, words: str = "", **facts: Any) -> None:
    """Record what was done, with the ancestors as they stand, and have the scan pages made anew."""
    _note(ticket.id, ticket.place, ticket.private, verb, by, words, **facts)


def _note(id_: int, place: Place | Site, private: bool, verb: str, by: Viewer, words: str = "", **facts: Any) -> None:
    append(
        f"ticket.{verb}",
        id_,
        stream=place.stream,
        scope=place.path,
        actor=by.label,
        actor_id=by.staff_id or by.person_id,
        words=words,
        **facts,
    )
    if not private:
        freshen(place)


def _nothing(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    return {}


def _accept(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.handler_id = by.staff_id
    return {}


def _dispatch(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    chosen = answers["body"]
    body = db.session.get(Body, int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else None
    if body is None or body.place_id not in ticket.place.line:
        raise Invalid({"body": "请从名单里选一个单位"})
    ticket.body_id = body.id
    return {"body": body.name}


def _return(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    body, ticket.body_id = ticket.body, None
    return {"body": body.name if body else ""}


def _hold(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.hold_reason, ticket.held_at = answers["note"], now()
    return {}


def _resume(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    if ticket.held_at:
        ticket.due_at += now() - ticket.held_at
    ticket.hold_reason = ticket.held_at = None
    return {}


def _finish(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """The addressee may take the steps before in the same tap; the record shows them all."""
    if ticket.state == life.SUBMITTED:
        take(ticket, "accept", by, {**answers, "note": ""})
    elif ticket.state == life.DISPATCHED:
        take(ticket, "start", by, {})
    ticket.finisher_id = by.staff_id
    if ticket.category.verify:
        return {"state": life.PENDING_VERIFY}
    ticket.resolved_at = now()
    return {}


def _verify(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.resolved_at = now()
    return {}


def _merge(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    number = read_number(answers["into"])
    target = db.session.get(Ticket, number) if number else None  # locked already, in order
    if target is None or target.community_id != ticket.community_id or target.id == ticket.id:
        raise Invalid({"into": "没有这个编号，或不在本社区"})
    if target.state not in life.LISTED or target.private != ticket.private:
        raise Invalid({"into": "那一件已经办完，或者不公开，不能并进去"})
    require(by, "ticket.merge", target)
    ticket.merged_into_id = target.id
    _carry_voices(ticket, target)
    return {"into": target.number}


def _to_topic(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    """The hall takes it over; everybody concerned by the ticket follows the topic there."""
    if ticket.private or ticket.category.private:
        raise Invalid({"title": "不公开的事不能拿来公开商量"})
    concerned = db.session.scalars(select(Follow.person_id).filter_by(ticket_id=ticket.id)).all()
    into, title = answers["topic"].removeprefix(NEW_TOPIC), answers.get("title", "")
    topic_id, name = chain.ask("topic.receive", ticket.id, concerned, ticket.place, by, into, title)
    return {"topic": topic_id, "title": name}


def _carry_voices(ticket: Ticket, target: Ticket) -> None:
    """Everybody concerned by the one is concerned by the other; nobody is counted twice."""
    db.session.flush()
    there = set(db.session.scalars(select(Follow.person_id).filter_by(ticket_id=target.id)))
    here = set(db.session.scalars(select(Follow.person_id).filter_by(ticket_id=ticket.id)))
    db.session.add_all(Follow(ticket_id=target.id, person_id=person, role="joiner") for person in here - there)
    target.joined += len(here - there)
    note(target, "join", SYSTEM, joined=target.joined, merged=ticket.number)


def _reopen(ticket: Ticket, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    ticket.round += 1
    ticket.due_at = now() + timedelta(hours=ticket.category.hours)
    ticket.resolved_at = ticket.finisher_id = ticket.body_id = None
    return {"round": ticket.round}


def _closing(ticket: Ticket) -> None:
    ticket.closed_at = None if ticket.status.open else ticket.closed_at or now()


CHANGES: dict[str, Callable[[Ticket, Viewer, Mapping[str, str]], dict[str, Any]]] = {
    "accept": _accept,
    "dispatch": _dispatch,
    "return": _return,
    "hold": _hold,
    "resume": _resume,
    "finish": _finish,
    "verify": _verify,
    "merge": _merge,
    "reopen": _reopen,
    "to_topic": _to_topic,
}


def still_listed(ticket: Ticket) -> None:
    """Raises Refused when others can no longer add themselves to a ticket."""
    if ticket.state not in life.LISTED:
        raise Refused(f"这件事{ticket.status.label}。还有问题请重新报一次")
