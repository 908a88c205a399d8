"""Lists go on after the last row seen: every row once, whatever stands in the address."""

import uuid

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.core.web import paging
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports

ORDERS = {"by due time": ((Ticket.due_at, Ticket.id), False), "newest first": ((Ticket.id,), True)}


@pytest.fixture
def tickets(app, cast) -> int:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        for _ in range(60):
            place, category = cast.place("5号楼"), cast.category("light")
            reports.submit_report(place, Viewer(person_id=person.id), category, str(uuid.uuid4()), words="灯不亮")
    return 60


@pytest.mark.parametrize("order", ORDERS)
def test_page_after_page_shows_every_row_once(tickets: int, order: str) -> None:
    columns, falling = ORDERS[order]
    seen: list[int] = []
    after = ""
    while True:
        page = paging.page(select(Ticket), columns, after, falling=falling)
        seen += [ticket.id for ticket in page.rows]
        after = page.after
        if not after:
            break
        assert len(page.rows) == paging.SIZE
    assert sorted(seen) == sorted(db.session.scalars(select(Ticket.id)))
    assert len(seen) == tickets


@pytest.mark.parametrize("after", ["nonsense", "W10", "WyJhIiwgImIiXQ", "bnVsbA", "WyIyMDI2IiwgIjEiXQ"])
def test_a_key_that_is_none_is_the_first_page(tickets: int, after: str) -> None:
    page = paging.page(select(Ticket), (Ticket.due_at, Ticket.id), after)
    assert len(page.rows) == paging.SIZE
