"""Talk that is no command, answer or kind word: perhaps a matter, which is asked about, or a piece of one."""

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import select

from governance.assistant.dialogue.confirm import is_no
from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.report import what
from governance.assistant.dialogue.suggest import ask_again, propose
from governance.assistant.dialogue.take_part import how_to_withdraw
from governance.assistant.language import quotes
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ANOTHER, ASKS, WITHDRAWS, YES
from governance.core.db import db, now
from governance.relay.model import ReceivedMessage
from governance.triage import emergencies
from governance.triage.category import SHORTEST_DETAIL, SHORTEST_MATTER, says_something

MOST_PIECES, ONE_BREATH = 5, timedelta(minutes=2)
NOT_ASKED = "好的。现在没有等您回话的事；要报事直接说，例如：报事 三层灯不亮"
FINE = "好的。有事随时说。"
UNCLEAR = "我在。要报事直接说，例如：报事 三层灯不亮。还能说什么，回“帮助”。"


def plain_speech(turn: Turn, bare: str) -> str:
    """What says nothing does not push aside what we were asking about. `bare` are the words without what is around."""
    if WITHDRAWS.fullmatch(bare):
        return how_to_withdraw(replace(turn, words=""))
    if is_no(bare):
        return _refused(turn)
    if ANOTHER.fullmatch(bare) and turn.conversation.question is None:
        return what(turn)
    together = "".join((*_pieces(turn), turn.words))
    if _may_be_a_matter(bare, _shortest(turn, bare)) or _makes_grave(turn.conversation.begun, bare):
        return propose(replace(turn, words=together))
    if turn.conversation.question in (WHETHER, MORE):
        return ask_again(turn)
    if YES.fullmatch(bare):
        return NOT_ASKED
    return propose(replace(turn, words=together)) if _may_be_a_matter(together, SHORTEST_MATTER) else UNCLEAR


def _refused(turn: Turn) -> str:
    if turn.conversation.just_reported:
        return how_to_withdraw(replace(turn, words=""))
    if turn.conversation.question in (WHETHER, MORE):
        return ask_again(turn)
    turn.conversation.drop()
    return FINE


def _may_be_a_matter(words: str, shortest: int) -> bool:
    return is_a_matter(words) or (len(words) >= shortest and says_something(words))


def _makes_grave(begun: str, words: str) -> bool:
    """Is what was begun a danger or a private matter with these words, and was none before: 我老公打 / 我?"""
    whole = f"{begun}{words}"
    is_private = category_of(whole).private and not category_of(begun).private
    return bool(begun) and (is_private or emergencies.numbers(whole) != emergencies.numbers(begun))


def _shortest(turn: Turn, bare: str) -> int:
    """How many characters may be a matter: where something was just begun, a detail of it is a short word."""
    if ASKS.search(bare):
        return SHORTEST_MATTER
    if turn.conversation.just_asked:
        return 1
    return SHORTEST_DETAIL if turn.conversation.just_reported else SHORTEST_MATTER


def _pieces(turn: Turn) -> list[str]:
    """What they said just before, and we understood none of it: some write 三层 and 灯不亮 as two messages."""
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
    before = takewhile(_is_left, db.session.scalars(query.limit(MOST_PIECES)))
    words = [quotes.split(one.text, "")[0] for one in before]
    return [piece for piece in reversed(words) if _is_a_piece(piece, turn.words)]


def _is_left(message: ReceivedMessage) -> bool:
    """Was it not understood, or taken for a no that it may be the beginning of: 不 / 想活了?"""
    return message.reply == UNCLEAR or (message.reply == FINE and len(message.text) == 1)


def _is_a_piece(words: str, of: str) -> bool:
    return words != of and says_something(words) and not ASKS.search(words)
