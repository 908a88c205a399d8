"""Hearing: what a group's member said is kept once under its mark and answered; said again, the answer is the same."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from governance.core import limits
from governance.core.crypto import keyed_hash
from governance.core.db import by as one
from governance.core.db import db, now, writing
from governance.core.errors import Missing, TooMuch
from governance.core.jobs import job
from governance.people.access import Viewer
from governance.people.model import Identity, Person
from governance.relay import speech
from governance.relay.groups import heard_as
from governance.relay.model import Group, Heard

KEPT = timedelta(days=30)
BY_A_MEMBER, IN_A_GROUP = "30/hour", "300/hour"


def hear(robot: str, group: Group, sender: str, message_id: str, text: str) -> str:
    """Our answer to what was said. Raises TooMuch; then it was not heard, and may be said again later."""
    known = one(Heard, robot=robot, message_id=message_id)
    if known:
        return known.reply
    if not limits.take(BY_A_MEMBER, "heard", robot, sender) or not limits.take(IN_A_GROUP, "heard.in", str(group.id)):
        raise TooMuch("说得太快了，请过一会儿再说；着急请打电话")
    try:
        return _heard(robot, group.id, sender, message_id, text)
    except IntegrityError:  # the same message, or the same newcomer, came twice at one instant
        return _heard(robot, group.id, sender, message_id, text)


def _heard(robot: str, group_id: int, sender: str, message_id: str, text: str) -> str:
    with writing():
        known = one(Heard, robot=robot, message_id=message_id)
        if known:
            return known.reply
        group = db.session.get_one(Group, group_id)
        member = _member(robot, sender)
        heard = Heard(robot=robot, message_id=message_id, group_id=group.id, person_id=member, text=text)
        db.session.add(heard)
        db.session.flush()
        heard.reply = speech.answer(heard, group, Viewer(person_id=member))
        return heard.reply


def _member(robot: str, sender: str) -> int:
    """The person behind a member's name in a group; who it is on the other side is kept as a hash only."""
    subject = keyed_hash("member", f"{robot}:{sender}")
    known = one(Identity, kind="member", subject=subject)
    if known:
        return known.person_id
    person = Person()
    db.session.add(Identity(person=person, kind="member", subject=subject))
    db.session.flush()
    return person.id


def group_of(kind: str, ear: str) -> Group:
    """The group that is bound under this name. Raises Missing."""
    group = one(Group, heard_as=heard_as(kind, ear), archived_at=None)
    if group is None or not group.hears:
        raise Missing("没有绑定这个群，或者它停用了")
    return group


@job("relay.forget_heard", every=3600)
def forget_heard() -> None:
    """What was said leaves after a month; what came of it stays where it belongs."""
    with writing():
        db.session.execute(delete(Heard).where(Heard.at < now() - KEPT))
