"""The work behind a callback: photos are fetched, what was said is heard, and the answer goes back the way it came."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from governance.core.crypto import keyed_hash
from governance.core.db import by as one
from governance.core.db import db, now, writing
from governance.core.errors import Problem
from governance.core.jobs import NotNow, enqueue, job
from governance.relay import hearing, persons, robots
from governance.relay.channels.wecom_aibot import WecomAibot
from governance.relay.hashed import heard_as
from governance.relay.inbox import ANSWERED, REFUSED, SILENT, STORED, TELLING, TOLD, UNKNOWN, Inbound
from governance.relay.model import Group
from governance.relay.wording import cut
from governance.wechat import media, replying
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.gateway import gateway
from governance.wechat.inbound import ENTER, LEAVE, PHOTO, SCAN, STRANGE, TEXT, Incoming, Photo

log = structlog.get_logger()
OFFICIAL, APP = "official", "app"
STILL_AN_ANSWER = timedelta(days=1)  # WeChat takes one for two days after somebody wrote
SOON = 10  # seconds until it is said once more
STILL_FETCHED = timedelta(minutes=2)
PEOPLE = (OFFICIAL, APP)  # whom an answer reaches by their name at the platform
UNBOUND = (
    "您好，这个群还没有绑定到楼院。请社区工作人员打开“群”页面，选“企业微信智能机器人”，"
    "填上 {number}（一天内有效），绑好就能在这里报事。"
)
STOPPED = "这个群的助手停用了，有事请扫楼里的码，或者打社区电话。"
STRANGE_WORDS = "这样的消息我看不懂。请打字说，例如：报事 三层灯不亮；照片可以直接发。"
LOST_PHOTO = "照片没收到，请再发一次，或者点报事的链接在里面传。"
WELCOME = "您好，我是社区的助手。扫楼里的码，我就知道您在哪儿；也可以直接说：报事 三层灯不亮。都能说什么：帮助"


@job("relay.hear_photos_alone", lease=120, tries=8, network=True)
def hear_photos_alone(inbound: int) -> None:
    """What came without words waits until WeChat is there again."""
    row = db.session.get(Inbound, inbound)
    if row is not None and now() - row.at < STILL_AN_ANSWER:
        _when_there(row.source)
    hear_photos(inbound)


@job("relay.hear_photos", lease=120, tries=8, network=True)
def hear_photos(inbound: int) -> None:
    """The same as `hear`, with the photos fetched first, while no transaction is open."""
    row = db.session.get(Inbound, inbound)
    if row is None or row.state != STORED:
        return
    incoming, source, last = row.incoming, row.source, now() - row.at > STILL_FETCHED
    aes_key = _aes_key(source)
    db.session.rollback()
    fetched = (_fetched(source, photo, aes_key, last) for photo in incoming.photos)
    shots = tuple(shot for shot in fetched if shot)
    _work(inbound, shots, lost=len(shots) < len(incoming.photos))


def _fetched(source: str, photo: Photo, aes_key: str, last: bool) -> bytes | None:
    """A photo. While the platform is away it is tried again, but the words that came with it cannot wait for ever."""
    try:
        return media.fetch(source, photo, aes_key)
    except Later:
        if last:
            return None
        raise


@job("relay.hear", tries=4)
def hear(inbound: int) -> None:
    _work(inbound)


def _when_there(source: str) -> None:
    """Raises NotNow while whoever it came from is away."""
    there = gateway().host(source if source in PEOPLE else APP)
    if there.rests:
        raise NotNow(there.rests)


def _aes_key(source: str) -> str:
    name = source.partition(":")[2]
    return robots.robot_named(name).kept.get("aes_key", "") if name else ""


def _work(inbound: int, shots: tuple[bytes, ...] = (), lost: bool = False) -> None:
    """Hear it once; the answer is kept with it, and sent by whoever sends for this door."""
    with writing():
        row = db.session.get(Inbound, inbound, with_for_update=True)
        if row is None or row.state != STORED:
            return
        if row.source == OFFICIAL and row.incoming.kind in (ENTER, SCAN):
            persons.follows_again(row.incoming.sender)
        reply = _reply(row, row.incoming, shots)
        row.reply = "\n".join(filter(None, (reply, LOST_PHOTO if lost else "")))
        if not row.reply:
            row.end(SILENT)
            return
        if row.source == OFFICIAL and row.incoming.kind == SCAN:
            row.end(TOLD)  # by the door itself, as the answer to the event
            return
        row.state = ANSWERED
        if row.source in PEOPLE:
            enqueue(f"relay.answer_{row.source}", inbound=row.id)
        elif row.incoming.answer_to:
            enqueue("relay.answer_later", due_at=now() + replying.WHILE_ASKED, inbound=row.id)


def _reply(row: Inbound, incoming: Incoming, shots: tuple[bytes, ...]) -> str:
    if incoming.kind in (ENTER, STRANGE):
        return WELCOME if incoming.kind == ENTER else STRANGE_WORDS
    if incoming.photos and not shots and not incoming.text:
        return ""  # only that the photo did not come is said
    if incoming.kind not in (TEXT, PHOTO, SCAN):
        log.info("inbound.left" if incoming.kind == LEAVE else "inbound.nothing_to_say", source=row.source)
        return ""
    group_id, said = _group(row.source, incoming)
    if said:
        return said
    line = _line(row, incoming, group_id, shots)
    try:
        hearing.require_room(line)
    except Problem as trouble:
        return trouble.words
    return hearing.take_in(line)


def _group(source: str, incoming: Incoming) -> tuple[int | None, str]:
    """The group it was said in, or what is said where that is bound to nothing."""
    if not incoming.chat:
        return None, ""
    name = source.partition(":")[2]
    group = one(Group, heard_as=heard_as(WecomAibot.name, f"{name}:{incoming.chat}"), archived_at=None)
    if group is None:
        return None, UNBOUND.format(number=robots.number_for(name, incoming.chat))
    return (group.id, "") if group.hears else (None, STOPPED)


def _line(row: Inbound, incoming: Incoming, group_id: int | None, shots: tuple[bytes, ...]) -> hearing.Line:
    robot = keyed_hash("robot.inbound", row.source)
    who = hearing.resident(incoming.sender) if row.source == OFFICIAL else hearing.member(robot, incoming.sender)
    room = hearing.room_of(group_id) if group_id else row.source
    return hearing.Line(robot, row.message_key, who, incoming.text, room, group_id, incoming.scene, shots, row.at)


@job("relay.answer_official", lease=60, tries=8, network=True)
@job("relay.answer_app", lease=60, tries=8, network=True)
def answer(inbound: int) -> None:
    """Send the answer to one person."""
    if row := _claimed(inbound):
        side = row.source
        words = cut(row.reply or "", replying.LONGEST[side])
        _tell(inbound, f"relay.answer_{side}", partial(replying.to_person, side, row.incoming.sender, words))


@job("relay.answer_later", lease=60, tries=8, network=True)
def answer_later(inbound: int) -> None:
    """A robot's answer that nobody has asked for in time goes to the address it may be sent to once."""
    if row := _claimed(inbound):
        _tell(inbound, "relay.answer_later", partial(replying.to_address, row.incoming.answer_to, row.reply or ""))


def _claimed(inbound: int) -> Inbound | None:
    """Committed before the network is touched: after a death in between nobody says it a second time.

    After a day nobody waits for it. Raises NotNow.
    """
    with writing():
        row = db.session.get(Inbound, inbound, with_for_update=True)
        if row is not None and row.state == TELLING:
            row.end(UNKNOWN)
        if row is None or row.state != ANSWERED:
            return None
        if now() - row.at > STILL_AN_ANSWER:
            row.end(REFUSED)
            return None
        _when_there(row.source)
        row.state = TELLING
    db.session.rollback()
    return row


def _tell(inbound: int, name: str, send: Callable[[], None]) -> None:
    """Say it, and write down what became of it. What was surely not said is said later, by a job of this same name."""
    try:
        send()
    except Later as wait:
        _again(inbound, name, wait)
    except Lost:
        _settle(inbound, UNKNOWN)
    except (Never, Gone) as refused:
        log.warning("inbound.not_told", reason=refused.reason)
        _settle(inbound, REFUSED)
    else:
        _settle(inbound, TOLD)


def _again(inbound: int, name: str, wait: Later) -> None:
    """In its old place when everything on that side has to wait, so that nobody's answers change places."""
    seconds = max(wait.after, SOON)
    with writing():
        db.session.get_one(Inbound, inbound, with_for_update=True).state = ANSWERED
        if not wait.whole:
            enqueue(name, due_at=now() + timedelta(seconds=seconds), inbound=inbound)
    if wait.whole:
        raise NotNow(seconds)


def _settle(inbound: int, state: str) -> None:
    with writing():
        db.session.get_one(Inbound, inbound, with_for_update=True).end(state)
