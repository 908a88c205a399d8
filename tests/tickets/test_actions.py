"""What a move changes beside the state, and how long a ticket may take after it."""

from datetime import timedelta

from governance.core.db import db, now, writing
from governance.tickets import actions
from governance.tickets.model import Ticket


def test_a_ticket_on_hold_says_why_and_its_clock_stands_still(cast, ticket) -> None:
    id_, worker = ticket("5号楼", state="accepted"), cast.viewer("shen")
    due = db.session.get_one(Ticket, id_).due_at
    actions.make_move(db.session.get_one(Ticket, id_), "hold", worker, {"note": "等配件"})
    held = db.session.get_one(Ticket, id_)
    assert (held.state, held.hold_reason) == ("on_hold", "等配件") and held.held_at
    with writing():
        held.held_at = now() - timedelta(days=2)
    actions.make_move(held, "resume", worker, {})
    assert timedelta(days=2) <= held.due_at - due < timedelta(days=2, minutes=5)
    assert held.hold_reason is held.held_at is None
