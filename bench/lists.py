"""The desk and the scan page as the tickets grow: a hundred a building, and the last tenth still being worked on."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

from flask import Flask
from sqlalchemy import event, insert, text

from bench.row import Row, interleaved
from bench.stage import application, call, request
from governance.core.crypto import new_ref
from governance.core.db import db, now, writing
from governance.people.access.current import COOKIE
from governance.people.model import Person
from governance.people.staff.signin import sign_in
from governance.places.actions import print_code
from governance.places.model import Place
from governance.tickets.model import Ticket
from tests.cast import PASSWORD, Cast

A_BUILDING, A_COURTYARD, A_PIECE = 100, 10, 10_000
PAGES = {
    "desk of a grid worker, 新到": ("gao", "/desk?tab=new"),
    "desk of a grid worker, 晚了": ("gao", "/desk?tab=late"),
    "desk of a street officer, 晚了": ("qiao", "/desk?tab=late"),
    "desk of a street officer, 全部": ("qiao", "/desk?tab=all"),
}


def rows(full: bool) -> list[Row]:
    few, many = 10_000, 1_000_000 if full else 100_000
    with ExitStack() as stack:
        small, large = (_Grown(*stack.enter_context(application()), count) for count in (few, many))
        found = []
        for name in [*PAGES, "scan page, made anew"]:
            doings = {"few": small.page(name), "many": large.page(name)}
            spent = interleaved(doings, rounds=40, times=2)
            title = f"{name}: {few:,} → {many:,} tickets"
            found.append(Row(title, spent["many"], "ms", spent["few"], ratio_at_most=1.2))
        counted = sum("count(" in statement.lower() for statement in large.statements)
        found.append(Row("count(*) on these pages", counted, "", at_most=0))
    return found


class _Grown:
    """An application with so many tickets."""

    def __init__(self, app: Flask, cast: Cast, count: int) -> None:
        self.app = app
        self.statements: set[str] = set()
        with app.app_context():
            self.code = _fill(cast, count)
            self.cookies = {name: f"{COOKIE}={sign_in(name, PASSWORD, 'bench')}" for name in ("gao", "qiao")}
            db.session.remove()
            event.listen(db.engine, "before_cursor_execute", lambda *args: self.statements.add(args[2]))

    def page(self, name: str):  # noqa: ANN201 - a call without arguments
        """Asks for one page, in full."""
        if name in PAGES:
            person, path = PAGES[name]
            asked = request(path, headers={"Cookie": self.cookies[person]})
        else:
            asked = request(f"/c/{self.code}")

        def ask() -> None:
            self.app.extensions["kept_pages"].clear()
            status, _headers, _body = call(self.app, asked)
            assert status == 200, status

        return ask


def _fill(cast: Cast, count: int) -> str:
    """Bulk rows, as if they had been reported; the code of a building in the middle."""
    with writing():
        person = Person()
        db.session.add(person)
        buildings = list(_buildings(cast, count // A_BUILDING))
        db.session.execute(insert(Place), buildings)
        category, handlers = cast.category("light").id, list(cast.people.values())
    for start in range(0, count, A_PIECE):
        with writing():
            numbers = range(start, min(start + A_PIECE, count))
            db.session.execute(
                insert(Ticket),
                [_ticket(n, count, buildings[n % len(buildings)], person.id, category, handlers) for n in numbers],
            )
    with writing():
        code = print_code(db.session.get_one(Place, buildings[len(buildings) // 2]["id"]), "bench").token
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return code


def _buildings(cast: Cast, count: int) -> Iterator[dict]:
    """Courtyards of ten buildings in the two grids, turn about."""
    grids, id_ = [cast.place("第一网格"), cast.place("第二网格")], 1_000
    for number in range(count):
        grid = grids[number // A_COURTYARD % 2]
        if number % A_COURTYARD == 0:
            id_ += 1
            yard = {"id": id_, "parent_id": grid.id, "path": f"{grid.path}{id_}/", "kind": "courtyard"}
            yield yard | grid.areas() | {"name": f"{id_}号大院"}
        id_ += 1
        building = {"id": id_, "parent_id": yard["id"], "path": f"{yard['path']}{id_}/", "kind": "building"}
        yield building | grid.areas() | {"name": f"{number}号楼"}


def _ticket(number: int, count: int, place: dict, person: int, category: int, handlers: list[int]) -> dict:
    """The older nine tenths are closed; the rest is being worked on, most of it late."""
    at = now() - timedelta(days=365 * (1 - number / count))
    state = "closed" if number < count * 9 // 10 else ("submitted", "accepted", "in_progress")[number % 3]
    return {
        "ref": new_ref(),
        "submitter_id": person,
        "submission": str(uuid.uuid4()),
        "place_id": place["id"],
        **{name: place[name] for name in ("district_id", "street_id", "community_id", "grid_id")},
        "category_id": category,
        "words": f"第{number}件，楼道灯不亮",
        "state": state,
        "handler_id": handlers[number // 3 % len(handlers)] if state != "submitted" else None,
        "submitted_at": at,
        "due_at": at + timedelta(days=3),
        "checked_at": at,
        "resolved_at": at + timedelta(days=1) if state == "closed" else None,
        "closed_at": at + timedelta(days=2) if state == "closed" else None,
    }
