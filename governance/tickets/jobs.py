"""Periodic jobs of tickets. The photo jobs are in photos.py."""

from governance.core.jobs import job
from governance.tickets import reminders, urgency
from governance.tickets.responses import answers


@job("tickets.close_the_silent", every=3600)
def close_the_silent() -> None:
    """Close tickets that have been resolved for a week."""
    answers.close_the_silent()


@job("tickets.mind_the_clock", every=600)
def mind_the_clock() -> None:
    """Record which tickets are due soon and which are late."""
    reminders.record_due_and_late()


@job("tickets.escalate", every=60)
def escalate() -> None:
    """Record which urgent tickets nobody has taken."""
    urgency.escalate_untaken()
