"""A template message to one resident from the official account.

A template has fields, each of a kind with its own limit (developers.weixin.qq.com, 类目模板 and 订阅通知). A setting
maps lines of our words to fields.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from governance.core.config import Settings
from governance.relay.channels.base import Dead, Outcome, Refusal, Sent, outcome_through_gateway
from governance.relay.channels.person import PersonChannel, lines_of
from governance.wechat.answers import TROUBLES, Gone
from governance.wechat.gateway import gateway

NOT_TICKED = 43101
TEMPLATE, SUBSCRIBED = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
NEWS = {
    "ticket.accept": "wechat_template_accepted",
    "ticket.finish": "wechat_template_finished",
    "ticket.verify": "wechat_template_finished",
    "ticket.reopen": "wechat_template_reopened",
    "ticket.photo_refused": "wechat_template_accepted",
    "ticket.decline": "wechat_template_finished",
    "ticket.uphold": "wechat_template_finished",
    "ticket.send_back": "wechat_template_reopened",
}
KINDS = {"ticket.accept": "受理", "ticket.finish": "办好", "ticket.decline": "办不了", "ticket.reopen": "重新办"}
LONGEST = {"thing": 20, "character_string": 32, "phrase": 5, "const": 20, "time": 40}
KIND = re.compile(r"[a-z_]+")


def template(settings: Settings, news: str) -> tuple[str, dict[str, str]]:
    """The template for this event name, and which of our lines fills which field; empty when there is none."""
    id_, *pairs = getattr(settings, NEWS.get(news, ""), "").split(",")
    return id_.strip(), dict(pair.strip().split("=", 1) for pair in pairs)


def kinds(settings: Settings) -> list[str]:
    """The labels of what residents can be told of."""
    return [label for news, label in KINDS.items() if template(settings, news)[0]]


def ticked(settings: Settings) -> tuple[str, ...]:
    """The templates that need a tick in WeChat's own window; none where they are 模板消息."""
    if not settings.wechat_subscribed:
        return ()
    return tuple(dict.fromkeys(id_ for news in NEWS if (id_ := template(settings, news)[0])))


class OfficialAccount(PersonChannel):
    """Its lines are `label：value`. WeChat allows 100,000 messages a day; the rate limit stays below that."""

    name, label = "official_account", "公众号"
    about = "一位同意接收的居民：受理了、办好了、办不了、重新在办，各一条通知。"
    side, kind = "official", "openid"
    longest_bytes: ClassVar[int] = 1024

    @property
    def hears_answers(self) -> bool:
        return bool(self.deployment.wechat_token)

    @property
    def together_per_minute(self) -> int:
        return 1_000

    def say(self, to: str, news: str, words: str) -> Outcome:
        id_, wanted = template(self.deployment, news)
        if not id_:
            return Refusal("没有给这种消息的模板", after=None)
        *lines, link = lines_of(words)
        ours = dict(line.split("：", 1) for line in lines)
        data = {field: {"value": _short(field, ours.get(name, ""))} for field, name in wanted.items()}
        body: dict[str, Any] = {"touser": to, "template_id": id_, "data": data}
        if self.deployment.wechat_subscribed:
            return self._subscribed(body | {"page": link})
        answer = self.asked(TEMPLATE, body | {"url": link})
        return Sent() if isinstance(answer, dict) else answer

    def _subscribed(self, body: Mapping[str, Any]) -> Outcome:
        """One tick allows one notice of one kind. A used-up tick does not stop notices of other kinds."""
        try:
            gateway().call(self.side, SUBSCRIBED, json=body)
        except Gone as gone:
            return Refusal(gone.reason, after=None) if gone.code == NOT_TICKED else Dead(gone.reason)
        except TROUBLES as trouble:
            return outcome_through_gateway(trouble)
        return Sent()


def _short(field: str, value: str) -> str:
    found = KIND.match(field)
    longest = LONGEST.get(found.group().rstrip("_") if found else "", 20)
    return value if len(value) <= longest else value[: longest - 1] + "…"
