"""The tickets' work for later; cleaning photos registers itself in photos.py."""

from governance.core.jobs import job
from governance.tickets import clock, photos, voices

__all__ = ["close_the_silent", "mind_the_clock", "photos"]


@job("tickets.close_the_silent", every=3600)
def close_the_silent() -> None:
    """Close resolved tickets that nobody answered for a week."""
    voices.close_the_silent()


@job("tickets.mind_the_clock", every=600)
def mind_the_clock() -> None:
    """Say which tickets are due soon and which have become late."""
    clock.mind()
