"""The numbers to press, carried from the request that took the words to the page that answers it."""

from flask import session

from governance.triage.helplines import HELPLINES
from governance.triage.sorting import Call, sort

CARRIED = "calls"


def carry_calls(words: str) -> None:
    """Keep the numbers for these words, if any, for the next page that shows them to this device."""
    calls = sort(words).calls
    if calls:
        session[CARRIED] = [call.number for call in calls]


def carried_calls() -> tuple[Call, ...]:
    """The numbers of the request before, shown once. `shared/_calls.html` draws them."""
    numbers = session.pop(CARRIED, ()) if CARRIED in session else ()
    known = ((number, HELPLINES[number]) for number in numbers if number in HELPLINES)
    return tuple(Call(number, line.label, line.sentence) for number, line in known)
