"""What a member of a group may say to us, as one table, and the answers: short, kind, with a link; nothing private.

Whoever speaks is a person like one behind a device: they report, join, nudge and answer statements by the same rules.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.core.db import db
from governance.core.errors import Problem, Refused
from governance.discussions import queries as topics
from governance.discussions import speaking
from governance.discussions.model import AGREE, DISAGREE, SAID, Statement
from governance.people.access import Viewer
from governance.people.permissions import may
from governance.places.tokens import read_token
from governance.relay import arriving
from governance.relay.model import Group, Heard
from governance.relay.reporting import (
    SHORTEST_MATTER,
    UNKNOWN_PLACE,
    Said,
    inform,
    is_a_matter,
    link_to,
    named_places,
    propose,
    report,
    take_photos,
    whether,
    which,
)
from governance.relay.talk import WHAT, WHERE, WHETHER, Talk
from governance.relay.wording import address, plain
from governance.tickets import emergencies, progress, voices
from governance.tickets.model import Ticket, read_number

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
NUMBER = re.compile(r"(?:观点|第)?\s*(\d{1,9})\s*号?(?:观点)?")


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
    if said.talk.question == WHETHER and (YES.fullmatch(bare) or NO.fullmatch(bare)):
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
        return _progress(replace(said, words=bare))
    if kindly or len(said.words) < SHORTEST_MATTER and not is_a_matter(said.words):
        return kindly or _help(said)
    if said.talk.question == WHETHER and not is_a_matter(said.words):
        return whether(said, said.talk.words or "")
    return propose(said)


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
        return arriving.false_code()


def arrive(said: Said, scene: str) -> str:
    """Somebody scanned a code that led them to us: what they say next is about that place."""
    place = said.talk.place = arriving.scanned(scene)
    return arriving.words(place)


def _help(_said: Said | None) -> str:
    told = (f"{one.word} {one.hint}".strip() for one in COMMANDS if one.hint is not None)
    return "您可以这样说：\n" + "\n".join(told)


def _ticket(said: Said) -> Ticket:
    """The ticket with this number, if anybody here may know of it; without a number the one reported here last."""
    number = read_number(said.words)
    last = not any(char.isdecimal() for char in said.words)
    ticket = db.session.get(Ticket, number) if number else said.talk.ticket if last else None
    if ticket is None or not _is_near(said, ticket) or not may(said.by, "ticket.follow", ticket):
        raise Refused(
            UNKNOWN_PLACE if not said.places else "这里没有这个编号，请看看有没有打错。报上的时候告诉过您编号。"
        )
    return ticket


def _is_near(said: Said, ticket: Ticket) -> bool:
    """Everybody reads a group: it hears of its own community, of nothing private. Alone one may ask for one's own."""
    if said.group is not None:
        return not ticket.private and said.group.community_id in (None, ticket.community_id)
    communities = {place.community_id for place in said.places}
    return ticket.community_id in communities or ticket.is_followed_by(said.by.person_id, "reporter")


def _progress(said: Said) -> str:
    ticket = _ticket(said)
    here, then = progress.now_and_next(ticket)
    return f"{ticket.number} {ticket.category.label}：{here}。{then}\n{link_to(ticket, said)}"


def _withdraw(said: Said) -> str:
    """How it is done: by who reported it, and never by a word that anybody in a group might say."""
    ticket = _ticket(said)
    if not may(said.by, "ticket.withdraw", ticket):
        raise Refused(f"{ticket.number} 不是您在这里报的，只有报的人能撤回")
    if "withdraw" not in {move.name for move in ticket.next_moves()}:
        raise Refused(f"{ticket.number} 现在是“{ticket.status.label}”，不能撤回了")
    if said.group is None:
        return f"点开，按“撤回”就行：\n{link_to(ticket, said)}"
    phone = ticket.place.contact_phone()
    ask = f"打社区电话 {phone}" if phone else "跟网格员说一声"
    return f"在群里不能撤回，免得别人替您撤。请{ask}，报编号 {ticket.number}。"


def _join(said: Said) -> str:
    ticket = _ticket(said)
    if ticket.is_followed_by(said.by.person_id, "reporter"):
        raise Refused(f"{ticket.number} 就是您报的，不用再加。想催就说：催办 {ticket.number}")
    voices.join(ticket, said.by)
    return f"记下了，{ticket.number} 现在共 {ticket.joined + 1} 位邻居遇到。\n{address(f'/t/{ticket.ref}')}"


def _nudge(said: Said) -> str:
    ticket = _ticket(said)
    if not may(said.by, "ticket.nudge", ticket):
        raise Refused(f"先说“我也遇到 {ticket.number}”，再催")
    first = voices.nudge(ticket, said.by)
    return f"已经催了，{ticket.owner}会看到。" if first else "今天已经替您催过了，明天可以再催。"


def _topics(said: Said) -> str:
    found = topics.going_on(said.places[0], 3) if said.places else []
    if not found:
        return "现在没有在商量的事。"
    lines = [f"“{plain(one.title)}”（{one.status.label}）\n{address(f'/topics/{one.ref}')}" for one in found]
    return "\n".join(lines)


def _is_about_here(said: Said, statement: Statement) -> bool:
    """One may take part in what is talked over in one's own community, and above all communities."""
    about = statement.topic.community_id
    return about is None or about in {place.community_id for place in said.places}


def _voice(side: int) -> Callable[[Said], str]:
    def give(said: Said) -> str:
        number = NUMBER.fullmatch(said.words)
        statement = db.session.get(Statement, int(number[1])) if number and int(number[1]) < 2**31 else None
        if statement is None or not _is_about_here(said, statement) or not may(said.by, "topic.read", statement.topic):
            raise Refused("没有这个号的观点，号码写在议题页上，例如：同意 12")
        speaking.voice(statement, said.by, side)
        link = address(f"/topics/{statement.topic.ref}")
        return f"记下了：您{SAID[side]}“{plain(statement.words)}”。可以随时改，最后一次为准。\n{link}"

    return give


VOTED = re.compile(rf"{NUMBER.pattern}|")
NO_HOTLINE = re.compile(r"(?!电话|热线|渠道|方式|信箱).*", re.DOTALL)
COMMANDS = (
    Command("报事", "电梯关门哐当响", report, also=("我要报事", "我想报事")),
    Command("投诉", None, report, also=("我要投诉", "我想投诉"), takes=NO_HOTLINE),
    Command("举报", None, inform, also=("我要举报", "我想举报"), takes=NO_HOTLINE),
    Command("进度", "编号", _progress),
    Command("查进度", None, _progress, also=("查一下", "查询", "查查", "查", "看看", "办到哪了"), takes=ONE_TICKET),
    Command("撤回", "编号", _withdraw, also=("我要撤回", "撤销", "撤单"), takes=ONE_TICKET),
    Command("我也遇到", "编号", _join),
    Command("催办", "编号", _nudge),
    Command("议题", "", _topics),
    Command("同意", "观点的号", _voice(AGREE), takes=VOTED),
    Command("反对", "观点的号", _voice(DISAGREE), also=("不同意",), takes=VOTED),
    Command("帮助", "", _help, takes=NOTHING),
)
