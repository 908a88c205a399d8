"""Sentences in people's own words that want something of a ticket: a nudge, joining it, its progress."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from governance.assistant.dialogue.conversation import WHETHER
from governance.assistant.dialogue.suggest import ask_again, open_ticket_like
from governance.assistant.dialogue.take_part import join_ticket, nudge_ticket, tell_progress
from governance.assistant.dialogue.ticket_reference import is_mentionable, number_and_other_words, number_in
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import category_of
from governance.assistant.language.phrases import ASKING, ASKING_IN, ASKS, ME_TOO, NUDGING, NUDGING_IN, NUMBER
from governance.tickets.model import Ticket
from governance.triage.sorting import sort

LONGEST = 30


class Wish(NamedTuple):
    """`whole` matches a sentence that says nothing else, beside a number. `within` is searched for where the number is
    that of a ticket that may be mentioned here."""

    whole: re.Pattern[str]
    within: re.Pattern[str]
    answer: Callable[[Turn], str]

    def matches(self, turn: Turn) -> bool:
        number, other_words = number_and_other_words(turn)
        if self.whole.fullmatch(other_words):
            return True
        is_short = number and len(other_words) <= LONGEST
        return bool(is_short and self.within.search(other_words) and is_mentionable(turn, number))

    def handle(self, turn: Turn) -> str:
        """Close our open question and grant the wish."""
        turn.conversation.close_question()
        return self.answer(replace(turn, words=number_and_other_words(turn)[0]))


NUDGE = Wish(NUDGING, NUDGING_IN, nudge_ticket)
JOIN = Wish(ME_TOO, ME_TOO, join_ticket)
PROGRESS = Wish(ASKING, ASKING_IN, tell_progress)


def is_wish_before_report(turn: Turn) -> bool:
    """A wish without a number while we ask whether to report something: there is no ticket of it yet.

    A wish about a quoted ticket, and joining the ticket that we offered, are granted as usual.
    """
    if turn.conversation.question != WHETHER or NUMBER.search(turn.bare):
        return False
    wish = next((wish for wish in (NUDGE, JOIN, PROGRESS) if wish.matches(turn)), None)
    is_about_ticket = number_in(turn.quoted) or (wish is JOIN and turn.conversation.last_mentioned is not None)
    return wish is not None and not is_about_ticket


def say_not_reported_yet(turn: Turn) -> str:
    return f"还没有报上去。{ask_again(turn)}"


def asks_about_open_matter(turn: Turn) -> bool:
    """A question without a number about a matter that has an open ticket here: 电梯修好了吗."""
    words = turn.bare
    is_question = len(words) <= LONGEST and ASKING_IN.search(words) and ASKS.search(words) and not sort(words).urgent
    return bool(is_question) and not NUMBER.search(words) and _open_ticket(turn) is not None


def tell_progress_of_open_matter(turn: Turn) -> str:
    ticket = _open_ticket(turn)
    return tell_progress(replace(turn, words=ticket.number if ticket else ""))


def _open_ticket(turn: Turn) -> Ticket | None:
    return open_ticket_like(turn, category_of(turn.words))
