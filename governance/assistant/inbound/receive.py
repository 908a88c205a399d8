"""Hearing: what somebody said to us is kept once under its mark and answered; said again, the answer is the same."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from governance.assistant.dialogue import commands, welcome
from governance.assistant.dialogue.conversation import conversation_with
from governance.core import limits
from governance.core.crypto import keyed_hash
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Missing, TooMuch
from governance.core.jobs import job
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.model import Identity, Person
from governance.people.wechat.identity import openid_hash
from governance.relay.keys import heard_as
from governance.relay.model import Group, ReceivedMessage
from governance.triage import emergencies

KEPT = timedelta(days=30)
OPENER = re.compile(r"\?k=[\w-]+")  # what makes a phone the reporter; kept nowhere in the clear
BY_A_MEMBER, IN_A_GROUP = "30/hour", "300/hour"


@dataclass(frozen=True)
class SenderIdentity:
    """The kind and subject of an identity; `handle` is what it takes to write to them alone."""

    kind: str
    subject: str
    handle: str | None = None


@dataclass(frozen=True)
class Utterance:
    """One thing said to us. `robot` and `message_id` are its mark, `room` is where the talk goes on; in a group
    `group_id` says which. A `scene` is the code that somebody scanned to come to us; `worker` is who they are at work,
    where the platform vouches for it; `quote` is what they point at."""

    robot: str
    message_id: str
    who: SenderIdentity
    text: str
    room: str
    group_id: int | None = None
    scene: str = ""
    shots: tuple[bytes, ...] = ()
    at: datetime | None = None  # when it was said, where it is heard later
    worker: Viewer = NOBODY
    quote: str = ""


def hear(robot: str, group: Group, sender: str, message_id: str, text: str, shots: tuple[bytes, ...] = ()) -> str:
    """Our answer to what a member said. Raises TooMuch; then it was not heard, and may be said again later."""
    message_id = keyed_hash("heard in", f"{group.id}:{message_id}")  # some bots number the messages of each group anew
    utterance = Utterance(robot, message_id, member(robot, sender), text, room_of(group.id), group.id, shots=shots)
    known = one(ReceivedMessage, robot=robot, message_id=message_id)
    if known:
        return known.reply
    require_room(utterance)
    try:
        return take_in(utterance)
    except IntegrityError:  # the same message, or the same newcomer, came twice at one instant
        return take_in(utterance)


def require_room(utterance: Utterance) -> None:
    """Raises TooMuch. However much was said, by them or in their group, who speaks of a danger is heard."""
    danger = emergencies.numbers(utterance.text)
    mine = limits.within_limit(
        BY_A_MEMBER, "heard.danger" if danger else "heard", utterance.robot, utterance.who.subject
    )
    full = utterance.group_id and not limits.within_limit(IN_A_GROUP, "heard.in", str(utterance.group_id))
    if not mine or (full and not danger):
        raise TooMuch("说得太快了，请过一会儿再说；着急请打电话")


def take_in(utterance: Utterance) -> str:
    """Heard once, worked and answered, in one transaction."""
    with writing():
        known = one(ReceivedMessage, robot=utterance.robot, message_id=utterance.message_id)
        if known:
            return known.reply
        group = db.session.get_one(Group, utterance.group_id) if utterance.group_id else None
        person_id = _person(utterance.who)
        mark = {"robot": utterance.robot, "message_id": utterance.message_id}
        message = ReceivedMessage(**mark, group_id=utterance.group_id, person_id=person_id, text=utterance.text)
        db.session.add(message)
        db.session.flush()
        conversation = conversation_with(person_id, utterance.room, utterance.at)
        viewer = Viewer(person_id=person_id)
        if utterance.scene:
            reply = welcome.greet(message, viewer, conversation, utterance.scene)
        else:
            reply = commands.reply_to(
                message, group, viewer, conversation, utterance.shots, utterance.worker, utterance.quote
            )
        message.reply = OPENER.sub("", reply)
        return reply


def room_of(group_id: int) -> str:
    return f"group:{group_id}"


def member(robot: str, sender: str) -> SenderIdentity:
    """A member's name at a robot, kept as a hash only."""
    return SenderIdentity("member", keyed_hash("member", f"{robot}:{sender}"))


def resident(openid: str) -> SenderIdentity:
    """Whoever writes to the official account is the same who signs in by it."""
    return SenderIdentity("openid", openid_hash(openid), openid)


def _person(who: SenderIdentity) -> int:
    """The person so recognised, made when they are new. They are heard one thing at a time, and as whom they became."""
    known = one(Identity, kind=who.kind, subject=who.subject)
    if known:
        locked(known.person)
        db.session.refresh(known)
        return known.person_id
    person = Person()
    db.session.add(Identity(person=person, kind=who.kind, subject=who.subject, handle=who.handle))
    db.session.flush()
    return person.id


def group_of(kind: str, ear: str, robot: str) -> Group:
    """The group that is bound under this name to this robot. Raises Missing."""
    group = one(Group, heard_as=heard_as(kind, ear), robot=robot, archived_at=None)
    if group is None or not group.hears:
        raise Missing("没有绑定这个群，或者它停用了")
    return group


@job("relay.forget_heard", every=3600)
def forget_heard() -> None:
    """What was said leaves after a month; what came of it stays where it belongs."""
    with writing():
        db.session.execute(delete(ReceivedMessage).where(ReceivedMessage.at < now() - KEPT))
