"""Callbacks: verify, decrypt, store once, count, and acknowledge. The work is done by jobs."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import update

from governance.assistant.dialogue import welcome
from governance.assistant.inbound.inbox import (
    ANSWERED,
    CALLBACKS,
    ROBOT,
    STORED,
    TOLD,
    Inbound,
    accept,
    find_inbound,
    inbox_key,
    source_of,
)
from governance.core.config import Settings
from governance.core.db import db, now, writing
from governance.core.errors import Missing
from governance.relay.robots import find_robot
from governance.wechat import passive_reply
from governance.wechat.envelope import Envelope, Signed, Unreadable, Untrusted
from governance.wechat.inbound import ENTER, OTHER, POLL, SCAN, Incoming, from_json, from_xml
from governance.wechat.parsing import json_object, text_in, xml
from governance.wechat.reachable import APP, OFFICIAL

TAKEN = "success"
HEARD = "听到了，请稍等…"
GONE, LATER, FINE = "这一条放得太久了，请再说一遍。", "还在办，办好了再告诉您。", "好的。"
PATIENCE = 300  # seconds during which a robot's reply may be polled; WeCom stops after 360
WELCOME = (
    "您好，我是社区的助手。楼里院里有事直接跟我说，例如：报事 三层灯不亮。\n看办到哪了：进度 编号。都能说什么：帮助"
)


@contextmanager
def counted(source: str) -> Iterator[None]:
    """Count refused callbacks by reason."""
    try:
        yield
    except (Untrusted, Unreadable) as trouble:
        CALLBACKS.labels(source, trouble.reason).inc()
        raise


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def official() -> Envelope:
    """The envelope of the official account. Raises Missing when it is not configured."""
    return _envelope(settings().wechat_token, settings().wechat_aes_key, settings().wechat_app_id)


def app() -> Envelope:
    """The envelope of the WeCom app. Raises Missing when it is not configured."""
    return _envelope(settings().wecom_token, settings().wecom_aes_key, settings().wecom_corp_id)


def _envelope(token: str, aes_key: str, receive_id: str) -> Envelope:
    if not (token and aes_key and receive_id):
        raise Missing
    return Envelope(token, aes_key, receive_id)


def echo_plain(args: Mapping[str, str]) -> str:
    """The URL check of the official account; its echo is not encrypted."""
    with counted(OFFICIAL):
        official().check(Signed.of(args, "signature"))
        echo = args.get("echostr", "")
        if not (echo.isascii() and echo.isalnum() and len(echo) <= 128):
            raise Unreadable
        return echo


def echo_app(args: Mapping[str, str]) -> str:
    return _echo(APP, app, args)


def _echo(source: str, envelope: Callable[[], Envelope], args: Mapping[str, str]) -> str:
    with counted(source):
        return envelope().open(Signed.of(args), args.get("echostr", ""))


def take_official(args: Mapping[str, str], body: bytes) -> str:
    """Take a callback in safe mode. Plain mode is refused: an overheard signature would fit any text.

    A scan is answered at once with the card of its place; everything else is answered by a job.
    """
    with counted(OFFICIAL):
        envelope = official()
        if args.get("encrypt_type") != "aes":
            raise Untrusted("plain")
        signed = Signed.of(args)
        plain = envelope.open(signed, xml(body).get("Encrypt", ""))
        incoming = from_xml(plain)
        accept(OFFICIAL, incoming)
    if incoming.kind != SCAN:
        return TAKEN
    said = passive_reply.reply_xml(incoming.sender, xml(plain).get("ToUserName", ""), welcome.card(incoming.scene))
    return passive_reply.sealed(envelope, said, signed.nonce)


def take_app(args: Mapping[str, str], body: bytes) -> None:
    with counted(APP):
        accept(APP, from_xml(app().open(Signed.of(args), xml(body).get("Encrypt", ""))))


def robot_envelope(name: str) -> Envelope:
    """The envelope of a robot. An unknown robot is refused like a wrong signature."""
    robot = find_robot(name)
    if robot is None or not robot.kept.get("token"):
        raise Untrusted("nobody")
    return Envelope(robot.kept["token"], robot.kept["aes_key"])


def echo_robot(name: str, args: Mapping[str, str]) -> str:
    return _echo(ROBOT, partial(robot_envelope, name), args)


def take_robot(name: str, args: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
    """Store what was said. The encrypted answer is a stream, which WeCom polls until it is finished."""
    source = source_of(name)
    with counted(ROBOT):
        envelope = robot_envelope(name)
        signed = Signed.of(args)
        incoming = from_json(envelope.open(signed, text_in(json_object(body), "encrypt")))
        said = _at_once(source, incoming)
    if said is None:
        return None
    sealed, signature, moment = envelope.seal(json.dumps(said, ensure_ascii=False), signed.nonce)
    return {"encrypt": sealed, "msgsignature": signature, "timestamp": moment, "nonce": signed.nonce}


def _at_once(source: str, incoming: Incoming) -> dict[str, Any] | None:
    if incoming.kind == POLL:
        CALLBACKS.labels(ROBOT, "asked_again").inc()
        return _stream(source, incoming.key)
    if incoming.kind == ENTER:
        return {"msgtype": "text", "text": {"content": WELCOME}}
    accept(source, incoming)
    return None if incoming.kind == OTHER else _stream(source, inbox_key(source, incoming.key))


def _stream(source: str, message_key: str) -> dict[str, Any]:
    """The reply so far. While it is unfinished, WeCom polls again."""
    row = find_inbound(source, message_key) if len(message_key) <= 43 else None
    waits = row is not None and row.state == STORED and now() - row.at < timedelta(seconds=PATIENCE)
    content = HEARD if waits else _said(row)
    if row is not None and row.state == ANSWERED:
        with writing():
            replied = update(Inbound).where(Inbound.id == row.id, Inbound.state == ANSWERED)
            db.session.execute(replied.values(state=TOLD, body="{}"), execution_options={"synchronize_session": False})
    return {"msgtype": "stream", "stream": {"id": message_key, "finish": not waits, "content": content}}


def _said(row: Inbound | None) -> str:
    if row is None:
        return GONE
    return LATER if row.state == STORED else row.reply or FINE
