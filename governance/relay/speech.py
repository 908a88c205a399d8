"""What a member of a group may say to us, as one table, and the answers: short, kind, with a link; nothing private.

Whoever speaks is a person like one behind a device: they report, join, nudge and answer statements by the same rules.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from governance.core.db import db
from governance.core.errors import Problem, Refused
from governance.discussions import queries as topics
from governance.discussions import speaking
from governance.discussions.model import AGREE, DISAGREE, Statement
from governance.people.access import Viewer
from governance.people.permissions import may
from governance.places.model import Code, Place
from governance.relay.facts import near_name
from governance.relay.model import Group, Heard
from governance.relay.wording import address, plain
from governance.tickets import actions, progress, voices
from governance.tickets.categories import Choice, active
from governance.tickets.model import Ticket, read_number

MENTION = re.compile(r"^\s*(?:@\S+\s*)+")
LONGEST_REPORT = 500


@dataclass(frozen=True)
class Said:
    """One thing said: who, in which group, and the words behind the command."""

    heard: Heard
    group: Group
    by: Viewer
    words: str


@dataclass(frozen=True)
class Command:
    word: str
    hint: str
    answer: Callable[[Said], str]


def answer(heard: Heard, group: Group, by: Viewer) -> str:
    """What we say to it. What cannot be done is said plainly, and changes nothing."""
    text = MENTION.sub("", heard.text).strip()
    command = next((one for one in COMMANDS if text.startswith(one.word)), None)
    if command is None:
        return _unclear(text)
    said = Said(heard, group, by, text.removeprefix(command.word).strip(" ：:，,"))
    try:
        with db.session.begin_nested():
            return command.answer(said)
    except Problem as trouble:
        return trouble.words


def _unclear(text: str) -> str:
    if len(text) < 4:
        return _help(None)
    return f"听到了。要报给网格员，请这样说：\n报事 {plain(text, 60)}"


def _help(_said: Said | None) -> str:
    return "您可以这样说：\n" + "\n".join(f"{one.word} {one.hint}".strip() for one in COMMANDS)


def _report(said: Said) -> str:
    if not said.words:
        raise Refused("请说是什么事，例如：报事 电梯关门哐当响")
    place, category = _place(said), _category(said.words)
    if category.private:
        raise Refused(f"这类事不在群里说。请扫楼里的码，或点开单独报，只有办事的人看得到：\n{_door(place)}")
    submission = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{said.heard.robot}:{said.heard.message_id}"))
    told = {"words": said.words[:LONGEST_REPORT], "source": "group"}
    ref = actions.new_report(said.by, place, category, submission, **told)
    ticket = db.session.scalars(db.select(Ticket).filter_by(ref=ref)).one()
    return (
        f"收到：{near_name(place)}的“{category.label}”，编号 {ticket.number}，已交给网格员。\n"
        f"看办到哪了、补照片：{address(f'/t/{ref}')}"
    )


def _place(said: Said) -> Place:
    """Where the group is; one that stands for several places is asked which."""
    places = said.group.places
    if len(places) == 1:
        return places[0]
    named = [place for place in places if place.name in said.words]
    if len(named) != 1:
        names = "、".join(place.name for place in places[:8])
        raise Refused(f"这个群管几个地方，请说是哪一个（{names}），例如：报事 {places[0].name} 灯不亮")
    return named[0]


def _door(place: Place) -> str:
    """The address behind a code of this place."""
    living = db.select(Code.token).where(Code.place_id == place.id, Code.state != "retired").order_by(Code.number)
    token = db.session.scalar(living.limit(1))
    return address(f"/c/{token}" if token else "/")


def _category(words: str) -> Choice:
    """The category whose name or examples stand in the words, the longest match first; else the last, 别的."""
    choices = active()
    found = [(len(sign), choice) for choice in choices for sign in _signs(choice) if sign in words]
    return max(found, key=lambda pair: pair[0])[1] if found else choices[-1]


def _signs(choice: Choice) -> list[str]:
    return [sign for sign in (choice.label, *re.split(r"[、，/ ]", choice.hint)) if len(sign) > 1]


def _ticket(said: Said) -> Ticket:
    """The ticket with this number, if anybody here may know of it."""
    number = read_number(said.words)
    ticket = db.session.get(Ticket, number) if number else None
    near = ticket is not None and said.group.community_id in (None, ticket.community_id)
    if ticket is None or not near or not may(said.by, "ticket.follow", ticket) or ticket.private:
        raise Refused("没有这个编号，请看看有没有打错，例如：进度 13-3")
    return ticket


def _progress(said: Said) -> str:
    ticket = _ticket(said)
    here, then = progress.now_and_next(ticket)
    return f"{ticket.number} {ticket.category.label}：{here}。{then}\n{address(f'/t/{ticket.ref}')}"


def _join(said: Said) -> str:
    ticket = _ticket(said)
    voices.join(ticket, said.by)
    return f"记下了，{ticket.number} 现在共 {ticket.joined + 1} 位邻居遇到。\n{address(f'/t/{ticket.ref}')}"


def _nudge(said: Said) -> str:
    ticket = _ticket(said)
    if not may(said.by, "ticket.nudge", ticket):
        raise Refused(f"先说“我也遇到 {ticket.number}”，再催")
    first = voices.nudge(ticket, said.by)
    return f"已经催了，{ticket.owner}会看到。" if first else "今天已经替您催过了，明天可以再催。"


def _topics(said: Said) -> str:
    found = topics.going_on(said.group.places[0], 3)
    if not found:
        return "现在没有在商量的事。"
    lines = [f"“{plain(one.title)}”（{one.status.label}）\n{address(f'/topics/{one.ref}')}" for one in found]
    return "\n".join(lines)


def _voice(side: int) -> Callable[[Said], str]:
    def give(said: Said) -> str:
        digits = "".join(char for char in said.words if char.isdecimal())
        statement = db.session.get(Statement, int(digits)) if 0 < len(digits) < 10 else None
        if statement is None or not may(said.by, "topic.read", statement.topic):
            raise Refused("没有这个号的观点，号码写在议题页上，例如：同意 12")
        speaking.voice(statement, said.by, side)
        return f"记下了。您可以随时改，最后一次为准。\n{address(f'/topics/{statement.topic.ref}')}"

    return give


COMMANDS = (
    Command("报事", "电梯关门哐当响", _report),
    Command("进度", "13-3", _progress),
    Command("我也遇到", "13-3", _join),
    Command("催办", "13-3", _nudge),
    Command("议题", "", _topics),
    Command("同意", "12", _voice(AGREE)),
    Command("反对", "12", _voice(DISAGREE)),
    Command("帮助", "", _help),
)
