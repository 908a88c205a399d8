"""The robot of a WeCom group (消息推送): the only file that knows its protocol. It speaks and cannot listen.

It has no message id and no idempotency key, so a lost answer cannot be told from a lost request.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import aiohttp

from governance.core.errors import Invalid
from governance.relay.channels.base import Channel, Dead, Need, Outcome, Refusal, Sent, Unknown

KEY = re.compile(r"[0-9A-Za-z_-]{8,128}")
GONE = {
    93000: "机器人地址无效，或已被移出群",
    93001: "这个群不允许机器人发言",
    93004: "机器人被停用",
    93008: "机器人不在群里",
}
BUSY = {
    -1: 0,
    6000: 0,
    45033: 0,
    45009: 60,
}  # errcode: the least seconds to wait; after 45009 the robot is blocked a minute
NEVER_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
TOO_LONG, BROKEN = "等了太久没有回音", "发出以后连接断了，没有回音"
LOST = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class WecomWebhook(Channel):
    """A robot added to an internal WeCom group by its owner."""

    name, label = "wecom_webhook", "企业微信群机器人"
    about = "企业微信内部群：在群里添加“消息推送”，把它的 Webhook 地址贴在这里，以后自动发。"
    needs = (Need("key", "Webhook 地址或 key", "贴整个地址也可以；保存后不再显示", secret=True),)
    per_minute: ClassVar[int] = 18  # WeCom allows 20
    longest_bytes: ClassVar[int] = 2048

    @classmethod
    def read(cls, given: Mapping[str, str]) -> dict[str, str]:
        text = given.get("key", "").strip()
        key = parse_qs(urlsplit(text).query).get("key", [""])[0] if "://" in text else text
        if not KEY.fullmatch(key):
            raise Invalid({"key": "这不像机器人的地址或 key，请从群里的“消息推送”复制"})
        return {"key": key}

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str:
        return bound["key"]

    @property
    def together_per_minute(self) -> int:
        return self.deployment.wecom_ip_per_minute

    async def send(self, http: aiohttp.ClientSession, bound: Mapping[str, str], words: str) -> Outcome:
        address = f"{self.deployment.wecom_api_base.rstrip('/')}/cgi-bin/webhook/send"
        body = {"msgtype": "text", "text": {"content": words}}
        try:
            async with http.post(address, params={"key": bound["key"]}, json=body, allow_redirects=False) as answer:
                return _read(answer.status, await answer.read())
        except NEVER_REACHED:
            return Refusal("连不上企业微信")
        except LOST as trouble:
            return Unknown(TOO_LONG if isinstance(trouble, asyncio.TimeoutError) else BROKEN)


def _read(status: int, body: bytes) -> Outcome:
    """Success is 200, the whole body and errcode 0; anything that is not surely a refusal stays unknown."""
    if status in (429, 503):
        return Refusal(f"对方正忙（{status}）", after=60 if status == 429 else 0, whole_robot=status == 429)
    if status != 200:
        return Unknown(f"回音不对（HTTP {status}）")
    try:
        answer = json.loads(body)
        code, said = int(answer["errcode"]), str(answer.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Unknown("回音看不懂")
    return _judge(code, said)


def _judge(code: int, said: str) -> Outcome:
    if code == 0:
        return Sent()
    if code in GONE:
        return Dead(f"{GONE[code]}（{code}）")
    reason = f"企业微信没有收（{code} {said[:80]}）"
    return Refusal(reason, after=BUSY.get(code), whole_robot=code == 45009)
