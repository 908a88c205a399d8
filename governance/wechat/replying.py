"""Sending an answer back: to one person through the gateway, or to the address a robot's message brought along.

The address is good once and for an hour (developer.work.weixin.qq.com/document/path/101138).
"""

import http.client
import json
from collections.abc import Callable
from datetime import timedelta
from enum import Enum

from governance.core.config import Settings
from governance.wechat.address import to_tencent

WHILE_ASKED = timedelta(seconds=20)  # WeCom asks a stream again every second or so; who asked has it by then
TIMEOUT = 5.0
LONGEST = 20_480


class Outcome(Enum):
    SENT, LATER, NEVER, LOST = "sent", "later", "never", "lost"


class NotNow(Exception):
    """Surely not sent: the same again later."""


def to_person(settings: Settings, side: str, name: str, words: str) -> Outcome:
    """Say it to somebody by their openid or userid."""
    return SPEAKERS[side](settings, name, words) if side in SPEAKERS else Outcome.NEVER


SPEAKERS: dict[str, Callable[[Settings, str, str], Outcome]] = {}


def to_address(settings: Settings, address: str, words: str) -> Outcome:
    """Say it at the address a robot's message brought; only ever at WeCom itself."""
    given = to_tencent(address, settings.wecom_api_base)
    if given is None or not given.path.endswith("/aibot/response"):
        return Outcome.NEVER
    body = json.dumps({"msgtype": "markdown", "markdown": {"content": words}}, ensure_ascii=False).encode()
    kind = http.client.HTTPSConnection if given.scheme == "https" else http.client.HTTPConnection
    connection = kind(given.netloc, timeout=TIMEOUT)
    try:
        connection.connect()
    except OSError:
        return Outcome.LATER
    try:
        connection.request("POST", f"{given.path}?{given.query}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return _judged(answer.status, answer.read(10_000))
    except (OSError, http.client.HTTPException):
        return Outcome.LOST
    finally:
        connection.close()


def _judged(status: int, body: bytes) -> Outcome:
    try:
        code = int(json.loads(body)["errcode"])
    except (ValueError, KeyError, TypeError):
        return Outcome.LATER if status in (429, 503) else Outcome.LOST
    return Outcome.SENT if code == 0 else Outcome.LATER if code in (-1, 45009, 45033) else Outcome.NEVER
