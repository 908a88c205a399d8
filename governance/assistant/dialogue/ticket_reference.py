"""Which ticket is meant: the one whose number is given or quoted, else the one mentioned last."""

from governance.assistant.dialogue.report import UNKNOWN_PLACE
from governance.assistant.dialogue.turn import Turn, last_reported
from governance.assistant.language.phrases import AROUND, NUMBER
from governance.core.db import db
from governance.core.errors import Refused
from governance.people.access.permissions import may
from governance.tickets.model import Ticket, read_number


def resolve_ticket(turn: Turn, none_meant: str = "") -> Ticket:
    """The ticket that is meant; it becomes the ticket mentioned last.

    Raises Refused: with `none_meant` when no ticket is meant, else when it does not exist or may not be mentioned.
    """
    has_number = any(char.isdecimal() for char in turn.words)
    words = turn.words if has_number else number_in(turn.quoted)
    ticket = ticket_numbered(words) if words else _mentioned(turn)
    if ticket is None and not words:
        raise Refused(none_meant)
    if ticket is None or not may_mention(turn, ticket):
        raise Refused("这里没有这个编号，请看看有没有打错。报上时告诉过您编号。" if turn.places else UNKNOWN_PLACE)
    turn.conversation.mention(ticket)
    return ticket


def ticket_numbered(words: str) -> Ticket | None:
    """The ticket of this number; None where it is no number of a ticket."""
    number = read_number(words)
    return db.session.get(Ticket, number) if number else None


def _mentioned(turn: Turn) -> Ticket | None:
    """The ticket mentioned last, unless the words say that they reported it; else their own last report."""
    mentioned = None if "报" in turn.words else turn.conversation.last_mentioned
    return mentioned or turn.conversation.ticket or (last_reported(turn.by) if turn.group is None else None)


def number_in(words: str) -> str:
    """The first ticket number in these words whose check digit is right; empty when there is none."""
    return next((found[1] for found in NUMBER.finditer(words) if read_number(found[1])), "")


def number_and_other_words(turn: Turn) -> tuple[str, str]:
    """The ticket number among the words, empty when there is none, and the rest of them."""
    words = turn.bare
    found = NUMBER.search(words)
    return (found[1], (words[: found.start()] + words[found.end() :]).strip(AROUND)) if found else ("", words)


def means_a_ticket(turn: Turn) -> bool:
    """Is a ticket meant without its number: quoted, or mentioned within half an hour?"""
    return turn.conversation.last_mentioned is not None or bool(number_in(turn.quoted))


def is_mentionable(turn: Turn, number: str) -> bool:
    """Is this the number of a ticket that may be mentioned in this conversation?"""
    ticket = ticket_numbered(number)
    return ticket is not None and may_mention(turn, ticket)


def may_mention(turn: Turn, ticket: Ticket) -> bool:
    """A group hears of public tickets of its community; a person also of their own, in a private conversation."""
    if not may(turn.by, "ticket.follow", ticket):
        return False
    if turn.group is not None:
        return not ticket.private and turn.group.community_id in (None, ticket.community_id)
    communities = {place.community_id for place in turn.places}
    return ticket.community_id in communities or ticket.is_followed_by(turn.by.person_id, "reporter")
