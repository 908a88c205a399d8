"""The commands, in order. Words that only begin like a command are ordinary speech."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.assistant.dialogue.answering import ANSWERED, say
from governance.assistant.dialogue.appealing import answer_back
from governance.assistant.dialogue.report import file_report
from governance.assistant.dialogue.suggest import report_misconduct
from governance.assistant.dialogue.take_part import (
    NUMBER,
    TICKET,
    VOTED,
    explain_withdrawal,
    give_voice,
    join_ticket,
    join_unsolved,
    list_topics,
    nudge_ticket,
    tell_progress,
)
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.answers import NO, YES
from governance.assistant.language.phrases import AROUND, NOTHING
from governance.discussions.model import AGREE, DISAGREE, PASS
from governance.triage.category import SHORTEST_MATTER

LAST = r"(?:我?(?:刚才|刚刚|上次|上一?[件条])?(?:报的|说的)?(?:那?[件条个])?)"
ONE_TICKET = re.compile(rf"(?:进度)?\s{{0,3}}(?:{TICKET}|\d*|{LAST})\s{{0,3}}(?:的?进度)?")
NO_HOTLINE = re.compile(r"(?!电话|热线|渠道|方式|信箱).*", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """`word`, or one of `also`, begins the command; what stands behind it must match `takes`.

    A command without a `hint` is understood but not listed in the help.
    """

    word: str
    hint: str | None
    answer: Callable[[Turn], str]
    also: tuple[str, ...] = ()
    takes: re.Pattern[str] = re.compile(".*", re.DOTALL)
    closes_question: bool = True

    def matches(self, turn: Turn) -> bool:
        return self._argument(turn) is not None

    def handle(self, turn: Turn) -> str:
        """Close our open question, unless this is 帮助, and run the command."""
        if self.closes_question:
            turn.conversation.close_question()
        return self.answer(replace(turn, words=self._argument(turn) or ""))

    def _argument(self, turn: Turn) -> str | None:
        """The words behind the command; None where it was not given. Short ones may have spaces inside: 帮 助."""
        words = "".join(turn.words.split()) if len(turn.words) <= SHORTEST_MATTER else turn.words
        for word in (self.word, *self.also):
            argument = words[len(word) :].strip(AROUND)
            if words[: len(word)].lower() == word and self.takes.fullmatch(argument):
                return argument
        return None


def help_text() -> str:
    """The commands one may say, one a line."""
    lines = (f"{command.word} {command.hint}".strip() for command in COMMANDS if command.hint is not None)
    return "您可以这样说：\n" + "\n".join(lines)


def _help(_turn: Turn) -> str:
    return help_text()


COMMANDS = (
    Command("报事", "电梯关门哐当响", file_report, also=("我要报事", "我想报事")),
    Command("投诉", None, file_report, also=("我要投诉", "我想投诉"), takes=NO_HOTLINE),
    Command("举报", None, report_misconduct, also=("我要举报", "我想举报"), takes=NO_HOTLINE),
    Command("进度", "编号", tell_progress),
    Command("查进度", None, tell_progress, also=("查一下", "查询", "查查", "查", "看看", "办到哪了"), takes=ONE_TICKET),
    Command("撤回", "编号", explain_withdrawal, also=("我要撤回", "撤销", "撤单"), takes=ONE_TICKET),
    Command("我也遇到，还没好", "编号", join_unsolved),
    Command("我也遇到", "编号", join_ticket),
    Command("催办", "编号", nudge_ticket),
    Command("解决了", "编号 5分", say(YES), also=("已经解决了", "已解决", "解决"), takes=ANSWERED),
    Command(
        "没解决", "编号", say(NO), also=("没有解决", "还没解决", "未解决", "重办", "没修好", "没办好"), takes=ANSWERED
    ),
    Command("再看看", "编号 为什么不同意", answer_back, takes=re.compile(rf"{TICKET}.*", re.DOTALL)),
    Command("议题", "", list_topics),
    Command("同意", "观点的号", give_voice(AGREE), also=("赞成",), takes=VOTED),
    Command("反对", "观点的号", give_voice(DISAGREE), also=("不同意",), takes=VOTED),
    Command("无所谓", None, give_voice(PASS), also=("弃权", "说不好", "不好说"), takes=NUMBER),
    Command(
        "帮助",
        "",
        _help,
        also=("/help", "help", "/start", "start", "菜单", "？", "?"),
        takes=NOTHING,
        closes_question=False,
    ),
)
