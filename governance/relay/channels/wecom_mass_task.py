"""A WeCom customer group (客户群). We prepare a mass task; nothing is sent before the owner presses 发送.

relay/mass_tasks/create.py creates the tasks, relay/mass_tasks/track.py follows them.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from governance.relay.channels.base import Channel, Need
from governance.wechat import circuit_breaker

CHAT = re.compile(r"wr[0-9A-Za-z_-]{8,62}")
USER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}")


class WecomMassTask(Channel):
    """`chat_id` is the group, `owner` the userid of an employee within the scope of 客户联系."""

    name, label = "wecom_mass_task", "企业微信客户群"
    about = (
        "企业微信客户群（有居民的外部群）：话由系统备好，群主在手机上点“发送”才发出去。"
        "一个群一天收一次，多的第二天合在一起。"
    )
    needs = (
        Need(
            "chat_id",
            "客户群编号",
            "wr 开头",
            shape=CHAT,
            wrong="请填客户群编号，wr 开头的一串字母和数字",
        ),
        Need(
            "owner",
            "群主的企业微信账号",
            "成员的 userid，例如 ZhangSan",
            shape=USER,
            wrong="请填群主在企业微信里的账号，字母和数字",
        ),
    )
    listed = True
    pushes = False
    longest_bytes: ClassVar[int] = 4000
    lease: ClassVar[int] = 60  # the lease for creating the task; a task in the owner's hands has none

    @property
    def host(self) -> circuit_breaker.Host:
        return circuit_breaker.host(self.deployment.wecom_api_base)

    @classmethod
    def ear(cls, bound: Mapping[str, str]) -> str:
        return bound["chat_id"]

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str:
        return bound["owner"]
