"""Publication of words and photos: nothing before the first look by staff, then every part that is not hidden.

Photos are published only if all of them stood on the page that staff submitted.
"""

from collections.abc import Collection, Mapping
from typing import Any

from governance.core.db import now
from governance.core.translation import LazyText as _l
from governance.tickets.model import Ticket

PARTS = {"words": _l("文字"), "photos": _l("照片")}


def first_look(ticket: Ticket, answers: Mapping[str, str]) -> dict[str, Any]:
    """Record the first look: `hide_words` and `hide_photos` hide a part, `seen` lists the keys of the photos shown.

    An urgent ticket stays hidden whole; only `publish` can show it.
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
    """Return True if a photo of the report was not on the page, for example because it was not clean yet."""
    return not {photo.key for photo in ticket.told_photos} <= set(seen.split(","))


def kept_back(ticket: Ticket) -> set[str]:
    return {part for part, hidden in (("words", ticket.words_hidden), ("photos", ticket.photos_hidden)) if hidden}


def keep_back(ticket: Ticket, parts: Collection[str]) -> None:
    ticket.words_hidden, ticket.photos_hidden = "words" in parts, "photos" in parts
