"""What residents do after a report: join, nudge, add, answer, answer back; and what waits for them."""
