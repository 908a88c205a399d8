"""Taking part by speaking: how far a ticket is, joining, nudging, withdrawing it; topics, and answers to statements."""

import re
from collections.abc import Callable

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import reported_lately
from governance.assistant.dialogue.report import link_to
from governance.assistant.dialogue.ticket_reference import is_spoken_of, knows_of, ticket_meant
from governance.core.db import numbered
from governance.core.errors import Refused
from governance.discussions import contributions
from governance.discussions import queries as topics
from governance.discussions.model import AGREE, DISAGREE, PASS, Statement
from governance.people.access.permissions import may
from governance.relay.messages.text import address, sanitised
from governance.tickets import feedback, progress

NUMBER = re.compile(r"(?:观点|第)?\s*(\d{1,9})\s*号?(?:观点)?")
VOTED = re.compile(rf"{NUMBER.pattern}|")
WHICH_TO_JOIN = "您说的是哪一件？请说：我也遇到 编号"
GIVEN = {AGREE: "您同意“{}”", DISAGREE: "您不同意“{}”", PASS: "您对“{}”说不好"}


def progress_of(turn: Turn) -> str:
    """How far it is. Of a private one it is not said what it is about: somebody may look over a shoulder."""
    ticket = ticket_meant(turn, "您还没有在这里报过。要看别的，说：进度 编号")
    here, then = progress.now_and_next(ticket)
    label = "" if ticket.private else f" {ticket.category.label}"
    return f"{ticket.number}{label}：{here}。{then}\n{link_to(ticket, turn)}"


def how_to_withdraw(turn: Turn) -> str:
    """How it is done: by who reported it, and never by a word that anybody in a group might say."""
    ticket = ticket_meant(turn, "您还没有在这里报过。要撤回，说：撤回 编号")
    if not may(turn.by, "ticket.withdraw", ticket):
        raise Refused(f"{ticket.number} 不是您在这里报的，只有报的人能撤回")
    if "withdraw" not in {move.name for move in ticket.next_moves()}:
        raise Refused(f"{ticket.number} 现在是“{ticket.status.label}”，不能撤回了")
    if turn.group is None:
        return f"点开，按“撤回”就行：\n{link_to(ticket, turn)}"
    phone = ticket.place.contact_phone()
    ask = f"打社区电话 {phone}" if phone else "跟网格员说一声"
    return f"在群里不能撤回，免得别人替您撤。请{ask}，报编号 {ticket.number}。"


def join(turn: Turn) -> str:
    if not any(char.isdecimal() for char in turn.words) and not is_spoken_of(turn):
        raise Refused(_which_to_join(turn))
    ticket = ticket_meant(turn, WHICH_TO_JOIN)
    if ticket.is_followed_by(turn.by.person_id, "reporter"):
        raise Refused(f"{ticket.number} 就是您报的，不用再加。想催就说：催办 {ticket.number}")
    feedback.join(ticket, turn.by)
    return f"记下了，{ticket.number} 现在共 {ticket.joined + 1} 位邻居遇到。\n{address(f'/t/{ticket.ref}')}"


def _which_to_join(turn: Turn) -> str:
    """With the number of what a neighbour has just reported here."""
    ticket = reported_lately(turn.conversation.room) if turn.group is not None else None
    if ticket is None or not knows_of(turn, ticket):
        return WHICH_TO_JOIN
    return f"您说的是哪一件？是刚才报的{ticket.category.label}，就回：我也遇到 {ticket.number}"


def nudge(turn: Turn) -> str:
    ticket = ticket_meant(turn, "您要催哪一件？请说：催办 编号")
    if not may(turn.by, "ticket.nudge", ticket):
        raise Refused(f"先说“我也遇到 {ticket.number}”，再催")
    first = feedback.nudge(ticket, turn.by)
    return f"已经催了，{ticket.owner}会看到。" if first else "今天已经替您催过了，明天可以再催。"


def list_topics(turn: Turn) -> str:
    found = topics.going_on(turn.places[0], 3) if turn.places else []
    if not found:
        return "现在没有在商量的事。"
    lines = [f"“{sanitised(one.title)}”（{one.status.label}）\n{address(f'/topics/{one.ref}')}" for one in found]
    return "\n".join(lines)


def _is_about_here(turn: Turn, statement: Statement) -> bool:
    """One may take part in what is talked over in one's own community, and above all communities."""
    about = statement.topic.community_id
    return about is None or about in {place.community_id for place in turn.places}


def voice(side: int) -> Callable[[Turn], str]:
    def give(turn: Turn) -> str:
        number = NUMBER.fullmatch(turn.words)
        statement = numbered(Statement, int(number[1])) if number else None
        if statement is None or not _is_about_here(turn, statement) or not may(turn.by, "topic.read", statement.topic):
            raise Refused("没有这个号的观点，号码写在议题页上，例如：同意 12")
        contributions.voice(statement, turn.by, side)
        link = address(f"/topics/{statement.topic.ref}")
        return f"记下了：{GIVEN[side].format(sanitised(statement.words))}。可以随时改，最后一次为准。\n{link}"

    return give
