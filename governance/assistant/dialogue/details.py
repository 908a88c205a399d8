"""Answers to our questions WHAT (what is the matter?) and WHERE (at which of the places?)."""

import re
from dataclasses import replace

from governance.assistant.dialogue.confirm import is_no
from governance.assistant.dialogue.conversation import WHAT, WHERE
from governance.assistant.dialogue.emergency import with_emergency_call
from governance.assistant.dialogue.report import ask_what, ask_where, file_report
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import is_a_matter
from governance.assistant.language.phrases import ALL_PLACES, ANOTHER, YES
from governance.assistant.language.place_match import common_courtyard, named_place, named_places
from governance.places.model import Place
from governance.relay.messages.text import sanitised
from governance.triage.category import SHORTEST_MATTER, says_something

UNSURE = re.compile(r"不(?:太|大)?(?:知道|清楚|晓得|确定)|说不[清准]")
LONGEST_PLACE = 12  # characters; longer words are no answer to WHERE


def is_no_to_detail(turn: Turn) -> bool:
    return turn.conversation.question in (WHAT, WHERE) and is_no(turn.bare)


def is_empty_what(turn: Turn) -> bool:
    """An answer to WHAT without content: a yes, 另一件, or no word at all."""
    bare = turn.bare
    says_nothing = YES.fullmatch(bare) or ANOTHER.fullmatch(bare) or not says_something(bare)
    return turn.conversation.question == WHAT and bool(says_nothing)


def ask_what_again(turn: Turn) -> str:
    return ask_what(turn, turn.conversation.question_words)


def is_what(turn: Turn) -> bool:
    return turn.conversation.question == WHAT


def complete_what(turn: Turn) -> str:
    """Append the answer to what was said before; file it once it is long enough to be a matter."""
    words = f"{turn.conversation.question_words} {turn.words}".strip()
    if len(words) < SHORTEST_MATTER and not is_a_matter(words):
        return ask_what(turn, words)
    return with_emergency_call(words, file_report(replace(turn, words=words)))


def is_where(turn: Turn) -> bool:
    """An answer to WHERE: a place, several places at once, or short words that are no matter of their own."""
    if turn.conversation.question != WHERE:
        return False
    is_short = len(turn.bare) <= LONGEST_PLACE and not is_a_matter(turn.bare)
    return is_short or ALL_PLACES.fullmatch(turn.bare) is not None or _answered_place(turn) is not None


def complete_where(turn: Turn) -> str:
    """File the words of the question at the place in the answer; ask again when it names none of the places.

    Where the answer is a courtyard or several places, it is kept beside the words.
    """
    words, place = turn.conversation.question_words, _answered_place(turn)
    if place is not None:
        return file_report(replace(turn, words=words if place in turn.places else f"{words} {turn.words}"), place)
    if ALL_PLACES.fullmatch(turn.bare):
        return ask_where(turn, words, "一件事只能报到一个地方，另一处请再报一件。")
    is_known = YES.fullmatch(turn.bare) or UNSURE.search(turn.bare) or named_places(turn.places, turn.bare)
    is_unknown_name = says_something(turn.bare) and not is_known
    return ask_where(turn, words, f"这里没有“{sanitised(turn.bare)}”。" if is_unknown_name else "")


def _answered_place(turn: Turn) -> Place | None:
    """The place named; for several at once their courtyard; for a yes the only place."""
    if len(turn.places) == 1 and YES.fullmatch(turn.bare):
        return turn.places[0]
    if ALL_PLACES.fullmatch(turn.bare):
        return common_courtyard(turn.places)
    place = named_place(turn.places, turn.bare)
    return _narrowed(turn, place, f"{turn.bare}，{turn.conversation.question_words}")


def _narrowed(turn: Turn, place: Place | None, words: str) -> Place | None:
    """For a courtyard, the building inside it that all the words name, or the only one of the group's inside it."""
    if place is None or place.kind != "courtyard":
        return place
    named = named_place(turn.places, words)
    if named is not None and place.id in named.ancestors:
        return named
    if place in turn.places:
        return place
    inside = [building for building in turn.places if place.id in building.ancestors]
    return inside[0] if len(inside) == 1 else place
