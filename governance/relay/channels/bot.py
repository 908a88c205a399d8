"""Any other bot: a program that leases messages from our HTTP endpoint, posts them and reports the outcome."""

import re
from collections.abc import Mapping
from typing import ClassVar

from governance.relay.channels.base import Channel, Need


class Bot(Channel):
    """A bot with a name and a bearer key, which all its groups share."""

    name, label = "bot", "别的机器人"
    about = (
        "别的机器人用自己的密钥来取要发的话（GET /bots/名字/deliveries），发完回报结果；"
        "群里人对它说的话，它转给我们（POST /bots/名字/messages），把回话发回群里。"
    )
    needs = (
        Need(
            "bot",
            "机器人的名字",
            "小写字母和数字，例如 ginkgo-bot",
            shape=re.compile(r"[a-z0-9][a-z0-9_-]{1,30}"),
            wrong="只用小写字母、数字和 - _，2 到 31 位",
        ),
        Need(
            "chat",
            "它那边的群号",
            "机器人靠它认出群",
            shape=re.compile(r"(?s).{1,64}"),
            wrong="请填群号，最多 64 个字",
        ),
        Need(
            "key",
            "密钥",
            "至少 24 位；同一个机器人的各个群填同一个；保存后不再显示",
            secret=True,
            shape=re.compile(r"[!-~]{24,200}"),
            wrong="密钥要 24 位以上，不带空格和汉字",
        ),
    )
    shares = ("bot", "key")
    own_ears = True
    pushes = False
    longest_bytes: ClassVar[int] = 4000
    lease: ClassVar[int] = 300
    lost: ClassVar[str] = "机器人取走了，没有回报结果，可能已经发出"

    @classmethod
    def ear(cls, bound: Mapping[str, str]) -> str:
        return f"{bound['bot']}:{bound['chat']}"

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str:
        return f"{bound['bot']}:{bound['key']}"
