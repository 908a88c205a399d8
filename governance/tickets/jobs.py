"""Periodic jobs of tickets; the job that cleans photos is in photos.py."""

from governance.core.jobs import job
from governance.tickets import feedback, reminders


@job("tickets.close_the_silent", every=3600)
def close_the_silent() -> None:
    """Close resolved tickets that nobody answered for a week."""
    feedback.close_the_silent()


@job("tickets.mind_the_clock", every=600)
def mind_the_clock() -> None:
    """Say which tickets are due soon and which have become late."""
    reminders.record_due_and_late()
