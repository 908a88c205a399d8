"""A sentence that wants something of a ticket: how far it is, a nudge, or that it is met here too."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import WHETHER
from governance.assistant.dialogue.suggest import ask_again, in_hand
from governance.assistant.dialogue.take_part import join, nudge, progress_of
from governance.assistant.dialogue.ticket_reference import is_here, number_in
from governance.assistant.language.matters import category_of
from governance.assistant.language.phrases import AROUND, ASKING, ASKING_IN, ASKS, ME_TOO, NUDGING, NUDGING_IN, NUMBER

LONGEST = 30


class Wish(NamedTuple):
    """`whole`: nothing else is said. `within`: enough beside the number of a ticket that is one here."""

    whole: re.Pattern[str]
    within: re.Pattern[str]
    answer: Callable[[Turn], str]


WISHES = (
    Wish(NUDGING, NUDGING_IN, nudge),
    Wish(ME_TOO, ME_TOO, join),
    Wish(ASKING, ASKING_IN, progress_of),
)


def wished(turn: Turn, words: str) -> str:
    """What is answered to it, and our open question is dropped; nothing where it wants nothing of a ticket."""
    found = NUMBER.search(words)
    rest = (words[: found.start()] + words[found.end() :]).strip(AROUND) if found else words
    here = found is not None and len(rest) <= LONGEST and is_here(turn, found[1])
    wish = next((one for one in WISHES if one.whole.fullmatch(rest) or (here and one.within.search(rest))), None)
    if wish is None:
        return "" if found else _of_what_is_in_hand(turn, words)
    if found is None and turn.conversation.question == WHETHER and not _is_of_a_ticket(turn, wish):
        return f"还没有报上去。{ask_again(turn)}"
    turn.conversation.answered()
    return wish.answer(replace(turn, words=found[1] if found else ""))


def _of_what_is_in_hand(turn: Turn, words: str) -> str:
    """A question that names no number, but what is being dealt with here: 电梯修好了吗."""
    if len(words) > LONGEST or not ASKING_IN.search(words) or not ASKS.search(words):
        return ""
    ticket = in_hand(turn, category_of(turn.words))
    return progress_of(replace(turn, words=ticket.number)) if ticket else ""


def _is_of_a_ticket(turn: Turn, wish: Wish) -> bool:
    """While we ask whether to report something, only joining what we just offered, or pointing at a ticket, is."""
    return bool(number_in(turn.quoted)) or (wish.answer is join and turn.conversation.subject is not None)
