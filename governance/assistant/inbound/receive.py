"""Stores each message once under its idempotency key and answers it. The same message again gets the same reply."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from governance.assistant.dialogue import welcome
from governance.assistant.dialogue.conversation import conversation_with
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.dialogue.reply import reply_to
from governance.assistant.dialogue.turn import Turn
from governance.core import limits
from governance.core.crypto import keyed_hash
from governance.core.db import db, find_by, locked, now, writing
from governance.core.errors import Missing, TooMuch
from governance.core.jobs import job
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.model import Identity, Person
from governance.people.wechat.identity import openid_hash
from governance.relay.keys import heard_as
from governance.relay.model import Group
from governance.triage import emergencies

KEPT = timedelta(days=30)
OPENER = re.compile(r"\?k=[\w-]+")  # the reporter's key in a link; stored nowhere in plain text
BY_A_MEMBER, IN_A_GROUP = "30/hour", "300/hour"


@dataclass(frozen=True)
class SenderIdentity:
    """Kind and subject of an identity. `handle` is the address for messages to this person alone."""

    kind: str
    subject: str
    handle: str | None = None


@dataclass(frozen=True)
class Utterance:
    """One message. `robot` and `message_id` are its idempotency key, `room` identifies the conversation.

    `group_id` is None in a private conversation. `scene` is the code whose scan led the person here. `worker` is the
    person as staff, where the platform vouches for it. `quote` is the message they refer to.
    """

    robot: str
    message_id: str
    who: SenderIdentity
    text: str
    room: str
    group_id: int | None = None
    scene: str = ""
    shots: tuple[bytes, ...] = ()
    at: datetime | None = None  # when it was said; None means now
    worker: Viewer = NOBODY
    quote: str = ""


def answer_member(
    robot: str, group: Group, sender: str, message_id: str, text: str, shots: tuple[bytes, ...] = ()
) -> str:
    """The reply to a member of a group. Raises TooMuch; the message is then not stored and may be sent again."""
    message_id = keyed_hash("heard in", f"{group.id}:{message_id}")  # some bots number messages per group
    utterance = Utterance(
        robot, message_id, member_identity(robot, sender), text, room_of(group.id), group.id, shots=shots
    )
    known = find_by(ReceivedMessage, robot=robot, message_id=message_id)
    if known:
        return known.reply
    require_capacity(utterance)
    try:
        return store_and_answer(utterance)
    except IntegrityError:  # two requests stored the same message or person at once
        return store_and_answer(utterance)


def require_capacity(utterance: Utterance) -> None:
    """Apply the limits of member and group. Raises TooMuch. A danger does not count against the usual limits."""
    danger = emergencies.calls_for(utterance.text)
    mine = limits.within_limit(
        BY_A_MEMBER, "heard.danger" if danger else "heard", utterance.robot, utterance.who.subject
    )
    full = utterance.group_id and not limits.within_limit(IN_A_GROUP, "heard.in", str(utterance.group_id))
    if not mine or (full and not danger):
        raise TooMuch("说得太快了，请过一会儿再说；着急请打电话")


def store_and_answer(utterance: Utterance) -> str:
    """Store the message, answer it and store the reply in one transaction. A known message gets its old reply."""
    with writing():
        known = find_by(ReceivedMessage, robot=utterance.robot, message_id=utterance.message_id)
        if known:
            return known.reply
        group = db.session.get_one(Group, utterance.group_id) if utterance.group_id else None
        person_id = _identified_person(utterance.who)
        mark = {"robot": utterance.robot, "message_id": utterance.message_id}
        message = ReceivedMessage(**mark, group_id=utterance.group_id, person_id=person_id, text=utterance.text)
        db.session.add(message)
        db.session.flush()
        conversation = conversation_with(person_id, utterance.room, utterance.at)
        viewer = Viewer(person_id=person_id)
        if utterance.scene:
            reply = welcome.greet(conversation, utterance.scene)
        else:
            said = (message.text, conversation, utterance.worker, utterance.quote, utterance.shots)
            reply = reply_to(Turn(message, group, viewer, *said))
        message.reply = OPENER.sub("", reply)
        return reply


def room_of(group_id: int) -> str:
    return f"group:{group_id}"


def member_identity(robot: str, sender: str) -> SenderIdentity:
    """The identity of a member of a robot's groups; only a keyed hash of the name is stored."""
    return SenderIdentity("member", keyed_hash("member", f"{robot}:{sender}"))


def openid_identity(openid: str) -> SenderIdentity:
    """The identity of a follower of the official account; the same as for sign-in by WeChat."""
    return SenderIdentity("openid", openid_hash(openid), openid)


def _identified_person(who: SenderIdentity) -> int:
    """The person with this identity, created if new. The row is locked, so their messages are answered one by one.

    It is read again after the lock: the person may have been merged meanwhile.
    """
    known = find_by(Identity, kind=who.kind, subject=who.subject)
    if known:
        locked(known.person)
        db.session.refresh(known)
        return known.person_id
    person = Person()
    db.session.add(Identity(person=person, kind=who.kind, subject=who.subject, handle=who.handle))
    db.session.flush()
    return person.id


def bound_group(kind: str, ear: str, robot: str) -> Group:
    """The active group bound to this robot under this name. Raises Missing."""
    group = find_by(Group, heard_as=heard_as(kind, ear), robot=robot, archived_at=None)
    if group is None or not group.hears:
        raise Missing("没有绑定这个群，或者它停用了")
    return group


@job("relay.forget_messages", every=3600)
def forget_messages() -> None:
    """Delete messages after 30 days. The tickets and answers made of them stay."""
    with writing():
        db.session.execute(delete(ReceivedMessage).where(ReceivedMessage.at < now() - KEPT))
