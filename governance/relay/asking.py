"""A sentence that wants something of a ticket: how far it is, a nudge, or that it is met here too."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from governance.relay.meant import is_here
from governance.relay.phrases import AROUND, ASKING, ASKING_IN, ME_TOO, NUDGING, NUDGING_IN, NUMBER
from governance.relay.said import Said
from governance.relay.taking_part import join, nudge, progress_of

LONGEST = 30


class Wish(NamedTuple):
    """`whole`: nothing else is said. `within`: enough beside the number of a ticket that is one here."""

    whole: re.Pattern[str]
    within: re.Pattern[str]
    answer: Callable[[Said], str]


WISHES = (
    Wish(NUDGING, NUDGING_IN, nudge),
    Wish(ME_TOO, ME_TOO, join),
    Wish(ASKING, ASKING_IN, progress_of),
)


def asked_of(said: Said, words: str) -> Callable[[], str] | None:
    """What answers it; None where it wants nothing of a ticket."""
    found = NUMBER.search(words)
    if found is None:
        wishes = [one for one in WISHES if one.whole.fullmatch(words)]
        return partial(wishes[0].answer, replace(said, words="")) if wishes else None
    rest = (words[: found.start()] + words[found.end() :]).strip(AROUND)
    here = len(rest) <= LONGEST and is_here(said, found[1])
    for wish in WISHES:
        if wish.whole.fullmatch(rest) or (here and wish.within.search(rest)):
            return partial(wish.answer, replace(said, words=found[1]))
    return None
