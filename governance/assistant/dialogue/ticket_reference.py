"""Which ticket is meant: by its number, by what somebody points at, else by what was spoken of here just now."""

from governance.assistant.dialogue.context import Turn, last_reported
from governance.assistant.dialogue.report import UNKNOWN_PLACE
from governance.assistant.language.phrases import NUMBER
from governance.core.db import db
from governance.core.errors import Refused
from governance.people.access.permissions import may
from governance.tickets.model import Ticket, read_number


def ticket_meant(turn: Turn, which: str = "") -> Ticket:
    """The ticket, if anybody here may know of it. Raises Refused; with `which` where there is none to be meant."""
    named = any(char.isdecimal() for char in turn.words)
    words = turn.words if named else number_in(turn.quoted)
    ticket = _numbered(words) if words else _last(turn)
    if ticket is None and not words:
        raise Refused(which)
    if ticket is None or not knows_of(turn, ticket):
        raise Refused("这里没有这个编号，请看看有没有打错。报上时告诉过您编号。" if turn.places else UNKNOWN_PLACE)
    turn.conversation.speak_of(ticket)
    return ticket


def _numbered(words: str) -> Ticket | None:
    number = read_number(words)
    return db.session.get(Ticket, number) if number else None


def _last(turn: Turn) -> Ticket | None:
    """What was spoken of just now, unless they say that they reported it; else what they reported last."""
    just_now = None if "报" in turn.words else turn.conversation.subject
    return just_now or turn.conversation.ticket or (last_reported(turn.by) if turn.group is None else None)


def number_in(words: str) -> str:
    """The first number in these words that is one of a ticket, by its check digit; empty where there is none."""
    return next((found[1] for found in NUMBER.finditer(words) if read_number(found[1])), "")


def is_spoken_of(turn: Turn) -> bool:
    """Is a ticket meant without a number: do they point at one, or was one spoken of just now?"""
    return turn.conversation.subject is not None or bool(number_in(turn.quoted))


def is_here(turn: Turn, words: str) -> bool:
    """Is this the number of a ticket that may be spoken of here?"""
    ticket = _numbered(words)
    return ticket is not None and knows_of(turn, ticket)


def knows_of(turn: Turn, ticket: Ticket) -> bool:
    """Everybody reads a group: it hears of its own community, of nothing private. Alone one may ask for one's own."""
    if not may(turn.by, "ticket.follow", ticket):
        return False
    if turn.group is not None:
        return not ticket.private and turn.group.community_id in (None, ticket.community_id)
    communities = {place.community_id for place in turn.places}
    return ticket.community_id in communities or ticket.is_followed_by(turn.by.person_id, "reporter")
