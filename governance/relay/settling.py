"""What comes of an answer to our open question; nothing where it was no answer to it."""

import re
from collections.abc import Callable
from dataclasses import replace

from governance.relay.meaning import is_a_matter, says_something
from governance.relay.phrases import ANOTHER, IN_COMMON, NO, REFUSES, YES
from governance.relay.placing import in_common, place_named
from governance.relay.proposing import add, ask_again
from governance.relay.reporting import report, what, which
from governance.relay.said import Said
from governance.relay.talk import MORE, WHAT, WHERE, WHETHER
from governance.relay.wording import plain

UNSURE = re.compile(r"不(?:太|大)?(?:知道|清楚|晓得|确定)|说不[清准]")
LONGEST_PLACE = 12  # what is longer is no name of one of the places we asked about


def is_no(words: str) -> bool:
    return bool(NO.fullmatch(words) or REFUSES.fullmatch(words))


def settle(said: Said, words: str) -> str:
    question, about = said.talk.question, said.talk.begun
    if question is None:
        return ""
    if is_no(words) and not (question == MORE and ANOTHER.fullmatch(words)):
        if question == MORE:
            said.talk.answered()
            return "好，没有写进去。要另报一件，说：报事 …"
        said.talk.drop()
        return "好，没有报。"
    return _SETTLED[question](said, about, words)


def _whether(said: Said, about: str, words: str) -> str:
    if ANOTHER.fullmatch(words):
        return ask_again(said)
    return report(replace(said, words=about)) if YES.fullmatch(words) else ""


def _more(said: Said, about: str, words: str) -> str:
    if ANOTHER.fullmatch(words):
        return report(replace(said, words=about))
    return add(said, about) if YES.fullmatch(words) else ""


def _what(said: Said, about: str, words: str) -> str:
    if YES.fullmatch(words) or not says_something(words):
        return what(said, about)
    return report(replace(said, words=f"{about} {said.words}".strip()))


def _where(said: Said, about: str, words: str) -> str:
    """One of the group's places; or the courtyard they stand in, where it is said of several, which is kept."""
    in_all = IN_COMMON.fullmatch(words)
    place = in_common(said.places) if in_all else place_named(said.places, words)
    if len(said.places) == 1 and YES.fullmatch(words):
        (place,) = said.places
    if place is not None:
        return report(replace(said, words=about if place in said.places else f"{about} {said.words}"), place)
    if in_all:
        return which(said, about, "一件事只能报到一个地方，另一处请再报一件。")
    if len(words) > LONGEST_PLACE or is_a_matter(words):
        return ""
    is_a_name = says_something(words) and not YES.fullmatch(words) and not UNSURE.search(words)
    return which(said, about, f"这里没有“{plain(words)}”。" if is_a_name else "")


_SETTLED: dict[str, Callable[[Said, str, str], str]] = {WHETHER: _whether, MORE: _more, WHAT: _what, WHERE: _where}
