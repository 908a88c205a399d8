"""What comes of an answer to our open question; nothing where it was no answer to it."""

import re
from collections.abc import Callable
from dataclasses import replace

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import MORE, WHAT, WHERE, WHETHER
from governance.assistant.dialogue.report import file_report, what, which
from governance.assistant.dialogue.suggest import add, ask_again, called
from governance.assistant.language.matters import is_a_matter
from governance.assistant.language.phrases import ANOTHER, IN_COMMON, NO, REFUSES, SOLVED, YES
from governance.assistant.language.place_match import in_common, named_places, place_named
from governance.places.model import Place
from governance.relay.messages.text import sanitised
from governance.triage.category import SHORTEST_MATTER, says_something

UNSURE = re.compile(r"不(?:太|大)?(?:知道|清楚|晓得|确定)|说不[清准]")
LONGEST_PLACE = 12  # what is longer is no name of one of the places we asked about


def is_no(words: str) -> bool:
    """A refusal, and nothing else that is to be done: not 算了，灯又不亮了."""
    if NO.fullmatch(words):
        return True
    return bool(REFUSES.fullmatch(words)) and not (is_a_matter(words) and not SOLVED.search(words))


def handle_answer(turn: Turn, words: str) -> str:
    question, about = turn.conversation.question, turn.conversation.begun
    if question is None:
        return ""
    if is_no(words) and not (question == MORE and ANOTHER.fullmatch(words)):
        if question == MORE:
            turn.conversation.answered()
            return "好，没有写进去。要另报一件，说：报事 …"
        turn.conversation.drop()
        return "好，没有报。"
    return _SETTLED[question](turn, about, words)


def _whether(turn: Turn, about: str, words: str) -> str:
    if ANOTHER.fullmatch(words):
        return ask_again(turn)
    return file_report(replace(turn, words=about)) if YES.fullmatch(words) else ""


def _more(turn: Turn, about: str, words: str) -> str:
    if ANOTHER.fullmatch(words):
        return file_report(replace(turn, words=about))
    return add(turn, about) if YES.fullmatch(words) else ""


def _what(turn: Turn, about: str, words: str) -> str:
    if YES.fullmatch(words) or ANOTHER.fullmatch(words) or not says_something(words):
        return what(turn, about)
    combined = f"{about} {turn.words}".strip()
    if len(combined) < SHORTEST_MATTER and not is_a_matter(combined):
        return what(turn, combined)
    return called(combined, file_report(replace(turn, words=combined)))


def _where(turn: Turn, about: str, words: str) -> str:
    """One of the group's places; or the courtyard they stand in, where it is said of several, which is kept."""
    in_all = IN_COMMON.fullmatch(words)
    place = in_common(turn.places) if in_all else _narrowed(turn, place_named(turn.places, words), f"{words}，{about}")
    if len(turn.places) == 1 and YES.fullmatch(words):
        (place,) = turn.places
    if place is not None:
        return file_report(replace(turn, words=about if place in turn.places else f"{about} {turn.words}"), place)
    if in_all:
        return which(turn, about, "一件事只能报到一个地方，另一处请再报一件。")
    if len(words) > LONGEST_PLACE or is_a_matter(words):
        return ""
    is_said = YES.fullmatch(words) or UNSURE.search(words) or named_places(turn.places, words)
    is_a_name = says_something(words) and not is_said
    return which(turn, about, f"这里没有“{sanitised(words)}”。" if is_a_name else "")


def _narrowed(turn: Turn, place: Place | None, words: str) -> Place | None:
    """In the courtyard that was answered, the building that the whole names, or the only one of the group's there."""
    if place is None or place.kind != "courtyard":
        return place
    named = place_named(turn.places, words)
    if named is not None and place.id in named.ancestors:
        return named
    if place in turn.places:
        return place
    inside = [one for one in turn.places if place.id in one.ancestors]
    return inside[0] if len(inside) == 1 else place


_SETTLED: dict[str, Callable[[Turn, str, str], str]] = {WHETHER: _whether, MORE: _more, WHAT: _what, WHERE: _where}
