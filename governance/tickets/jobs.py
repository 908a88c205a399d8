"""The tickets' work for later; cleaning photos registers itself in photos.py."""

from governance.core.jobs import job
from governance.tickets import photos, voices

__all__ = ["close_the_silent", "photos"]


@job("tickets.close_the_silent", every=3600)
def close_the_silent() -> None:
    """Close resolved tickets that nobody answered for a week."""
    voices.close_the_silent()
