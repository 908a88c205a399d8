"""The one sorting of words, asked by every route that takes them: form, desk, hall, notices, paste-back, bots.

It is pure and takes bounded time. It never blocks: a route shows the calls first, marks what is urgent, keeps what is
private and goes on.
"""

from dataclasses import dataclass

from governance.triage import category, emergencies
from governance.triage.crisis import Crisis, crisis_in
from governance.triage.elsewhere import Elsewhere, elsewhere
from governance.triage.emergencies import Danger
from governance.triage.helplines import HELPLINES, LISTENS, Press
from governance.triage.reading import readings

LONGEST = 4_000  # 9 µs each


@dataclass(frozen=True)
class Call:
    """A number to press: `label` is the short word beside it, `sentence` says when or what to do first."""

    number: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Sorting:
    """What words are about.

    `calls`: whom to call, first the one to press first. `urgent`: somebody may come to harm before the office reads it.
    `private`: despair, assault, violence or poison, never shown to others. `slug`: the category that fits, if any.
    `elsewhere`: what belongs elsewhere.
    """

    calls: tuple[Call, ...]
    urgent: bool
    private: bool
    slug: str | None
    elsewhere: tuple[Elsewhere, ...]


def sort(words: str) -> Sorting:
    """What the words are about: dangers and crises, whom to call, the category, what belongs elsewhere.

    Reads the first `LONGEST` characters: no field takes as many, but a refused form is sorted too, before its limits.
    """
    words = words[:LONGEST]
    crisis, dangers = crisis_in(words), emergencies.dangers(words)
    return Sorting(
        calls=_calls(words, crisis, dangers),
        urgent=crisis is not None or bool(dangers),
        private=crisis is not None or any(danger.hidden for danger in dangers),
        slug=_slug(words, crisis, dangers),
        elsewhere=elsewhere(readings(words)),
    )


def _calls(words: str, crisis: Crisis | None, dangers: list[Danger]) -> tuple[Call, ...]:
    """A crisis comes first, but for one that only needs somebody who listens: that one comes after the dangers."""
    said = [Press(danger.numbers, danger.sentence) for danger in dangers]
    if crisis:
        press = crisis.calls(words)
        said = [*said, press] if press.numbers[0] == LISTENS else [press, *said]
    firsts = {press.numbers[0]: press.sentence for press in reversed(said)}
    ordered = dict.fromkeys(number for press in said for number in press.numbers)
    return tuple(
        Call(number, HELPLINES[number].label, firsts.get(number, HELPLINES[number].sentence)) for number in ordered
    )


def _slug(words: str, crisis: Crisis | None, dangers: list[Danger]) -> str | None:
    if crisis:
        return crisis.slug
    hidden = next((danger.slug for danger in dangers if danger.hidden), None)
    return hidden or category.meant(words) or next((danger.slug for danger in dangers), None)
