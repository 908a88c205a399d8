"""What was pasted from a group's chat, line by line: who said it, as far as can be told, and the words alone.

Who said something never goes into the words: names in a group are nobody else's business.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST_LINES = 60
DAY = r"(?:(?:\d{2,4}[-/年.])?\d{1,2}[-/月.]\d{1,2}日?|今天|昨天|前天|(?:星期|周|礼拜)[一二三四五六日天])"
CLOCK = r"(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
MOMENT = rf"(?:{DAY}\s*){{0,2}}{CLOCK}"
WHO = r"[^\s:：\[【](?:[^:：]{0,18}?[^\s:：])??"
NOBODY = re.compile(rf"{MOMENT}|[-—–_=*·\s]*{DAY}[-—–_=*·\s]*")  # when it was said, alone on a line
BOXED = re.compile(rf"[\[【](?P<who>{WHO})\s+(?:{MOMENT}|{DAY})[\]】][:：]?\s*(?P<words>.*)")
HEAD = re.compile(rf"(?P<who>{WHO})\s+{MOMENT}[:：]?(?P<words>)")
KEPT = re.compile(r"\[(?P<who>[^:：]{1,20}?)\]：(?P<words>\S.*)")
SAYS = re.compile(r"(?P<who>(?!\d+[:：])[^\s:：，。！？、]{1,12})\s*(?:(?<!\d)[:：]|[:：](?!\d))(?!//)\s*(?P<words>.*)")
LABEL = re.compile(
    r".*(?:时间|地点|通知|公告|电话|地址|内容|注意|事项|提醒|问题|情况|原因|要求|诉求|建议|如下|以下|标题|主题|附件|链接|备注|说明)"
    r"|https?"
)


@dataclass(frozen=True)
class Line:
    """One thing that was said. `sender` is empty when nobody can tell."""

    words: str
    sender: str = ""

    def __str__(self) -> str:
        """As it is read back: the same words by the same sender."""
        if not self.sender:
            return self.words
        plain = f"{self.sender}：{self.words}"
        return plain if _read(plain) == (self.sender, self.words) else f"[{self.sender}]：{self.words}"


def lines(text: str) -> list[Line]:
    """The lines of a paste. A line with a name alone, or a name and a time, is the head of those below it.

    A free line ends what somebody said, but not before their first word: WeChat leaves one free below the head.
    """
    said, sender, begun = [], "", True
    for line in (line.strip() for line in text.splitlines()):
        who, words = _read(line)
        if who is not None and words:
            said.append(Line(words, who))
        elif who is not None:
            sender, begun = who, False
        elif words:
            said.append(Line(words, sender))
            begun = True
        elif begun:
            sender = ""
    return said[:MOST_LINES]


def _read(line: str) -> tuple[str | None, str]:
    """Who is named as speaking (None: nobody), and the words of theirs on this same line."""
    if NOBODY.fullmatch(line):
        return "", ""
    for shape in (KEPT, BOXED, HEAD, SAYS):
        found = shape.fullmatch(line)
        if found and not LABEL.fullmatch(found["who"]):
            return found["who"], found["words"]
    return None, line


def matter(said: Sequence[Line], chosen: Collection[int]) -> tuple[str, str, str]:
    """Those lines that are one matter: their words together, who said the first, and all other lines to go on with."""
    mine = [line for number, line in enumerate(said) if number in chosen]
    rest = [str(line) for number, line in enumerate(said) if number not in chosen]
    return "\n".join(line.words for line in mine), mine[0].sender if mine else "", "\n".join(rest)
