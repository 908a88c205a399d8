"""What somebody may say to us, in a group or alone, as one table of commands; else talk that may be a matter.

Whoever speaks is a person like one behind a device: they report (report.py) and take part (take_part.py) by the
same rules. Answers are short, kind, with a link, and hold nothing private.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.assistant.dialogue import staff_queries, welcome
from governance.assistant.dialogue.confirm import handle_answer
from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import MORE, WHETHER, Conversation
from governance.assistant.dialogue.fallback import plain_speech
from governance.assistant.dialogue.privacy import apart
from governance.assistant.dialogue.report import file_report, join_photos, keep_photos, put_aside, take_photos
from governance.assistant.dialogue.small_talk import kind_word
from governance.assistant.dialogue.suggest import WHETHER_TO_REPORT, called, inform, propose
from governance.assistant.dialogue.take_part import (
    NUMBER,
    VOTED,
    how_to_withdraw,
    join,
    list_topics,
    nudge,
    progress_of,
    voice,
)
from governance.assistant.dialogue.ticket_intents import wished
from governance.assistant.dialogue.ticket_reference import number_in
from governance.assistant.language import quotes
from governance.assistant.language.phrases import AROUND, ME_TOO, NOTHING, REPORT_IT
from governance.core.db import db
from governance.core.errors import Problem
from governance.discussions.model import AGREE, DISAGREE, PASS
from governance.people.access.viewer import NOBODY, Viewer
from governance.places.tokens import read_token
from governance.relay.model import Group, ReceivedMessage
from governance.triage.category import SHORTEST_MATTER
from governance.triage.crisis import grave

ORDERED = re.compile(r"^(?:@\S+\s*)?(?:我要|我想)?报事[\s:：，,]*")
ASKED_ABOUT = re.compile(r"\n“(.+)”")  # in our own question, the words it is about
TICKET = r"(?:编号|单号)?\s{0,3}\d{1,9}\s?[-–—－]\s?\d\s?号?"
LAST = r"(?:我?(?:刚才|刚刚|上次|上一?[件条])?(?:报的|说的)?(?:那?[件条个])?)"
ONE_TICKET = re.compile(rf"(?:进度)?\s{{0,3}}(?:{TICKET}|\d*|{LAST})\s{{0,3}}(?:的?进度)?")
BARE = re.compile(rf"{TICKET}|\d{{2,10}}")


@dataclass(frozen=True)
class Command:
    """`takes`: what may stand behind the word; with anything else there it is ordinary speech. Without a `hint` it is
    understood and not told of."""

    word: str
    hint: str | None
    answer: Callable[[Turn], str]
    also: tuple[str, ...] = ()
    takes: re.Pattern[str] = re.compile(".*", re.DOTALL)

    def behind(self, words: str) -> str | None:
        """What was said behind this command, or None where it was not given."""
        for word in (self.word, *self.also):
            rest = words[len(word) :].strip(AROUND)
            if words[: len(word)].lower() == word and self.takes.fullmatch(rest):
                return rest
        return None


def reply_to(
    message: ReceivedMessage,
    group: Group | None,
    by: Viewer,
    conversation: Conversation,
    shots: tuple[bytes, ...] = (),
    worker: Viewer = NOBODY,
    quoted: str = "",
) -> str:
    """What we say to it. What cannot be done is said plainly, and changes nothing."""
    turn = _read(Turn(message, group, by, message.text, conversation, worker, quoted))
    try:
        with db.session.begin_nested():
            reply = _told(turn, shots)
    except Problem as trouble:
        reply = trouble.words
    return called(f"{turn.words}\n{turn.quoted}", reply)


def _read(turn: Turn) -> Turn:
    """Their own words and what they point at: at our own question one may answer, or mean the words it is about."""
    words, quoted = quotes.split(turn.words, turn.quoted)
    if WHETHER_TO_REPORT in quoted:
        about = ASKED_ABOUT.search(quoted)
        quoted = about[1] if about and turn.conversation.question is None else ""
    return replace(turn, words=words, quoted=quoted)


def _told(turn: Turn, shots: tuple[bytes, ...]) -> str:
    if turn.group is not None and grave(turn.words):
        return apart(turn)
    if turn.group is None and (reply := staff_queries.answer_staff(turn.worker, turn.words.strip(AROUND))):
        return reply
    if shots and not turn.words:
        return take_photos(turn, shots)
    return _with_photos(turn, shots) if shots else _spoken(turn)


def _with_photos(turn: Turn, shots: tuple[bytes, ...]) -> str:
    """They belong to what the words begin; else, like photos alone, to the report just made."""
    keep_photos(turn, shots)
    late = turn.conversation.moved_on
    reply = [_spoken(turn)]
    if turn.conversation.question is None and turn.conversation.waiting_photos:
        reply.append(put_aside(turn) if late else join_photos(turn) or "照片收到了，跟下一件一起报上去。")
    return "\n".join(reply)


def _spoken(turn: Turn) -> str:
    """A plain yes or no to what we asked; a command; a wish for a ticket; another answer; else perhaps a matter."""
    bare = turn.words.strip(AROUND).lower()
    if _points_at_a_matter(turn, bare):
        return _pointed_at(turn)
    if turn.conversation.question in (WHETHER, MORE) and (reply := handle_answer(turn, bare)):
        return reply
    if (commanded := _commanded(turn)) is not None:
        return commanded
    if reply := wished(turn, bare):
        return reply
    kindly = kind_word(turn, bare, _help())
    if not kindly and (reply := handle_answer(turn, bare)):
        return reply
    if turn.group is None and (token := read_token(turn.words)):
        return welcome.arrive(turn, token)
    if BARE.fullmatch(bare):
        return progress_of(replace(turn, words=bare))
    return kindly or plain_speech(turn, bare)


def _points_at_a_matter(turn: Turn, bare: str) -> bool:
    """Report that, or: the same here, of what has no number yet."""
    if not turn.quoted:
        return False
    return bool(REPORT_IT.fullmatch(bare) or (ME_TOO.fullmatch(bare) and not number_in(turn.quoted)))


def _pointed_at(turn: Turn) -> str:
    """What they point at is to be reported: asked like words of their own."""
    turn.conversation.answered()
    matter = replace(turn, words=ORDERED.sub("", turn.quoted) or turn.quoted, quoted="")
    return propose(matter)


def _commanded(turn: Turn) -> str | None:
    words = "".join(turn.words.split()) if len(turn.words) <= SHORTEST_MATTER else turn.words  # 帮 助
    for command in COMMANDS:
        rest = command.behind(words)
        if rest is not None:
            if command.answer is not _help:
                turn.conversation.answered()
            return command.answer(replace(turn, words=rest))
    return None


def _help(_said: Turn | None = None) -> str:
    reply = (f"{one.word} {one.hint}".strip() for one in COMMANDS if one.hint is not None)
    return "您可以这样说：\n" + "\n".join(reply)


NO_HOTLINE = re.compile(r"(?!电话|热线|渠道|方式|信箱).*", re.DOTALL)
COMMANDS = (
    Command("报事", "电梯关门哐当响", file_report, also=("我要报事", "我想报事")),
    Command("投诉", None, file_report, also=("我要投诉", "我想投诉"), takes=NO_HOTLINE),
    Command("举报", None, inform, also=("我要举报", "我想举报"), takes=NO_HOTLINE),
    Command("进度", "编号", progress_of),
    Command("查进度", None, progress_of, also=("查一下", "查询", "查查", "查", "看看", "办到哪了"), takes=ONE_TICKET),
    Command("撤回", "编号", how_to_withdraw, also=("我要撤回", "撤销", "撤单"), takes=ONE_TICKET),
    Command("我也遇到", "编号", join),
    Command("催办", "编号", nudge),
    Command("议题", "", list_topics),
    Command("同意", "观点的号", voice(AGREE), also=("赞成",), takes=VOTED),
    Command("反对", "观点的号", voice(DISAGREE), also=("不同意",), takes=VOTED),
    Command("无所谓", None, voice(PASS), also=("弃权", "说不好"), takes=NUMBER),
    Command("帮助", "", _help, also=("/help", "help", "/start", "start", "菜单", "？", "?"), takes=NOTHING),
)
