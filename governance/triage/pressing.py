"""The numbers to press, carried from the request that took the words to the page that answers it."""

from dataclasses import asdict

from flask import g, session

from governance.core.web.pages import say_in_json
from governance.triage.helplines import HELPLINES
from governance.triage.sorting import Call, Sorting, sort

CARRIED = "calls"


def sorting_of(words: str) -> Sorting:
    """`sort`, once in a request: the action and the page that answers ask about the same words."""
    kept: tuple[str, Sorting] | None = g.get("sorting")
    if kept is None or kept[0] != words:
        kept = g.sorting = (words, sort(words))
    return kept[1]


def carry_calls(about: str, words: str) -> None:
    """Keep the numbers for these words, if any, for the next page of `about`: a reference, or the name of a page.

    A script that sends for the page is told them at once, because it may stay on a page about something else.
    """
    calls = sorting_of(words).calls
    if calls:
        session[CARRIED] = [about, *([call.number, call.sentence] for call in calls)]
        say_in_json(calls=[asdict(call) for call in calls])


def carried_calls(about: str) -> tuple[Call, ...]:
    """The numbers for what was last said about `about`, shown once. `shared/_calls.html` draws them."""
    kept = session.get(CARRIED)
    if not kept or kept[0] != about:
        return ()
    _about, *said = session.pop(CARRIED)
    return tuple(Call(number, HELPLINES[number].label, sentence) for number, sentence in said)
