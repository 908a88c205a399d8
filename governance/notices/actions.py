"""Actions that change a notice. Each one checks, changes and records in one transaction."""

from collections.abc import Mapping
from typing import Any

from governance.core.crypto import new_ref
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused, SentBefore
from governance.core.events import Event, record
from governance.core.lifecycle import Made
from governance.notices import lifecycle as life
from governance.notices.lifecycle import LIFE, NoticeMove
from governance.notices.model import Notice
from governance.notices.reach import groups_of, needs_second
from governance.people.access.permissions import require
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.model import Person
from governance.places.model import Place
from governance.relay.delivery.cancel import stop_telling

PUBLISH = "publish"  # the event sent to groups, after `publish` as after `approve`
TOLD_BY = ("title", "words", "audience", "urgent")


def write(place: Place, by: Viewer, submission: str, **details: Any) -> Notice:
    """Create a draft. A repeated submission returns the first one. `details`: title, words, audience, urgent.

    Raises SentBefore for the same submission with another title or other words.
    """
    with writing():
        require(by, "notice.write", place)
        locked(db.session.get_one(Person, by.staff_id))  # serialises two concurrent requests with one submission
        first = one(Notice, author_id=by.staff_id, submission=submission)
        if first and (first.title, first.words) != (details["title"], details["words"]):
            raise SentBefore("notices.show", notice_id=first.id)
        if first:
            return first
        notice = Notice(ref=new_ref(), submission=submission, author_id=by.staff_id, place=place, **place.areas())
        _fill(notice, details)
        db.session.add(notice)
        db.session.flush()
        record_event(notice, "write", by, notice.words, title=notice.title)
    return notice


def change(notice: Notice, by: Viewer, place: Place, **details: Any) -> Notice:
    """Change a draft. A notice that waits for approval or was sent cannot change."""
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
    """Apply one move of the lifecycle to the notice. Raises Missing, Forbidden, Refused, Invalid by field.

    An approval carries in `seen` the digest of the notice that the approver read.
    """
    with writing():
        locked(notice)
        LIFE.make(notice, name, by, answers, require)


@LIFE.changes("publish")
def _publish(notice: Notice, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    if needs_second(notice):
        raise Refused("听到的群多，要另一位同事看过批准才能发：请点“请人批准”")
    return {}


@LIFE.changes("approve")
def _approve(notice: Notice, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    if answers.get("seen") != notice.digest:
        raise Refused("这条通知刚刚改过，请再看一遍再批准")
    notice.approver_id, notice.answer = by.staff_id, None
    return {}


@LIFE.changes("decline")
def _decline(notice: Notice, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    notice.answer = answers["note"]
    return {}


@LIFE.changes("stop")
def _stop(notice: Notice, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    notice.answer, notice.ended_at = answers["note"], now()
    return {"laid_aside": stop_telling(notice.event_id)} if notice.event_id else {}


@LIFE.changes("finish")
def _finish(notice: Notice, by: Viewer, answers: Mapping[str, str]) -> dict[str, Any]:
    notice.ended_at = now()
    return {}


@LIFE.records
def _record_move(notice: Notice, made: Made[NoticeMove]) -> None:
    if made.move.name != PUBLISH:
        record_event(notice, made.move.name, made.by, made.words, came_from=made.came_from, **made.facts)
    if made.move.tells:
        _tell(notice, made.by)


def _tell(notice: Notice, by: Viewer) -> None:
    """Record the event `publish`, which the relay delivers to groups like any other event."""
    groups = groups_of(notice.place, notice.audiences)
    if not groups:
        raise Refused("这里没有能听到的群，先去绑定群")
    notice.sent_at = now()
    words = f"{notice.title}\n{notice.words}"
    notice.event_id = record_event(notice, PUBLISH, by, words, groups=groups, audience=notice.audience).id


def finish(notice: Notice) -> None:
    """Close a notice that has nothing left to send. The worker calls it inside `writing()`."""
    if locked(notice).state == life.TOLD:
        LIFE.apply(notice, "finish", SYSTEM, {})


def record_event(notice: Notice, verb: str, by: Viewer, words: str = "", **facts: Any) -> Event:
    place = notice.place
    where: dict[str, Any] = {"stream": place.stream, "scope": place.path, "actor": by.label, "actor_id": by.staff_id}
    event = record(f"notice.{verb}", notice.id, words=words, **where, **facts)
    db.session.flush()
    return event
