"""Lists that grow are kept in code: what is not in one is written by nobody, on either way to the database."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from governance.core.db import OneOf, connection, db
from governance.core.sql_statements import Insert
from governance.discussions.model import Topic
from governance.notices.model import Notice
from governance.people.model import Identity, Post
from governance.places.model import Code, Place
from governance.tickets.lifecycle import LIFE, RUNNING
from governance.tickets.model import Ticket

COLUMNS = {
    Ticket: ("state", "source"),
    Topic: ("state",),
    Notice: ("state",),
    Place: ("kind",),
    Code: ("state",),
    Post: ("role",),
    Identity: ("kind",),
}
EACH = [(model, name) for model, names in COLUMNS.items() for name in names]


@pytest.fixture(scope="module")
def used(sqlite_used):  # type: ignore[no-untyped-def]
    with sqlite_used.once() as made:
        yield made


@pytest.mark.parametrize(("model", "name"), EACH, ids=lambda value: getattr(value, "__tablename__", value))
def test_nobody_writes_what_is_not_in_the_list(used, model: Any, name: str) -> None:
    kind = model.__table__.c[name].type
    assert isinstance(kind, OneOf) and len(kind.values) > 1
    assert max(map(len, kind.values)) <= kind.impl.length
    with pytest.raises(StatementError, match="is none of"):
        db.session.execute(update(model).values({name: "苹果"}))
    db.session.rollback()
    with pytest.raises(ValueError, match="is none of"):
        Insert(model).run(connection(), **{name: "苹果"})
    db.session.rollback()


def test_what_is_only_compared_may_be_any_text(used) -> None:
    assert db.session.scalars(select(Place).where(Place.kind == "苹果")).all() == []
    assert db.session.scalars(select(Place).filter_by(kind="苹果")).all() == []
    assert db.session.scalars(select(Place).where(Place.kind.in_(["苹果", "district"]))).one().name == "示范区"


@pytest.mark.parametrize("state", [state.name for state in LIFE.states])
def test_a_ticket_s_clock_runs_as_its_state_says(state: str) -> None:
    ticket = Ticket(state=state)
    assert ticket.running is (state in RUNNING)
    ticket.state = LIFE.states[0].name
    assert ticket.running


def test_a_ticket_without_a_state_begins_in_the_first_with_its_clock_running() -> None:
    table = Ticket.__table__.c
    assert (table.state.default.arg, table.running.default.arg) == (LIFE.states[0].name, LIFE.states[0].running)
