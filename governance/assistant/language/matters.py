"""The categories in use now, asked of what somebody said: which one it is, and whether it is a matter at all."""

from governance.tickets.categories import Choice, active
from governance.triage import category


def category_of(words: str) -> Choice:
    return category.category_of(words, active())


def is_a_matter(words: str) -> bool:
    return category.is_a_matter(words, active())
