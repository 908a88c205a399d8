"""The robot of a WeCom group (消息推送). It sends and cannot receive; wechat/answers.py explains its error codes.

The API has no message id and no idempotency key, so a lost answer looks like a lost request. Every message is therefore
one call, whatever its type (docs/adr/0016). Types and limits are in wecom_message_types.py:

- `news`, a card with a link: a notice, an event of a topic, a finished ticket with a public photo of the result;
- `image`: the QR code of the group's place, when the keeper sends it;
- `markdown`, for workers only: several matters in one message, with heads;
- `text`: everything else.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import aiohttp

from governance.core.errors import Invalid
from governance.relay.channels import wecom_message_types
from governance.relay.channels.base import Channel, Need, Outcome, Refusal, Unknown, outcome_of
from governance.relay.channels.qr_image import png
from governance.relay.messages.audience import Telling
from governance.relay.messages.text import cut
from governance.wechat import answers, circuit_breaker

PATH = "/cgi-bin/webhook/send"
ADDRESS = re.compile(rf"{PATH}[?？](?:\S*&)?key=([\w-]+)", re.ASCII)
KEY = re.compile(r"[0-9A-Za-z_-]{8,128}")
NEVER_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
TOO_LONG, BROKEN = "等了太久没有回音", "发出以后连接断了，没有回音"
LOST = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


class WecomWebhook(Channel):
    """A robot that the owner of an internal WeCom group added."""

    name, label = "wecom_webhook", "企业微信群机器人"
    about = "企业微信内部群：在群里添加“消息推送”，把它的 Webhook 地址贴在这里，以后自动发。"
    needs = (Need("key", "Webhook 地址或 key", "贴整个地址也可以；保存后不再显示", secret=True),)
    per_minute: ClassVar[int] = 18  # WeCom allows 20
    longest_bytes: ClassVar[int] = 2048

    @classmethod
    def read(cls, given: Mapping[str, str]) -> dict[str, str]:
        text = given.get("key", "").strip()
        found = ADDRESS.search(text)
        key = found[1] if found else text
        if not KEY.fullmatch(key):
            raise Invalid({"key": "这不像机器人的地址或 key，请从群里的“消息推送”复制"})
        return {"key": key}

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str:
        return bound["key"]

    @property
    def host(self) -> circuit_breaker.Host:
        return circuit_breaker.host(self.deployment.wecom_api_base)

    @property
    def together_per_minute(self) -> int:
        return self.deployment.wecom_ip_per_minute

    async def send(
        self, http: aiohttp.ClientSession, bound: Mapping[str, str], words: str, matters: Sequence[Telling] = ()
    ) -> Outcome:
        if not self.host.may_ask():
            return Refusal(circuit_breaker.AWAY, math.ceil(self.host.rests), away=True)
        address = f"{self.deployment.wecom_api_base.rstrip('/')}{PATH}"
        drawn = any(one.drawn for one in matters)  # drawing takes time
        body = await asyncio.to_thread(body_of, words, matters) if drawn else body_of(words, matters)
        try:
            async with http.post(address, params={"key": bound["key"]}, json=body, allow_redirects=False) as answer:
                said = await answer.read()
                self.host.heard(answer.status)
                return _read(answer.status, said)
        except NEVER_REACHED:
            self.host.was_silent()
            return Refusal("连不上企业微信", away=True)
        except LOST as trouble:
            self.host.was_silent()
            return Unknown(TOO_LONG if isinstance(trouble, asyncio.TimeoutError) else BROKEN)


def body_of(words: str, matters: Sequence[Telling]) -> wecom_message_types.Body:
    """The message type for this message; text where another has no room. All types but image carry the signature."""
    sign = words.rpartition("\n")[2]
    if len(matters) == 1:
        return _alone(matters[0], sign) or wecom_message_types.text(words)
    if matters and all(one.at_work for one in matters):
        return wecom_message_types.markdown([one.parts for one in matters], sign) or wecom_message_types.text(words)
    return wecom_message_types.text(words)


def _alone(one: Telling, sign: str) -> wecom_message_types.Body | None:
    if one.drawn:
        return wecom_message_types.image(png(one.link))
    if not (one.card and one.link):
        return None
    head, lines, link = one.parts
    whole = (head, *lines) if len(head.encode()) > wecom_message_types.TITLE_BYTES else lines
    about = cut("\n".join(whole), wecom_message_types.ABOUT_BYTES - len(f"\n{sign}".encode()))
    return wecom_message_types.news([(head, f"{about}\n{sign}", link, one.picture)])


def _read(status: int, body: bytes) -> Outcome:
    """Success is status 200, the whole body and errcode 0. What is not certainly a refusal is unknown.

    A busy or absent host counts as no try.
    """
    if status != 200:
        outcome = outcome_of(answers.judged_status(status))
        return replace(outcome, away=True) if isinstance(outcome, Refusal) else outcome
    try:
        answer = json.loads(body)
        code, said = int(answer["errcode"]), str(answer.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Unknown("回音看不懂")
    return outcome_of(answers.judged(code, said, "robot"))
