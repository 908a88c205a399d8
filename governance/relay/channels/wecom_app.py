"""A text card to one worker from our WeCom application."""

from typing import Any, ClassVar

from governance.relay.channels.base import Dead, Outcome, Refusal, Sent
from governance.relay.channels.person import PersonChannel, lines_of
from governance.relay.messages.text import cut

SEND = "/cgi-bin/message/send"
TITLE_BYTES, ABOUT_BYTES = 128, 512


class WecomApp(PersonChannel):
    """The first line becomes the card's title, the last its link. WeCom drops what exceeds 30 a minute."""

    name, label = "wecom_app", "企业微信应用"
    about = "一位绑定了企业微信的工作人员：派到的、快到期的、晚了的、重办的，各一张卡片。"
    side, kind = "app", "userid"
    per_minute: ClassVar[int] = 25  # per member
    longest_bytes: ClassVar[int] = 1024

    @property
    def together_per_minute(self) -> int:
        return 9_000  # WeCom allows 10,000 per corporation

    def say(self, to: str, news: str, words: str) -> Outcome:
        title, *about, link = lines_of(words)
        body = {"touser": to, "agentid": int(self.deployment.wecom_agent_id)}
        answer = self.asked(SEND, body | text_card(title, "\n".join(about), link, "去看看"))
        if not isinstance(answer, dict):
            return answer
        if answer.get("invaliduser"):
            return Dead("这个人不在应用的可见范围里")
        return Refusal("这个人没有企业微信的许可", after=None) if answer.get("unlicenseduser") else Sent()


def text_card(title: str, about: str, link: str, deed: str) -> dict[str, Any]:
    """A text card that leads to `link`, within WeCom's limits. `deed` is the label of its button."""
    card = {"title": cut(title, TITLE_BYTES), "description": cut(about, ABOUT_BYTES), "url": link, "btntxt": deed}
    return {"msgtype": "textcard", "textcard": card}
