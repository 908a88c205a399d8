"""Lists that grow are kept in code: what is not in one is written by nobody, on either way to the database."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import StatementError

from governance.core.db import OneOf, connection, db, now, writing
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


def test_rows_put_in_in_bulk_have_their_clocks_running_as_their_states_say(used) -> None:
    app, cast = used
    states = [state.name for state in LIFE.states]
    place, light, somebody = cast.place("5号楼"), cast.category("light").id, cast.people["gao"]
    told = {"submitter_id": somebody, "place_id": place.id, "category_id": light, "due_at": now()}
    rows = [{"ref": f"bulk-{state}", "submission": state, "state": state, **told} for state in states]
    with writing():
        db.session.execute(insert(Ticket), [*rows])
        db.session.execute(insert(Ticket), [{"ref": "bulk", "submission": "", **told}])
    running = db.session.scalars(select(Ticket.ref).where(Ticket.ref.startswith("bulk"), Ticket.running.is_(True)))
    assert {*running} == {"bulk", *(f"bulk-{state}" for state in RUNNING)}
