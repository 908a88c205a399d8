"""Everything that changes a notice. Each action checks, changes, then records, in one transaction."""

from collections.abc import Mapping
from typing import Any

from governance.core.crypto import new_ref
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused
from governance.core.events import Event, record
from governance.notices import lifecycle as life
from governance.notices.lifecycle import LIFE
from governance.notices.model import Notice
from governance.notices.reach import groups_of, needs_second
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.model import Person
from governance.places.model import Place
from governance.relay.delivery.cancel import stop_telling

TOLD_BY = ("title", "words", "audience", "urgent")


def write(place: Place, by: Viewer, submission: str, **details: Any) -> Notice:
    """A draft; the same submission again gives the first one back. `told`: title, words, audience, urgent."""
    with writing():
        require(by, "notice.write", place)
        locked(db.session.get_one(Person, by.staff_id))  # the same sent twice at one instant comes one after the other
        first = one(Notice, author_id=by.staff_id, submission=submission)
        if first:
            return first
        notice = Notice(ref=new_ref(), submission=submission, author_id=by.staff_id, place=place, **place.areas())
        _fill(notice, details)
        db.session.add(notice)
        db.session.flush()
        record_event(notice, "write", by, notice.words, title=notice.title)
    return notice


def change(notice: Notice, by: Viewer, place: Place, **details: Any) -> Notice:
    """Change a draft. What somebody is to approve, or has been told, stays as it is."""
    with writing():
        require(by, "notice.change", locked(notice))
        require(by, "notice.write", place)
        if not notice.may_change:
            raise Refused(f"现在是“{notice.status.label}”，不能改；要改先拿回来")
        notice.place = place
        for area, at in place.areas().items():
            setattr(notice, area, at)
        _fill(notice, details)
        record_event(notice, "change", by, notice.words, title=notice.title)
    return notice


def _fill(notice: Notice, details: Mapping[str, Any]) -> None:
    for name in TOLD_BY:
        setattr(notice, name, details[name])


def make_move(notice: Notice, name: str, by: Viewer, answers: Mapping[str, str]) -> None:
    """Take the notice along one arrow of its life. Raises Missing, Forbidden, Refused, Invalid by field.

    Who approves says under `seen` the mark of what they have read.
    """
    with writing():
        locked(notice)
        LIFE.move(name)
        require(by, f"notice.{name}", notice)
        _take(notice, name, by, answers)


def _take(notice: Notice, name: str, by: Viewer, answers: Mapping[str, str]) -> None:
    step = LIFE.take(name, notice.state, answers)
    source, words = notice.state, answers.get("note", "")
    if name == "publish" and needs_second(notice):
        raise Refused("听到的群多，要另一位同事看过批准才能发：请点“请人批准”")
    if name == "approve" and answers.get("seen") != notice.digest:
        raise Refused("这条通知刚刚改过，请再看一遍再批准")
    notice.state = step.target
    if name in ("approve", "publish"):
        _tell(notice, name, by)
        return
    facts = {"laid_aside": stop_telling(notice.event_id)} if name == "stop" and notice.event_id else {}
    if name in ("stop", "finish"):
        notice.ended_at = now()
    if name in ("decline", "stop"):
        notice.answer = words
    record_event(notice, name, by, words, came_from=source, **facts)


def _tell(notice: Notice, name: str, by: Viewer) -> None:
    """From here it goes the way of everything that groups are told."""
    groups = groups_of(notice.place, notice.audiences)
    if not groups:
        raise Refused("这里没有能听到的群，先去绑定群")
    if name == "approve":
        notice.approver_id, notice.answer = by.staff_id, None
        record_event(notice, "approve", by)
    notice.sent_at = now()
    event = record_event(
        notice, "publish", by, f"{notice.title}\n{notice.words}", groups=groups, audience=notice.audience
    )
    notice.event_id = event.id


def finish(notice: Notice) -> None:
    """Nothing is left to be said. The worker calls it, inside `writing()`."""
    if locked(notice).state == life.TOLD:
        _take(notice, "finish", SYSTEM, {})


def record_event(notice: Notice, verb: str, by: Viewer, words: str = "", **facts: Any) -> Event:
    place = notice.place
    where: dict[str, Any] = {"stream": place.stream, "scope": place.path, "actor": by.label, "actor_id": by.staff_id}
    event = record(f"notice.{verb}", notice.id, words=words, **where, **facts)
    db.session.flush()
    return event
