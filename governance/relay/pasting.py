"""What was pasted from a group's chat, line by line: who said it, as far as can be told, and the words alone.

Who said something never goes into the words: names in a group are nobody else's business.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST_LINES = 60
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
HEAD = re.compile(rf"(?P<who>\S.{{0,19}}?)\s+(?:\d{{2,4}}[-/年.]\d{{1,2}}[-/月.]\d{{1,2}}日?\s*)?{CLOCK}:?")
SAYS = re.compile(r"(?P<who>[^\s:：，。！？、]{1,12})[:：]\s*(?P<words>\S.*)")
LABELS = frozenset(("时间", "地点", "通知", "电话", "地址", "内容", "注意", "提醒", "问题", "情况", "http", "https"))


@dataclass(frozen=True)
class Line:
    """One thing that was said. `sender` is empty when nobody can tell."""

    words: str
    sender: str = ""

    def __str__(self) -> str:
        return f"{self.sender}：{self.words}" if self.sender else self.words


def lines(text: str) -> list[Line]:
    """The lines of a paste. A line with a name and a time is the head of those below it."""
    said, sender = [], ""
    for line in (line.strip() for line in text.splitlines()):
        head, says = HEAD.fullmatch(line), SAYS.fullmatch(line)
        if not line:
            sender = ""
        elif head:
            sender = head["who"].rstrip(":：")
        elif says and says["who"] not in LABELS:
            said.append(Line(says["words"], says["who"]))
        else:
            said.append(Line(line, sender))
    return said[:MOST_LINES]


def matter(said: Sequence[Line], chosen: Collection[int]) -> tuple[str, str, str]:
    """Those lines that are one matter: their words together, who said the first, and all other lines to go on with."""
    mine = [line for number, line in enumerate(said) if number in chosen]
    rest = [str(line) for number, line in enumerate(said) if number not in chosen]
    return "\n".join(line.words for line in mine), mine[0].sender if mine else "", "\n".join(rest)
