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
from governance.people.access import Viewer
from governance.places.tokens import read_token
from governance.relay import arriving
from governance.relay.meaning import is_a_matter, named_places
from governance.relay.model import Group, Heard
from governance.relay.reporting import Said, propose, report, take_photos, which
from governance.relay.taking_part import VOTED, how_to_withdraw, join, list_topics, nudge, progress_of, voice
from governance.relay.talk import WHAT, WHERE, WHETHER, Talk
from governance.tickets import emergencies

MENTION = re.compile(r"^\s*(?:@\S+\s*)+")
AROUND = " ：:，,。.！!～~\n\t"
YES = {"是", "是的", "对", "对的", "好", "好的", "要", "报", "报吧", "嗯", "可以", "行", "确认", "同意"}
YES |= {"ok", "yes", "y", "1"}
NO = {"不", "不是", "不用", "不用了", "不要", "不报", "否", "算了", "取消", "反对", "no", "n"}
GREETING = re.compile(r"(?:[你您]|大家|早上|上午|中午|下午|晚上)好[啊呀]?|早|在吗|在不在|有人吗|哈喽|嗨|hi|hello")
THANKS = re.compile(
    r"(?:好的?|收到|知道了)?[，,\s]*(?:非常|十分|太)?(?:谢谢|多谢|感谢|谢了|辛苦)(?:了|啦|你|您|大家|师傅|网格员|社区|们)*"
)
PARTING = re.compile(r"收到|知道了|明白了?|再见|拜拜|没事了?")
SHORTEST_MATTER = 4
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


def answer(heard: Heard, group: Group | None, by: Viewer, talk: Talk, shots: tuple[bytes, ...] = ()) -> str:
    """What we say to it. What cannot be done is said plainly, and changes nothing."""
    text = MENTION.sub("", heard.text).strip()
    call = emergencies.numbers(text)
    said = Said(heard, group, by, text, talk)
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
    if said.talk.question == WHETHER and bare in YES | NO:
        return _answered(said, bare)
    for command in COMMANDS:
        rest = command.behind(said.words)
        if rest is not None:
            said.talk.answered()
            return command.answer(replace(said, words=rest))
    kindly = _small_talk(said, bare)
    if said.talk.question is not None and not kindly and (told := _answered(said, bare)):
        return told
    if said.group is None and (token := read_token(said.words)):
        return arrive(said, token)
    if BARE.fullmatch(bare):
        return progress_of(replace(said, words=bare))
    if kindly or len(said.words) < SHORTEST_MATTER and not is_a_matter(said.words):
        return kindly or _help(said)
    return propose(said)


def _small_talk(said: Said, words: str) -> str:
    """A kind word for a kind word; nothing for anything else."""
    if THANKS.fullmatch(words):
        return "不客气。有事随时说。"
    if PARTING.fullmatch(words):
        return "好的。有事随时说。"
    return f"您好。{_help(said)}" if GREETING.fullmatch(words) else ""


def _answered(said: Said, words: str) -> str:
    """What comes of the answer to our question; nothing when it was none."""
    question, about = said.talk.question, said.talk.words or ""
    if words in NO:
        said.talk.answered()
        return "好，没有报。"
    if question == WHAT:
        return report(said)
    places = named_places(said.places, words) if question == WHERE else []
    if len(places) == 1:
        return report(replace(said, words=about), places[0])
    if question == WHERE and len(words) <= LONGEST_PLACE:
        return which(said, about)
    return report(replace(said, words=about)) if question == WHETHER and words in YES else ""


def greet(heard: Heard, by: Viewer, talk: Talk, scene: str) -> str:
    """What we say to somebody whom a scanned code led to us."""
    try:
        with db.session.begin_nested():
            return arrive(Said(heard, None, by, "", talk), scene)
    except Problem:
        return arriving.false_code()


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
    Command("投诉", None, report, also=("我要投诉", "我想投诉", "举报", "我要举报"), takes=NO_HOTLINE),
    Command("进度", "13-3", progress_of),
    Command("查进度", None, progress_of, also=("查一下", "查询", "查查", "查", "看看", "办到哪了"), takes=ONE_TICKET),
    Command("撤回", "13-3", how_to_withdraw, also=("我要撤回", "撤销", "撤单"), takes=ONE_TICKET),
    Command("我也遇到", "13-3", join),
    Command("催办", "13-3", nudge),
    Command("议题", "", list_topics),
    Command("同意", "12", voice(AGREE), takes=VOTED),
    Command("反对", "12", voice(DISAGREE), also=("不同意",), takes=VOTED),
    Command("帮助", "", _help, takes=NOTHING),
)
