"""What somebody may say to us, in a group or alone, as one table of commands; else talk that may be a matter.

Whoever speaks is a person like one behind a device: they report (reporting.py) and take part (taking_part.py) by the
same rules. Answers are short, kind, with a link, and hold nothing private.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.core.db import db
from governance.core.errors import Problem
from governance.discussions.model import AGREE, DISAGREE
from governance.people.access import NOBODY, Viewer
from governance.places.tokens import read_token
from governance.relay import arriving
from governance.relay.meaning import SHORTEST_MATTER, is_a_matter, named_places
from governance.relay.model import Group, Heard
from governance.relay.reporting import (
    UNKNOWN_PLACE,
    Said,
    inform,
    propose,
    report,
    take_photos,
    whether,
    which,
)
from governance.relay.taking_part import VOTED, how_to_withdraw, join, list_topics, nudge, progress_of, voice
from governance.relay.talk import WHAT, WHERE, WHETHER, Talk
from governance.tickets import emergencies

MENTION = re.compile(r"^\s*(?:@\S+\s*)+")
AROUND = " ：:，,。.！!～~\n\t"
YES = re.compile(  # a yes, with whatever people say around it
    r"(?:是|对|好|嗯|恩|要|行|可以|确认|同意|报|麻烦|请|帮|ok|yes|y|1)"
    r"(?:是|对|好|要|行|可以|确认|报|报上去|上报|麻烦|请|帮我|给我|给网格员|一下|谢谢|的|吧|呀|啊|哦|呢|[，,、。.！!\s])*"
)
NO = re.compile(r"(?:不|别|没|算了|取消|否|反对|no|n)(?:是|用|要|报|行|必|需要|算了|谢谢|的|了|啦|吧|[，,、。.！!\s])*")
HOW = re.compile(r"(?:请问)?(?:怎么|如何|在哪儿?|哪里)(?:能|可以)?(?:报事|报修|上报|报|用|说|查进度)\S{0,4}")
WHOSE_PHONE = re.compile(r".{0,6}(?:网格员|社区|居委会|村委会).{0,4}(?:电话|号码|联系).{0,6}")
GREETING = re.compile(r"(?:[你您]|大家|早上|上午|中午|下午|晚上)好[啊呀]?|早|在吗|在不在|有人吗|哈喽|嗨|hi|hello")
THANKS = re.compile(
    r"(?:好的?|收到|知道了)?[，,\s]*(?:非常|十分|太)?(?:谢谢|多谢|感谢|谢了|辛苦)(?:了|啦|你|您|大家|师傅|网格员|社区|们)*"
)
PARTING = re.compile(r"收到|知道了|明白了?|再见|拜拜|没事了?")
LONGEST_PLACE = 12  # what is longer is no name of one of the places we asked about
NOTHING = re.compile("[?？]?")
TICKET = r"(?:编号|单号)?\s*\d{1,9}\s*[-–—－]\s*\d\s*号?"
LAST = r"(?:我?(?:刚才|刚刚|上次|上一?[件条])?(?:报的|说的)?(?:那?[件条个])?)"
ONE_TICKET = re.compile(rf"(?:进度)?\s*(?:{TICKET}|\d*|{LAST})\s*(?:的?进度)?")
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
            rest = words.removeprefix(word).strip(AROUND)
            if words.startswith(word) and self.takes.fullmatch(rest):
                return rest
        return None


def answer(
    heard: Heard,
    group: Group | None,
    by: Viewer,
    talk: Talk,
    shots: tuple[bytes, ...] = (),
    worker: Viewer = NOBODY,
) -> str:
    """What we say to it. What cannot be done is said plainly, and changes nothing."""
    text = MENTION.sub("", heard.text).strip()
    call = emergencies.numbers(text)
    said = Said(heard, group, by, text, talk, worker)
    try:
        with db.session.begin_nested():
            told = take_photos(said, shots) if shots else ""
            told = _spoken(said) if text or not told else told
    except Problem as trouble:
        told = trouble.words
    return f"{call}\n{told}" if call else told


def _spoken(said: Said) -> str:
    """A plain yes or no to what we asked; a command; another answer; else speech that may be a matter."""
    bare = said.words.strip(AROUND).lower()
    if said.talk.question == WHETHER and (YES.fullmatch(bare) or NO.fullmatch(bare)):
        return _answered(said, bare)
    if (commanded := _commanded(said)) is not None:
        return commanded
    kindly = _small_talk(said, bare)
    if said.talk.question is not None and not kindly and (told := _answered(said, bare)):
        return told
    if said.group is None and (token := read_token(said.words)):
        return arrive(said, token)
    if BARE.fullmatch(bare):
        return progress_of(replace(said, words=bare))
    return kindly or _perhaps_a_matter(said)


def _commanded(said: Said) -> str | None:
    for command in COMMANDS:
        rest = command.behind(said.words)
        if rest is not None:
            said.talk.answered()
            return command.answer(replace(said, words=rest))
    return None


def _perhaps_a_matter(said: Said) -> str:
    """Plain speech. What is none does not push aside what we were asking about."""
    if is_a_matter(said.words):
        return propose(said)
    if said.talk.question == WHETHER:
        return whether(said, said.talk.words or "")
    return _help(said) if len(said.words) < SHORTEST_MATTER else propose(said)


def _small_talk(said: Said, words: str) -> str:
    """A kind word for a kind word; nothing for anything else."""
    if THANKS.fullmatch(words):
        return "不客气。有事随时说。"
    if PARTING.fullmatch(words):
        return "好的。有事随时说。"
    if WHOSE_PHONE.fullmatch(words):
        phone = said.places[0].contact_phone() if said.places else ""
        return f"社区电话：{phone}。有事也可以直接跟我说。" if phone else UNKNOWN_PLACE
    if GREETING.fullmatch(words):
        return f"您好。{_help(said)}"
    return _help(said) if HOW.fullmatch(words) else ""


def _answered(said: Said, words: str) -> str:
    """What comes of the answer to our question; nothing when it was none."""
    question, about = said.talk.question, said.talk.words or ""
    if NO.fullmatch(words):
        said.talk.answered()
        return "好，没有报。"
    if question == WHAT:
        return report(replace(said, words=f"{about} {said.words}".strip()))
    places = named_places(said.places, words) if question == WHERE else []
    if len(places) == 1:
        return report(replace(said, words=about), places[0])
    if question == WHERE and len(words) <= LONGEST_PLACE:
        return which(said, about, said.words)
    return report(replace(said, words=about)) if question == WHETHER and YES.fullmatch(words) else ""


def greet(heard: Heard, by: Viewer, talk: Talk, scene: str) -> str:
    """What we say to somebody whom a scanned code led to us."""
    try:
        with db.session.begin_nested():
            return arrive(Said(heard, None, by, "", talk), scene)
    except Problem:
        return arriving.elsewhere()


def arrive(said: Said, scene: str) -> str:
    """Somebody scanned a code that led them to us: what they say next is about that place."""
    place = said.talk.place = arriving.scanned(scene)
    return arriving.words(place)


def _help(_said: Said | None) -> str:
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
    Command("同意", "观点的号", voice(AGREE), takes=VOTED),
    Command("反对", "观点的号", voice(DISAGREE), also=("不同意",), takes=VOTED),
    Command("帮助", "", _help, takes=NOTHING),
)
