"""Triage with the categories in use now."""

from governance.tickets.categories import Choice, active
from governance.triage import category


def category_of(words: str) -> Choice:
    """The category of these words; 别的 when none fits."""
    return category.category_of(words, active())


def is_a_matter(words: str) -> bool:
    """Do the words name a category in use, a danger or a fault?"""
    return category.is_a_matter(words, active())
