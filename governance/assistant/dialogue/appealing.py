"""再看看: a declined reporter answers back in a conversation, once."""

from dataclasses import replace

from governance.assistant.dialogue.report import link_to
from governance.assistant.dialogue.ticket_reference import number_and_other_words, resolve_ticket
from governance.assistant.dialogue.turn import Turn
from governance.core.errors import Refused
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may
from governance.tickets.lifecycle import APPEALED
from governance.tickets.model import Ticket
from governance.tickets.responses import appeals

WHICH = _l("请带上编号，说说为什么，例如：再看看 12-5 车停在院里")


def answer_back(turn: Turn) -> str:
    """Raises Refused where the ticket is not theirs, not declined, or was answered back to before."""
    number, note = number_and_other_words(turn)
    ticket = resolve_ticket(replace(turn, words=number), WHICH.in_chinese)
    if not can_answer_back(turn, ticket):
        raise Refused("%(n)s 现在不能请上一级再看：只有报的人、办不了的事，说一次", n=ticket.number)
    if not note:
        raise Refused("请说说为什么，例如：再看看 %(n)s 车停在院里", n=ticket.number)
    appeals.answer_back(ticket, turn.by, note)
    told = _l("记下了：%(n)s 已经送到上一级再看。看完会写明接着办，还是为什么办不了。", n=ticket.number)
    return f"{told.in_chinese}\n{link_to(ticket, turn)}"


def how_to_answer_back(turn: Turn, ticket: Ticket) -> str:
    """What a declined reporter can say; empty for everybody else."""
    if not can_answer_back(turn, ticket):
        return ""
    return _l("不同意，可以请上一级再看一次，就说：再看看 %(n)s 为什么", n=ticket.number).in_chinese


def can_answer_back(turn: Turn, ticket: Ticket) -> bool:
    leads_on = APPEALED in {move.target for move in ticket.next_moves()}
    return leads_on and may(turn.by, "ticket.appeal", ticket)
