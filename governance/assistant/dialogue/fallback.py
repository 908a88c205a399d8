"""Plain speech: withdrawing in everyday words, a stray yes or no, and words that may be a matter or a piece of one."""

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import select

from governance.assistant.dialogue.confirm import is_no
from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.dialogue.report import ask_what
from governance.assistant.dialogue.suggest import propose_report
from governance.assistant.dialogue.take_part import explain_withdrawal
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language import quotes
from governance.assistant.language.answers import bare_score
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ANOTHER, ASKS, WITHDRAWS, YES
from governance.core.db import db, now
from governance.triage import emergencies
from governance.triage.category import SHORTEST_DETAIL, SHORTEST_MATTER, says_something

MOST_PIECES, ONE_BREATH = 5, timedelta(minutes=2)
NOT_ASKED = "好的。现在没有等您回话的事；要报事直接说，例如：报事 三层灯不亮"
FINE = "好的。有事随时说。"
UNCLEAR = "我在。要报事直接说，例如：报事 三层灯不亮。还能说什么，回“帮助”。"


def wants_to_withdraw(turn: Turn) -> bool:
    return WITHDRAWS.fullmatch(turn.bare) is not None


def is_no_after_report(turn: Turn) -> bool:
    """A no within minutes of a report, without an open question, is about that report."""
    return turn.conversation.just_reported is not None and is_no(turn.bare)


def explain_withdrawal_of_last(turn: Turn) -> str:
    return explain_withdrawal(replace(turn, words=""))


def is_stray_no(turn: Turn) -> bool:
    return is_no(turn.bare)


def acknowledge_no(turn: Turn) -> str:
    """Forget the photos that wait for a report."""
    turn.conversation.discard()
    return FINE


def announces_another(turn: Turn) -> bool:
    return turn.conversation.question is None and ANOTHER.fullmatch(turn.bare) is not None


def ask_what_it_is(turn: Turn) -> str:
    return ask_what(turn)


def is_perhaps_a_matter(turn: Turn) -> bool:
    """Words long enough to be a matter, or that turn our question's words into a danger or a private matter."""
    return _may_be_a_matter(turn.bare, _shortest(turn)) or _aggravates(turn.conversation.question_words, turn.bare)


def propose_with_pieces(turn: Turn) -> str:
    """Propose a report of these words together with the pieces said just before."""
    return propose_report(replace(turn, words=_with_pieces(turn)))


def is_asked_yes_or_no(turn: Turn) -> bool:
    """We wait for a yes or no, and these words are neither, nor a matter."""
    return turn.conversation.question in (WHETHER, MORE)


def is_stray_yes(turn: Turn) -> bool:
    return YES.fullmatch(turn.bare) is not None


def say_nothing_was_asked(_turn: Turn) -> str:
    return NOT_ASKED


def is_last_piece_of_a_matter(turn: Turn) -> bool:
    """Words too short alone, but long enough with the pieces said just before."""
    return _may_be_a_matter(_with_pieces(turn), SHORTEST_MATTER)


def is_anything(_turn: Turn) -> bool:
    return True


def say_unclear(_turn: Turn) -> str:
    return UNCLEAR


def _may_be_a_matter(words: str, shortest: int) -> bool:
    return is_a_matter(words) or (len(words) >= shortest and says_something(words))


def _aggravates(open_words: str, words: str) -> bool:
    """Do these words make a danger or a private matter of those that were none before: 我老公打 / 我?"""
    whole = f"{open_words}{words}"
    is_private = category_of(whole).private and not category_of(open_words).private
    return bool(open_words) and (is_private or emergencies.calls_for(whole) != emergencies.calls_for(open_words))


def _shortest(turn: Turn) -> int:
    """How many characters may be a matter. After a question or a report of ours a short word may be a detail."""
    if ASKS.search(turn.bare):
        return SHORTEST_MATTER
    if turn.conversation.just_asked:
        return 1
    return SHORTEST_DETAIL if turn.conversation.just_reported else SHORTEST_MATTER


def _with_pieces(turn: Turn) -> str:
    return "".join((*_pieces(turn), turn.words))


def _pieces(turn: Turn) -> list[str]:
    """What this person said within two minutes before and we did not understand: 三层, then 灯不亮."""
    message = turn.message
    theirs = (
        ReceivedMessage.robot == message.robot,
        ReceivedMessage.group_id == message.group_id,
        ReceivedMessage.person_id == message.person_id,
    )
    query = (
        select(ReceivedMessage)
        .where(*theirs, ReceivedMessage.id < message.id, ReceivedMessage.at > now() - ONE_BREATH)
        .order_by(ReceivedMessage.id.desc())
    )
    before = takewhile(_was_not_understood, db.session.scalars(query.limit(MOST_PIECES)))
    words = [quotes.split(earlier.text, "")[0] for earlier in before]
    return [piece for piece in reversed(words) if _is_a_piece(piece, turn.words)]


def _was_not_understood(message: ReceivedMessage) -> bool:
    """A single character taken for a no counts too: 不 / 想活了."""
    return message.reply == UNCLEAR or (message.reply == FINE and len(message.text) == 1)


def _is_a_piece(words: str, of: str) -> bool:
    return words != of and says_something(words) and not ASKS.search(words) and bare_score(words) is None
