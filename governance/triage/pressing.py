"""The numbers to press, carried from the request that took the words to the page that answers it."""

from flask import g, session

from governance.triage.helplines import HELPLINES
from governance.triage.sorting import Call, Sorting, sort

CARRIED = "calls"


def sorting_of(words: str) -> Sorting:
    """`sort`, once in a request: the action and the page that answers ask about the same words."""
    kept: tuple[str, Sorting] | None = g.get("sorting")
    if kept is None or kept[0] != words:
        kept = g.sorting = (words, sort(words))
    return kept[1]


def carry_calls(words: str) -> None:
    """Keep the numbers for these words, each with its sentence, for the next page that shows them to this device."""
    calls = sorting_of(words).calls
    if calls:
        session[CARRIED] = [[call.number, call.sentence] for call in calls]


def carried_calls() -> tuple[Call, ...]:
    """The numbers of the request before, shown once. `shared/_calls.html` draws them."""
    said = session.pop(CARRIED, ()) if CARRIED in session else ()
    return tuple(Call(number, HELPLINES[number].label, sentence) for number, sentence in said)
