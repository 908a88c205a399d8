"""When a ticket was first accepted and first put right stays, whatever becomes of it later."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from governance.core import migrations
from governance.core.db import db, writing
from governance.core.events import history
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets import actions
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from tests.app import DATABASES, opened
from tests.cast import Cast

Clock = Callable[[float], datetime]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Moves the time in which tickets live; answers it."""
    begun = actions.now()

    def at(hours: float) -> datetime:
        moment = begun + timedelta(hours=hours)
        monkeypatch.setattr(actions, "now", lambda: moment)
        return moment

    return at


def reported(cast: Cast, category: str = "noise") -> Ticket:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        by = Viewer(person_id=person.id)
        return reports.submit_report(cast.place("5号楼"), by, cast.category(category), str(uuid.uuid4()), words="吵")


def move(ticket: Ticket, name: str, by: Viewer, **answers: str) -> None:
    actions.make_move(ticket, name, by, {"note": "说明", **answers})


def first_times(ticket: Ticket) -> tuple[datetime | None, datetime | None]:
    db.session.refresh(ticket)
    return ticket.accepted_at, ticket.first_resolved_at


def two_rounds(cast: Cast, clock: Clock) -> tuple[Ticket, datetime, datetime]:
    """Accepted and finished, done again, finished again."""
    ticket, gao, shen = reported(cast), cast.viewer("gao"), cast.viewer("shen")
    accepted = clock(1)
    move(ticket, "accept", gao)
    resolved = clock(2)
    move(ticket, "finish", gao)
    clock(3)
    move(ticket, "reopen", shen)
    clock(4)
    move(ticket, "finish", gao)
    return ticket, accepted, resolved


def test_they_stay_through_a_second_round(cast: Cast, clock: Clock) -> None:
    ticket, accepted, resolved = two_rounds(cast, clock)
    assert first_times(ticket) == (accepted, resolved)
    assert ticket.resolved_at == clock(4)


def test_a_finish_without_an_acceptance_before_is_both_at_once(cast: Cast, clock: Clock) -> None:
    ticket, moment = reported(cast), clock(1)
    assert first_times(ticket) == (None, None)
    move(ticket, "finish", cast.viewer("gao"))
    assert first_times(ticket) == (moment, moment)


def test_where_another_has_to_check_it_is_put_right_once_that_was_done(cast: Cast, clock: Clock) -> None:
    with writing():
        cast.category("noise").verify = True
    ticket = reported(cast)
    accepted = clock(1)
    move(ticket, "finish", cast.viewer("gao"))
    assert first_times(ticket) == (accepted, None)
    verified = clock(2)
    move(ticket, "verify", cast.viewer("shen"))
    assert first_times(ticket) == (accepted, verified)


@pytest.fixture(params=DATABASES)
def own_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, Cast]]:
    """A database of its own: its schema is taken back and forth."""
    with opened(request, tmp_path) as made:
        yield made


def test_the_step_of_the_schema_reads_them_from_the_record(own_world: Any, clock: Clock) -> None:
    app, cast = own_world
    ticket, *_times = two_rounds(cast, clock)
    lines = history("ticket", ticket.id)
    accepted = next(line.at for line in lines if line.verb == "accept")
    resolved = next(line.at for line in lines if line.verb == "finish")
    untouched, url = reported(cast), app.extensions["settings"].database
    ids = (ticket.id, untouched.id)
    db.session.remove()
    db.engine.dispose()
    migrations.downgrade(url, "0017")
    migrations.upgrade(url)
    ticket, untouched = (db.session.get_one(Ticket, id_) for id_ in ids)
    assert first_times(ticket) == (accepted, resolved)
    assert first_times(untouched) == (None, None)
    assert (ticket.running, untouched.running) == (False, True)
