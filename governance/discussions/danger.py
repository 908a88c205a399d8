"""Danger in the words of the hall: they are marked, told to the workers at once, and never published as they stand."""

from governance.core.errors import Invalid, Refused
from governance.core.translation import LazyText as _l
from governance.triage.masking import masked
from governance.triage.sorting import sort

WHAT_TO_DO = _l(
    "这里像是有人有危险、想不开，不照原话公开。先打电话、上门看看人；"
    "再转成不公开的工单，或者先收着。真要大家商量，换个认不出是谁的说法"
)


def is_in(words: str) -> bool:
    """May somebody be in danger, or is it nobody else's business: danger, despair, assault, violence?"""
    sorting = sort(words)
    return sorting.urgent or sorting.private


def published(words: str, longest: int) -> str:
    """What others read of these words: numbers, doors and names are masked."""
    return masked(words).text[:longest]


def refuse_in(field: str, words: str) -> None:
    """Raises Invalid for a public wording that still speaks of a danger."""
    if is_in(words):
        raise Invalid({field: WHAT_TO_DO})


def refuse_as_it_stands(is_urgent: bool) -> None:
    """Raises Refused for what would publish urgent words as they stand."""
    if is_urgent:
        raise Refused(WHAT_TO_DO)
