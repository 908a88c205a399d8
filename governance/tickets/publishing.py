"""What others may read of a ticket: nothing before somebody has looked at it, then all that is not kept back.

A photo counts as looked at when it stood on the page from which it was let go; one that did not stays hidden.
"""

from collections.abc import Collection, Mapping
from typing import Any

from governance.core.db import now
from governance.core.translation import LazyText as _l
from governance.tickets.model import Ticket

PARTS = {"words": _l("文字"), "photos": _l("照片")}


def first_look(ticket: Ticket, answers: Mapping[str, str]) -> dict[str, Any]:
    """Somebody has looked at it: `hide_words` and `hide_photos` keep back, `seen` are the keys of the photos shown.

    What speaks of a danger is kept back whole: it is published by a step of its own, never by this one.
    """
    if ticket.checked_at is not None:
        return {}
    ticket.checked_at = now()
    ticket.public_words = answers.get("public_words", "").strip() or ticket.said_publicly
    kept = [part for part in PARTS if ticket.urgent or answers.get(f"hide_{part}")]
    if "photos" not in kept and unseen(ticket, answers.get("seen", "")):
        kept.append("photos")
    keep_back(ticket, kept)
    return {"hidden": kept} if kept else {}


def unseen(ticket: Ticket, seen: str) -> bool:
    """Did it bring a photo that was not on the page, perhaps because it was not cleaned yet?"""
    return not {photo.key for photo in ticket.told_photos} <= set(seen.split(","))


def kept_back(ticket: Ticket) -> set[str]:
    return {part for part, hidden in (("words", ticket.words_hidden), ("photos", ticket.photos_hidden)) if hidden}


def keep_back(ticket: Ticket, parts: Collection[str]) -> None:
    ticket.words_hidden, ticket.photos_hidden = "words" in parts, "photos" in parts
