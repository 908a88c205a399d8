"""The jobs behind the inbox: fetch photos, answer the message, store the reply beside it. replies.py sends it."""

from datetime import timedelta

import structlog

from governance.assistant.inbound import receive
from governance.assistant.inbound.inbox import (
    ANSWERED,
    SILENT,
    STILL_AN_ANSWER,
    STORED,
    TOLD,
    Inbound,
    queue_key,
)
from governance.core.crypto import keyed_hash
from governance.core.db import db, find_by, now, writing
from governance.core.errors import Problem
from governance.core.jobs import NotYet, enqueue, job
from governance.people.access.current import viewer_of
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.wechat import identity
from governance.relay import robots
from governance.relay.channels.wecom_aibot import WecomAibot
from governance.relay.keys import heard_as
from governance.relay.model import Group
from governance.relay.subscriptions import recipients, wechat_consent
from governance.wechat import inbound, media, replying
from governance.wechat.answers import Later
from governance.wechat.inbound import ENTER, LEAVE, PHOTO, SCAN, STRANGE, TEXT, Incoming, Photo
from governance.wechat.reachable import APP, OFFICIAL, PEOPLE, require_there

log = structlog.get_logger()
WAIT_FOR_PHOTOS, STILL_FETCHED = timedelta(seconds=10), timedelta(minutes=2)
UNBOUND = (
    "您好，这个群还没有绑定到楼院。请社区工作人员打开“群”页面，选“企业微信智能机器人”，"
    "填上 {number}（一天内有效），绑好就能在这里报事。"
)
STOPPED = "这个群的助手停用了，有事请扫楼里的码，或者打社区电话。"
STRANGE_WORDS = "这样的消息我看不懂。请打字说，例如：报事 三层灯不亮；照片可以直接发。"
LOST_PHOTO = "照片没收到，请再发一次，或者点报事的链接在里面传。"
WELCOME = "您好，我是社区的助手。扫楼里的码，我就知道您在哪儿；也可以直接说：报事 三层灯不亮。都能说什么：帮助"


@job("relay.hear_photos", lease=120, tries=8, network=True)
def hear_photos(inbound: int) -> None:
    """Answer a message with photos. The messages behind it in the queue wait for the photos at most ten seconds."""
    try:
        _fetch_and_answer(inbound)
    except Later:
        row = db.session.get_one(Inbound, inbound)
        if now() - row.at < WAIT_FOR_PHOTOS:
            raise NotYet(1) from None
        with writing():
            enqueue("relay.hear_photos_late", inbound=inbound)


@job("relay.hear_photos_late", lease=120, tries=8, network=True)
def hear_photos_late(inbound: int) -> None:
    """Photos without words may wait until WeChat is reachable again; words with photos may not."""
    row = db.session.get(Inbound, inbound)
    if row is not None and row.state == STORED and not row.incoming.text and now() - row.at < STILL_AN_ANSWER:
        require_there(row.source)
    _fetch_and_answer(inbound)


def _fetch_and_answer(inbound: int) -> None:
    """Fetch the photos without an open transaction, then answer. Raises Later."""
    row = db.session.get(Inbound, inbound)
    if row is None or row.state != STORED:
        return
    incoming, source, last = row.incoming, row.source, now() - row.at > STILL_FETCHED
    aes_key = robots.robot_named(row.robot).kept.get("aes_key", "") if row.robot else ""
    db.session.rollback()
    fetched = (_fetched(source, photo, aes_key, last) for photo in incoming.photos)
    shots = tuple(shot for shot in fetched if shot)
    _answer(inbound, shots, lost=len(shots) < len(incoming.photos))


def _fetched(source: str, photo: Photo, aes_key: str, last: bool) -> bytes | None:
    """One photo. After two minutes a failure counts as lost, so that the words with it are answered. Raises Later."""
    try:
        return media.fetch(source, photo, aes_key)
    except Later:
        if last:
            return None
        raise


@job("relay.hear", tries=4)
def hear(inbound: int) -> None:
    """Answer a message."""
    _answer(inbound)


def _answer(inbound: int, shots: tuple[bytes, ...] = (), lost: bool = False) -> None:
    """Answer a message once; the reply is stored with it and sent by the job or connection of its source."""
    with writing():
        row = db.session.get(Inbound, inbound, with_for_update=True)
        if row is None or row.state != STORED:
            return
        if row.source == OFFICIAL:
            _update_consent(row.incoming)
        reply = _reply(row, row.incoming, shots)
        row.reply = "\n".join(filter(None, (reply, LOST_PHOTO if lost else "")))
        if not row.reply:
            row.end(SILENT)
        elif row.source == OFFICIAL and row.incoming.kind == SCAN:
            row.end(TOLD)  # by the endpoint, as the answer to the event
        else:
            row.state = ANSWERED
            _enqueue_reply(row)


def _update_consent(incoming: Incoming) -> None:
    """Apply follow, accept and reject events of the official account to the resident's own group."""
    match incoming.kind:
        case inbound.ENTER | inbound.SCAN:
            recipients.follows_again(incoming.sender)
        case inbound.ACCEPT:
            wechat_consent.accept(incoming.sender, incoming.templates)
        case inbound.REJECT:
            wechat_consent.reject(incoming.sender, incoming.templates)


def _enqueue_reply(row: Inbound) -> None:
    """Enqueue the job that sends the reply. A robot's reply is polled or pushed first, and sent later only if not."""
    key = queue_key("answer", row.source, row.incoming)
    if row.source in PEOPLE:
        enqueue(f"relay.answer_{row.source}", queue_key=key, inbound=row.id)
    elif row.incoming.answer_to:
        enqueue("relay.answer_later", due_at=now() + replying.WHILE_ASKED, queue_key=key, inbound=row.id)


def _reply(row: Inbound, incoming: Incoming, shots: tuple[bytes, ...]) -> str:
    if incoming.kind in (ENTER, STRANGE):
        return WELCOME if incoming.kind == ENTER else STRANGE_WORDS
    if incoming.photos and not shots and not incoming.text:
        return ""  # the reply says only that the photo was lost
    if incoming.kind not in (TEXT, PHOTO, SCAN):
        log.info("inbound.left" if incoming.kind == LEAVE else "inbound.nothing_to_say", source=row.source)
        return ""
    group_id, said = _bound_group(row.robot, incoming)
    if said:
        return said
    line = _utterance(row, incoming, group_id, shots)
    try:
        receive.require_capacity(line)
    except Problem as trouble:
        return trouble.words
    return receive.store_and_answer(line)


def _bound_group(robot: str, incoming: Incoming) -> tuple[int | None, str]:
    """The id of the bound group; or the reply for a group that is not bound or is disabled."""
    if not incoming.chat:
        return None, ""
    ear = WecomAibot.ear({"robot": robot, "chat": incoming.chat})
    group = find_by(Group, heard_as=heard_as(WecomAibot.name, ear), archived_at=None)
    if group is None:
        return None, UNBOUND.format(number=robots.number_for(robot, incoming.chat))
    return (group.id, "") if group.hears else (None, STOPPED)


def _utterance(row: Inbound, incoming: Incoming, group_id: int | None, shots: tuple[bytes, ...]) -> receive.Utterance:
    robot = keyed_hash("robot.inbound", row.source)
    who = (
        receive.openid_identity(incoming.sender)
        if row.source == OFFICIAL
        else receive.member_identity(robot, incoming.sender)
    )
    room = receive.room_of(group_id) if group_id else row.source
    worker = _worker(incoming.sender) if row.source == APP else NOBODY
    return receive.Utterance(
        robot,
        row.message_key,
        who,
        incoming.text,
        room,
        group_id,
        incoming.scene,
        shots,
        row.at,
        worker,
        incoming.quote,
    )


def _worker(userid: str) -> Viewer:
    """The staff account bound to this member of the corporation, with the posts it would have when signed in."""
    account = identity.worker_of(userid)
    return viewer_of(account.person) if account and not account.must_change else NOBODY
