"""An intelligent robot in an internal WeCom group. Members speak to it; over a long connection it sends by itself.

A group is bound by the number that the robot tells it when somebody there speaks to it for the first time.
"""

from collections.abc import Mapping
from typing import ClassVar

from governance.core.errors import Invalid
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.relay.channels.base import Channel, Need
from governance.relay.robots import CHANNEL, paired, robot_named


class WecomAibot(Channel):
    """The worker that holds the robot's connection sends its messages (assistant/inbound/robot_connection.py)."""

    name, label = CHANNEL, "企业微信智能机器人"
    about = "企业微信内部群：群里人 @机器人 就能报事、问进度。先在群里 @它说一句，它会回六位数字，填在这里。"
    needs = (Need("number", "机器人在群里说的六位数字", "在群里 @机器人 随便说一句，它就会告诉您", spent=True),)
    shows = (("robot", "机器人"),)
    pushes = False
    longest_bytes: ClassVar[int] = 4096

    @classmethod
    def read(cls, given: Mapping[str, str]) -> dict[str, str]:
        number = given.get("number", "").strip()
        if number:
            found = paired(number)
            return {"robot": found.robot, "chat": found.chat}
        if not given.get("robot") or not given.get("chat"):
            raise Invalid({"number": "请填机器人在群里说的六位数字"})
        return {"robot": given["robot"], "chat": given["chat"]}

    @classmethod
    def may_bind(cls, viewer: Viewer, bound: Mapping[str, str]) -> bool:
        """Only keepers of the robot may use the number."""
        return may(viewer, "group.keep", robot_named(bound["robot"]))

    @classmethod
    def ear(cls, bound: Mapping[str, str]) -> str:
        return f"{bound['robot']}:{bound['chat']}"

    @classmethod
    def tells(cls, bound: Mapping[str, str]) -> bool:
        return robot_named(bound["robot"]).connects

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str:
        return bound["robot"]
