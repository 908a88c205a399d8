"""Talk that is no command, answer or kind word: perhaps a matter, which is asked about, or a piece of one."""

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from sqlalchemy import select

from governance.assistant.dialogue.confirm import is_no
from governance.assistant.dialogue.context import Said
from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.report import what
from governance.assistant.dialogue.suggest import ask_again, propose
from governance.assistant.dialogue.take_part import how_to_withdraw
from governance.assistant.language import quotes
from governance.assistant.language.matters import category_of, is_a_matter
from governance.assistant.language.phrases import ANOTHER, ASKS, WITHDRAWS, YES
from governance.core.db import db, now
from governance.relay.model import Heard
from governance.triage import emergencies
from governance.triage.category import SHORTEST_DETAIL, SHORTEST_MATTER, says_something

MOST_PIECES, ONE_BREATH = 5, timedelta(minutes=2)
NOT_ASKED = "好的。现在没有等您回话的事；要报事直接说，例如：报事 三层灯不亮"
FINE = "好的。有事随时说。"
UNCLEAR = "我在。要报事直接说，例如：报事 三层灯不亮。还能说什么，回“帮助”。"


def plain_speech(said: Said, bare: str) -> str:
    """What says nothing does not push aside what we were asking about. `bare` are the words without what is around."""
    if WITHDRAWS.fullmatch(bare):
        return how_to_withdraw(replace(said, words=""))
    if is_no(bare):
        return _refused(said)
    if ANOTHER.fullmatch(bare) and said.talk.question is None:
        return what(said)
    together = "".join((*_pieces(said), said.words))
    if _may_be_a_matter(bare, _shortest(said, bare)) or _makes_grave(said.talk.begun, bare):
        return propose(replace(said, words=together))
    if said.talk.question in (WHETHER, MORE):
        return ask_again(said)
    if YES.fullmatch(bare):
        return NOT_ASKED
    return propose(replace(said, words=together)) if _may_be_a_matter(together, SHORTEST_MATTER) else UNCLEAR


def _refused(said: Said) -> str:
    if said.talk.just_reported:
        return how_to_withdraw(replace(said, words=""))
    if said.talk.question in (WHETHER, MORE):
        return ask_again(said)
    said.talk.drop()
    return FINE


def _may_be_a_matter(words: str, shortest: int) -> bool:
    return is_a_matter(words) or (len(words) >= shortest and says_something(words))


def _makes_grave(begun: str, words: str) -> bool:
    """Is what was begun a danger or a private matter with these words, and was none before: 我老公打 / 我?"""
    whole = f"{begun}{words}"
    is_private = category_of(whole).private and not category_of(begun).private
    return bool(begun) and (is_private or emergencies.numbers(whole) != emergencies.numbers(begun))


def _shortest(said: Said, bare: str) -> int:
    """How many characters may be a matter: where something was just begun, a detail of it is a short word."""
    if ASKS.search(bare):
        return SHORTEST_MATTER
    if said.talk.just_asked:
        return 1
    return SHORTEST_DETAIL if said.talk.just_reported else SHORTEST_MATTER


def _pieces(said: Said) -> list[str]:
    """What they said just before, and we understood none of it: some write 三层 and 灯不亮 as two messages."""
    heard = said.heard
    theirs = (Heard.robot == heard.robot, Heard.group_id == heard.group_id, Heard.person_id == heard.person_id)
    query = select(Heard).where(*theirs, Heard.id < heard.id, Heard.at > now() - ONE_BREATH).order_by(Heard.id.desc())
    before = takewhile(_is_left, db.session.scalars(query.limit(MOST_PIECES)))
    words = [quotes.split(one.text, "")[0] for one in before]
    return [piece for piece in reversed(words) if _is_a_piece(piece, said.words)]


def _is_left(heard: Heard) -> bool:
    """Was it not understood, or taken for a no that it may be the beginning of: 不 / 想活了?"""
    return heard.reply == UNCLEAR or (heard.reply == FINE and len(heard.text) == 1)


def _is_a_piece(words: str, of: str) -> bool:
    return words != of and says_something(words) and not ASKS.search(words)
