"""Handlers that act on tickets and topics: progress, joining, nudging, withdrawing; voices on statements."""

import re
from collections.abc import Callable
from dataclasses import replace

from governance.assistant.dialogue.answering import finished_here, how_to_answer, say_still_met
from governance.assistant.dialogue.appealing import how_to_answer_back
from governance.assistant.dialogue.conversation import last_report_in_room
from governance.assistant.dialogue.emergency import with_emergency_call
from governance.assistant.dialogue.report import ask_what, link_to
from governance.assistant.dialogue.ticket_reference import (
    may_mention,
    means_a_ticket,
    number_and_other_words,
    number_in,
    resolve_ticket,
    ticket_numbered,
)
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.answers import NO, answer_in
from governance.core.db import numbered
from governance.core.errors import Refused
from governance.core.translation import LazyText as _l
from governance.discussions import contributions
from governance.discussions import queries as topics
from governance.discussions.model import AGREE, DISAGREE, PASS, Statement
from governance.people.access.permissions import may
from governance.relay.messages.text import address, sanitised
from governance.tickets import progress
from governance.tickets.model import Ticket
from governance.tickets.responses import answers, feedback

NUMBER = re.compile(r"(?:观点|第)?\s*(\d{1,9})\s*号?(?:观点)?")
VOTED = re.compile(rf"{NUMBER.pattern}|")
TICKET = r"(?:编号|单号)?\s{0,3}\d{1,9}\s?[-–—－]\s?\d\s?号?"
BARE_NUMBER = re.compile(rf"{TICKET}|\d{{2,10}}")
STILL = "还没好"
WHICH_TO_JOIN = "您说的是哪一件？请说：我也遇到 编号"
GIVEN = {AGREE: "您同意“{}”", DISAGREE: "您不同意“{}”", PASS: "您对“{}”不好说"}


def tell_progress(turn: Turn) -> str:
    """The state of a ticket. The category of a private one is left out: somebody else may read the screen."""
    ticket = resolve_ticket(turn, "您还没有在这里报过。要看别的，说：进度 编号")
    asked = may(turn.by, "ticket.answer", ticket) and not answers.own_answer(ticket, turn.by)
    now, next_step = progress.now_and_next(ticket, asked)
    label = "" if ticket.private else f" {ticket.category.label}"
    told = (
        f"{ticket.number}{label}：{now}。{next_step}",
        how_to_answer(turn, ticket) or how_to_answer_back(turn, ticket),
        link_to(ticket, turn),
    )
    return "\n".join(line for line in told if line)


def is_number(turn: Turn) -> bool:
    return BARE_NUMBER.fullmatch(turn.bare) is not None


def tell_progress_of_number(turn: Turn) -> str:
    return tell_progress(replace(turn, words=turn.bare))


def explain_withdrawal(turn: Turn) -> str:
    """How to withdraw a ticket. A word in a group never does it: anybody there could say it.

    Raises Refused for a ticket of somebody else, and for one that can no longer be withdrawn.
    """
    ticket = resolve_ticket(turn, "您还没有在这里报过。要撤回，说：撤回 编号")
    if not may(turn.by, "ticket.withdraw", ticket):
        raise Refused(f"{ticket.number} 不是您在这里报的，只有报的人能撤回")
    if "withdraw" not in {move.name for move in ticket.next_moves()}:
        raise Refused(f"{ticket.number} {ticket.status.for_residents}，不能撤回了")
    if turn.group is None:
        return f"点开，按“撤回”就行：\n{link_to(ticket, turn)}"
    phone = ticket.place.contact_phone()
    ask = f"打社区电话 {phone}" if phone else "跟网格员说一声"
    return f"在群里不能撤回，免得别人替您撤。请{ask}，报编号 {ticket.number}。"


def join_ticket(turn: Turn) -> str:
    """Count the speaker among those who met the same. Raises Refused when no ticket is meant or it is their own.

    Without a number nobody is led to join a danger: each who meets one is asked for a report of their own.
    """
    if not any(char.isdecimal() for char in turn.words):
        if danger := _danger_meant(turn):
            return _ask_for_their_own(turn, danger)
        if not means_a_ticket(turn):
            raise Refused(_which_to_join(turn))
    ticket = resolve_ticket(turn, WHICH_TO_JOIN)
    if ticket.is_followed_by(turn.by.person_id, "reporter"):
        raise Refused(
            f"{ticket.number} 就是您报的，不用再加。{how_to_answer(turn, ticket) or f'想催就说：催办 {ticket.number}'}"
        )
    if answers.are_taken(ticket):
        return _join_finished(turn, ticket)
    counted = _l("记下了") if feedback.join(ticket, turn.by) else _l("您说过了，已经算上您")
    told = _l("%(counted)s，%(n)s 现在共 %(all)s 位邻居遇到。", counted=counted, n=ticket.number, all=ticket.joined + 1)
    return f"{told.in_chinese}\n{address(f'/t/{ticket.ref}')}"


def join_unsolved(turn: Turn) -> str:
    """The command 我也遇到，还没好, whose words are only those behind it."""
    return join_ticket(replace(turn, words=f"{turn.words} {STILL}".strip()))


def _danger_meant(turn: Turn) -> Ticket | None:
    """The urgent ticket of somebody else that 我家也是 can be about: quoted, else the last mentioned or reported."""
    if quoted := ticket_numbered(number_in(turn.quoted)):
        candidates = [quoted]
    else:
        reported = last_report_in_room(turn.conversation.room) if turn.group is not None else None
        candidates = [one for one in (turn.conversation.last_mentioned, reported) if one is not None]
    theirs = (one for one in candidates if not one.is_followed_by(turn.by.person_id, "reporter"))
    return next((one for one in theirs if one.urgent and may_mention(turn, one)), None)


def _ask_for_their_own(turn: Turn, danger: Ticket) -> str:
    asked = _l("您那里也有，要单独报一件，才会有人去您那里。%(ask)s", ask=ask_what(turn)).in_chinese
    return with_emergency_call(danger.words, asked)


def _join_finished(turn: Turn, ticket: Ticket) -> str:
    """Joining a finished ticket means that it is not solved; without these words the person is told how to say so."""
    said = answer_in(number_and_other_words(turn)[1])
    if said is None or said.solved != NO or not may(turn.by, "ticket.still", ticket):
        raise Refused("%(n)s 已经办好了。%(how)s", n=ticket.number, how=how_to_answer(turn, ticket))
    return say_still_met(turn, ticket, "")


def _which_to_join(turn: Turn) -> str:
    """Ask for the number; offer that of what was finished here, or of the latest report in this group."""
    finished = finished_here(turn)
    if answer_in(turn.bare) is not None and len(finished) == 1:
        return how_to_answer(turn, finished[0])
    ticket = last_report_in_room(turn.conversation.room) if turn.group is not None else None
    if ticket is None or not may_mention(turn, ticket):
        return WHICH_TO_JOIN
    return f"您说的是哪一件？是刚才报的{ticket.category.label}，就回：我也遇到 {ticket.number}"


def nudge_ticket(turn: Turn) -> str:
    """Remind the ticket's owner, once a day for each person. Raises Refused for who has not joined it."""
    ticket = resolve_ticket(turn, "您要催哪一件？请说：催办 编号")
    if how := how_to_answer(turn, ticket):
        raise Refused(f"{ticket.number} 已经办好了。{how}")
    if not may(turn.by, "ticket.nudge", ticket):
        raise Refused(f"先说“我也遇到 {ticket.number}”，再催")
    first = feedback.nudge(ticket, turn.by)
    return "已经催了，记在这件事上，办事的人看得到。" if first else "今天已经替您催过了，明天可以再催。"


def list_topics(turn: Turn) -> str:
    """Up to three open topics of the place."""
    found = topics.going_on(turn.places[0], 3) if turn.places else []
    if not found:
        return "现在没有在商量的事。"
    lines = [
        f"“{sanitised(topic.title)}”（{topic.status.label}）\n{address(f'/topics/{topic.ref}')}" for topic in found
    ]
    return "\n".join(lines)


def _is_about_here(turn: Turn, statement: Statement) -> bool:
    """Does the statement's topic belong to the community of this conversation, or to no single community?"""
    about = statement.topic.community_id
    return about is None or about in {place.community_id for place in turn.places}


def give_voice(side: int) -> Callable[[Turn], str]:
    """The handler that records this side on the statement whose number is given. It raises Refused for no such one."""

    def give(turn: Turn) -> str:
        number = NUMBER.fullmatch(turn.words)
        statement = numbered(Statement, int(number[1])) if number else None
        if statement is None or not _is_about_here(turn, statement) or not may(turn.by, "topic.read", statement.topic):
            raise Refused("没有这个号的观点，号码写在议题页上，例如：同意 12")
        contributions.voice(statement, turn.by, side)
        link = address(f"/topics/{statement.topic.ref}")
        return f"记下了：{GIVEN[side].format(sanitised(statement.words))}。可以随时改，最后一次为准。\n{link}"

    return give
