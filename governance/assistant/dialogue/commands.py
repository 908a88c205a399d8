"""What somebody may say to us, in a group or alone, as one table of commands; else talk that may be a matter.

Whoever speaks is a person like one behind a device: they report (reporting.py) and take part (taking_part.py) by the
same rules. Answers are short, kind, with a link, and hold nothing private.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.assistant.dialogue import staff_queries, welcome
from governance.assistant.dialogue.confirm import settle
from governance.assistant.dialogue.context import Said
from governance.assistant.dialogue.conversation import MORE, WHETHER, Talk
from governance.assistant.dialogue.fallback import plain_speech
from governance.assistant.dialogue.privacy import apart
from governance.assistant.dialogue.report import join_photos, keep_photos, put_aside, report, take_photos
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
from governance.relay.model import Group, Heard
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
    answer: Callable[[Said], str]
    also: tuple[str, ...] = ()
    takes: re.Pattern[str] = re.compile(".*", re.DOTALL)

    def behind(self, words: str) -> str | None:
        """What was said behind this command, or None where it was not given."""
        for word in (self.word, *self.also):
            rest = words[len(word) :].strip(AROUND)
            if words[: len(word)].lower() == word and self.takes.fullmatch(rest):
                return rest
        return None


def answer(
    heard: Heard,
    group: Group | None,
    by: Viewer,
    talk: Talk,
    shots: tuple[bytes, ...] = (),
    worker: Viewer = NOBODY,
    quoted: str = "",
) -> str:
    """What we say to it. What cannot be done is said plainly, and changes nothing."""
    said = _read(Said(heard, group, by, heard.text, talk, worker, quoted))
    try:
        with db.session.begin_nested():
            told = _told(said, shots)
    except Problem as trouble:
        told = trouble.words
    return called(f"{said.words}\n{said.quoted}", told)


def _read(said: Said) -> Said:
    """Their own words and what they point at: at our own question one may answer, or mean the words it is about."""
    words, quoted = quotes.split(said.words, said.quoted)
    if WHETHER_TO_REPORT in quoted:
        about = ASKED_ABOUT.search(quoted)
        quoted = about[1] if about and said.talk.question is None else ""
    return replace(said, words=words, quoted=quoted)


def _told(said: Said, shots: tuple[bytes, ...]) -> str:
    if said.group is not None and grave(said.words):
        return apart(said)
    if said.group is None and (told := staff_queries.answer(said.worker, said.words.strip(AROUND))):
        return told
    if shots and not said.words:
        return take_photos(said, shots)
    return _with_photos(said, shots) if shots else _spoken(said)


def _with_photos(said: Said, shots: tuple[bytes, ...]) -> str:
    """They belong to what the words begin; else, like photos alone, to the report just made."""
    keep_photos(said, shots)
    late = said.talk.moved_on
    told = [_spoken(said)]
    if said.talk.question is None and said.talk.waiting_photos:
        told.append(put_aside(said) if late else join_photos(said) or "照片收到了，跟下一件一起报上去。")
    return "\n".join(told)


def _spoken(said: Said) -> str:
    """A plain yes or no to what we asked; a command; a wish for a ticket; another answer; else perhaps a matter."""
    bare = said.words.strip(AROUND).lower()
    if _points_at_a_matter(said, bare):
        return _pointed_at(said)
    if said.talk.question in (WHETHER, MORE) and (told := settle(said, bare)):
        return told
    if (commanded := _commanded(said)) is not None:
        return commanded
    if told := wished(said, bare):
        return told
    kindly = kind_word(said, bare, _help())
    if not kindly and (told := settle(said, bare)):
        return told
    if said.group is None and (token := read_token(said.words)):
        return welcome.arrive(said, token)
    if BARE.fullmatch(bare):
        return progress_of(replace(said, words=bare))
    return kindly or plain_speech(said, bare)


def _points_at_a_matter(said: Said, bare: str) -> bool:
    """Report that, or: the same here, of what has no number yet."""
    if not said.quoted:
        return False
    return bool(REPORT_IT.fullmatch(bare) or (ME_TOO.fullmatch(bare) and not number_in(said.quoted)))


def _pointed_at(said: Said) -> str:
    """What they point at is to be reported: asked like words of their own."""
    said.talk.answered()
    matter = replace(said, words=ORDERED.sub("", said.quoted) or said.quoted, quoted="")
    return propose(matter)


def _commanded(said: Said) -> str | None:
    words = "".join(said.words.split()) if len(said.words) <= SHORTEST_MATTER else said.words  # 帮 助
    for command in COMMANDS:
        rest = command.behind(words)
        if rest is not None:
            if command.answer is not _help:
                said.talk.answered()
            return command.answer(replace(said, words=rest))
    return None


def _help(_said: Said | None = None) -> str:
    told = (f"{one.word} {one.hint}".strip() for one in COMMANDS if one.hint is not None)
    return "您可以这样说：\n" + "\n".join(told)


NO_HOTLINE = re.compile(r"(?!电话|热线|渠道|方式|信箱).*", re.DOTALL)
COMMANDS = (
    Command("报事", "电梯关门哐当响", report, also=("我要报事", "我想报事")),
    Command("投诉", None, report, also=("我要投诉", "我想投诉"), takes=NO_HOTLINE),
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
