"""A bot of 5号楼's group: its key, its door, and how its group is bound."""

import re

from governance.relay import groups
from governance.relay.model import Group
from tests.cast import Cast

KEY = "a-key-for-the-ginkgo-bot-0001"
DOOR = "/bots/ginkgo-bot/messages"


def bind_bot(cast: Cast) -> Group:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-5"}
    return groups.add(cast.viewer("shen"), "bot", "residents", "5号楼群", given, [cast.place("5号楼")])


def number_in(reply: str) -> str:
    return re.findall(r"编号 (\d+-\d)", reply)[0]
