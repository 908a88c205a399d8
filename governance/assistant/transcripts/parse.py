"""Parses a pasted group chat into lines with sender and words.

A quote (「张三：电梯又坏了」, a line of dashes, the answer) is stored beside its answer. A quote without an answer
becomes a line of its own.

A sender's name never becomes part of the words: it is private. System lines of WeChat and WeCom (joins, withdrawals,
pats, placeholders of pictures) are dropped, but only in their exact shapes, so that no resident's words are lost.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from governance.assistant.language.phrases import ME_TOO

MOST_LINES = 60
DAY = r"(?:(?:\d{2,4}[-/年.])?\d{1,2}[-/月.]\d{1,2}日?|今天|昨天|前天|(?:星期|周|礼拜)[一二三四五六日天])"
CLOCK = r"(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
MOMENT = rf"(?:{DAY}\s*){{0,2}}{CLOCK}"
WHO = r"[^\s:：\[【](?:[^:：]{0,18}?[^\s:：])??"
RULE = r"[-—–_=*·\s]"
MEMBER = r"(?:[^\s:：，。！？“”\"「」]{1,30}|[“\"「][^:：“”\"「」]{1,60}[”\"」])"
QUOTED = r"[“\"「][^:：“”\"「」]{1,60}[”\"」]"
SYSTEM = (
    rf"{RULE}{{2,}}|{RULE}*(?:以下[是为]新消息|查看更多(?:历史)?消息|\d+条新消息){RULE}*",
    rf"{MEMBER}\s*撤回了(?:成员\s*{MEMBER}\s*的)?一条消息(?:\s*重新编辑)?",
    rf"{MEMBER}\s*(?:邀请|通过扫描)[^:：，。！？]{{1,200}}加入了?(?:外部)?群聊",
    rf"{MEMBER}\s*(?:已?加入了?|退出了)(?:外部)?群聊",
    rf"{MEMBER}\s*将\s*{MEMBER}\s*移出了?群聊",
    rf"{MEMBER}\s*与群里其他人都不是(?:微信)?(?:朋友|好友)关系，请注意隐私安全",
    rf"{MEMBER}\s*修改了?群(?:聊)?名(?:称|字)?(?:为\s*[^:：]{{1,80}})?",
    rf"{MEMBER}\s*已成为新(?:的)?群主",
    rf"(?:我|你|{QUOTED})\s*拍了拍\s*(?:我|你|自己|{QUOTED})[^:：，。！？]{{0,20}}|{MEMBER}\s+拍了拍\s+{MEMBER}",
    rf"{MEMBER}\s*领取了(?:你|{MEMBER})的红包",
    rf"(?:以下是)?(?:群聊|{QUOTED}|群聊\s*{QUOTED}\s*)的聊天记录(?:如下)?[:：]?",
)
DASHES = re.compile(rf"{RULE}{{2,}}")
NOBODY = re.compile("|".join((rf"{MOMENT}|{RULE}*{DAY}{RULE}*", *SYSTEM)))  # times and system lines
SHOWN = re.compile(  # placeholders of pictures, files and the like
    r"\[(?:图片|照片|视频|语音|表情|动画表情|文件|链接|位置|红包|微信红包|转账|名片|个人名片|小程序|聊天记录|音乐|笔记"
    r"|视频号|直播|语音通话|视频通话|群公告|卡券|群接龙|群收款|拍一拍)\](?![:：\]])"
)
BOXED = re.compile(rf"[\[【](?P<who>{WHO})\s+(?:{MOMENT}|{DAY})[\]】][:：]?\s*(?P<words>.*)")
HEAD = re.compile(rf"(?P<who>{WHO})\s+{MOMENT}[:：]?(?P<words>)")
KEPT = re.compile(r"\[(?P<who>[^:：]{1,20}?)\]：(?P<words>\S.*)")
SAYS = re.compile(
    r"(?P<who>(?!\d+[:：])[^\s:：，。！？、「」]{1,12})\s*(?:(?<!\d)[:：]|[:：](?!\d))(?!//)\s*(?P<words>.*)"
)
LABEL = re.compile(
    r".*(?:时间|地点|通知|公告|电话|地址|内容|注意|事项|提醒|问题|情况|原因|要求|诉求|建议|如下|以下|标题|主题|附件|链接|备注|说明)"
    r"|https?"
)


CITED_WHO = r"[^\s:：「」\[\]【】](?:[^:：「」\[\]【】\n]{0,18}[^\s:：「」\[\]【】])?"
CITED = re.compile(rf"「(?P<who>{CITED_WHO})\s{{0,3}}[:：](?P<words>[^「」]{{0,300}})」")
CITED_LINES = re.compile(rf"(?m)(?:^|(?<=」))[ \t]*{CITED.pattern}")


@dataclass(frozen=True)
class Line:
    """One utterance. `sender` is empty when unknown; `answers` is the quoted message, as `who：words`."""

    words: str
    sender: str = ""
    answers: str = ""

    def __str__(self) -> str:
        """The line in a form that `lines` parses to the same words and sender."""
        return (f"「{self.answers}」\n" if self.answers else "") + self._said

    @property
    def answered(self) -> str:
        """The quoted words without their sender."""
        return self.answers.partition("：")[2]

    @property
    def _said(self) -> str:
        if not self.sender:
            return self.words
        plain = f"{self.sender}：{self.words}"
        return plain if _read(plain) == (self.sender, self.words) else f"[{self.sender}]：{self.words}"


def lines(text: str) -> list[Line]:
    """Parse a paste, at most `MOST_LINES` lines. A line with only a name, or a name and a time, heads those below it.

    An empty line ends what a sender said, but not directly below a head, where WeChat leaves one.
    """
    said: list[Line] = []
    sender, begun, cited = "", True, None
    for line in _plain(text):
        quote = _cited(line)
        who, words = (None, "") if quote else _read(line)
        if cited and (not line or DASHES.fullmatch(line)):
            continue
        if quote or (who is not None and not words):
            said += _unanswered(cited)
            cited = quote
        if who is not None and words:
            said.append(Line(words, who, _about(cited)))
        elif who is not None:
            sender, begun = who, False
        elif words:
            said.append(Line(words, sender, _about(cited)))
            begun = True
        elif begun and not quote:
            sender = ""
        cited = cited if quote else None
    return [*said, *_unanswered(cited)][:MOST_LINES]


def _plain(text: str) -> list[str]:
    """The text lines without placeholders. Each quote becomes one line, however many it had."""
    shown = [(whole, SHOWN.sub(" ", whole).strip()) for whole in text.splitlines()]
    whole = "\n".join(line for before, line in shown if line or not before.strip())
    quoted = CITED_LINES.sub(lambda found: " ".join(found[0].split()), whole)
    return [part for line in quoted.split("\n") for part in _parts(line.strip())]


def _parts(line: str) -> list[str]:
    """The quotes at the start of a line, then what follows them."""
    parts = []
    while (quote := CITED.match(line)) and _cited(quote[0]):
        parts.append(quote[0])
        line = line[quote.end() :].strip()
    return [*parts, line] if line or not parts else parts


def _cited(line: str) -> Line | None:
    """The line inside a quote; its words are empty if it quotes a picture."""
    found = CITED.fullmatch(line)
    return Line(found["words"].strip(), found["who"]) if found and not LABEL.fullmatch(found["who"]) else None


def _about(cited: Line | None) -> str:
    return f"{cited.sender}：{cited.words}" if cited and cited.words else ""


def _unanswered(cited: Line | None) -> list[Line]:
    return [cited] if cited and cited.words else []


def _read(line: str) -> tuple[str | None, str]:
    """The sender named in this line (None: nobody; empty: a system line), and the words after the name."""
    if NOBODY.fullmatch(line):
        return "", ""
    for shape in (KEPT, BOXED, HEAD, SAYS):
        found = shape.fullmatch(line)
        if found and not LABEL.fullmatch(found["who"]):
            return found["who"], found["words"]
    return None, line


class Matter(NamedTuple):
    """One matter made of chosen lines: words, quoted words, first sender, and all other lines."""

    words: str
    answered: str
    sender: str
    rest: str


def matter(said: Sequence[Line], chosen: Collection[int]) -> Matter:
    """Make one matter of the chosen lines. "The same here" takes the words it quotes."""
    mine = [line for number, line in enumerate(said) if number in chosen]
    rest = [str(line) for number, line in enumerate(said) if number not in chosen]
    words, answered = ("\n".join(parts) for parts in (map(_matter_of, mine), (one.answered for one in mine)))
    return Matter(words, answered.strip(), mine[0].sender if mine else "", "\n".join(rest))


def _matter_of(line: Line) -> str:
    return line.answered if line.answered and ME_TOO.fullmatch(line.words) else line.words
