"""Publication of words and photos: nothing before the first look by staff, then the words that are not hidden.

A photo is let out alone, by a tick beside its large picture; what was not on the page cannot be ticked.
"""

from collections.abc import Collection, Mapping
from typing import Any

from governance.core.db import db, now
from governance.core.translation import LazyText as _l
from governance.tickets.model import Photo, Ticket

PARTS = {"words": _l("文字"), "photos": _l("照片")}


def first_look(ticket: Ticket, answers: Mapping[str, str]) -> dict[str, Any]:
    """Record the first look: `hide_words` hides the words, `let_out` lists the keys of the photos to show.

    An urgent ticket stays hidden whole; only `publish` can show it.
    """
    if ticket.checked_at is not None:
        return {}
    ticket.checked_at = now()
    ticket.public_words = answers.get("public_words", "").strip() or ticket.said_publicly
    ticket.words_hidden = ticket.urgent or bool(answers.get("hide_words"))
    out = [] if ticket.urgent else let_out(ticket, answers.get("let_out", "").split(","))
    kept = ["words"] * ticket.words_hidden + ["photos"] * (len(out) < len(ticket.told_photos))
    return ({"hidden": kept} if kept else {}) | ({"let_out": len(out)} if out else {})


def let_out(ticket: Ticket, keys: Collection[str], seen: Collection[str] | None = None) -> list[Photo]:
    """Show these photos to everybody, and no other of those that were `seen` on the page. Return those that changed."""
    may_change = [photo for photo in publishable(ticket) if seen is None or photo.key in seen]
    changed = [photo for photo in may_change if photo.let_out != (photo.key in keys)]
    for photo in changed:
        db.session.get_one(Photo, photo.id).let_out = photo.key in keys
    return changed


def publishable(ticket: Ticket) -> list[Photo]:
    """The photos that can be shown to neighbours: cleaned ones of the report and of the work, not those of 补一句."""
    return [photo for photo in ticket.photos if photo.shows and photo.step != "more"]
