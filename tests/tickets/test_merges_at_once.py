"""Two tickets merged into each other at the same instant: one merge wins, and neither waits for the other for ever."""

import threading
import time

import pytest

from governance.core.db import db, writing
from governance.core.errors import Invalid, Refused
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets import actions
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports


@pytest.fixture
def pair(cast) -> tuple[int, int]:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        place, category = cast.place("5号楼"), cast.category("light")
        made = [
            reports.submit_report(place, Viewer(person.id), category, f"{number:036d}", words="灯不亮")
            for number in range(2)
        ]
        return made[0].id, made[1].id


def test_of_two_merges_into_each_other_one_wins(app, cast, pair, monkeypatch) -> None:
    whole, start, ends = actions.require, threading.Barrier(2), []

    def slow(*args) -> None:
        time.sleep(0.3)  # both hold what they have locked so far
        whole(*args)

    monkeypatch.setattr(actions, "require", slow)

    def merge(one: int, other: int) -> None:
        with app.app_context():
            by, ticket, into = cast.viewer("gao"), db.session.get_one(Ticket, one), db.session.get_one(Ticket, other)
            start.wait()
            try:
                actions.make_move(ticket, "merge", by, {"into": into.number})
            except (Invalid, Refused) as trouble:
                ends.append(type(trouble).__name__)
            except Exception as trouble:  # noqa: BLE001 - a deadlock shows as the database's own error
                ends.append(str(trouble))
            else:
                ends.append("merged")
            db.session.remove()

    threads = [threading.Thread(target=merge, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) in (["Invalid", "merged"], ["Refused", "merged"])
    db.session.rollback()
    states = sorted(db.session.scalars(db.select(Ticket.state)))
    assert states == ["merged", "submitted"]
