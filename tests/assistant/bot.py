"""A bot for the group of 5号楼 or for more groups: its key, its endpoint, and how to bind the groups."""

import re

from governance.relay.groups import binding
from governance.relay.model import Group
from tests.cast import Cast

KEY = "a-key-for-the-ginkgo-bot-0001"
DOOR = "/bots/ginkgo-bot/messages"


def bind_bot(cast: Cast, *places: str, chat: str = "chat-5", by: str = "shen") -> Group:
    at = places or ("5号楼",)
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": chat}
    return binding.add(cast.viewer(by), "bot", "residents", f"{at[0]}群", given, [cast.place(one) for one in at])


def number_in(reply: str) -> str:
    return re.findall(r"编号 (\d+-\d)", reply)[0]
