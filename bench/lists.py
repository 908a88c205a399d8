"""The desk and the scan page as the tickets grow: a hundred a building, and the last tenth still being worked on."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

from flask import Flask
from sqlalchemy import event, insert, select, text

from bench.asking import ask_anew, request
from bench.demo import place, signed_in, staff
from bench.row import Row, interleaved
from bench.stage import Stage
from governance.core.crypto import new_ref
from governance.core.db import db, now, writing
from governance.people.model import Person
from governance.places.actions import print_code
from governance.places.model import Place
from governance.tickets.model import Category, Ticket

A_BUILDING, A_COURTYARD, A_PIECE = 100, 10, 10_000
PAGES = {
    "desk of a grid worker, new": ("wanggrid", "/desk?tab=new"),
    "desk of a grid worker, late": ("wanggrid", "/desk?tab=late"),
    "desk of a street, late": ("street", "/desk?tab=late"),
    "desk of a street, all": ("street", "/desk?tab=all"),
}


def rows(stage: Stage) -> Iterator[Row]:
    few, many = 10_000, 1_000_000 if stage.full else 100_000
    with ExitStack() as stack:
        small, large = (_Grown(stack.enter_context(stage.community("SQLite")), count) for count in (few, many))
        for name in [*PAGES, "scan page, made anew"]:
            spent = interleaved({"few": small.page(name), "many": large.page(name)}, rounds=40, times=2)
            note = f"{few:,} → {many:,} tickets"
            yield Row(f"{name}: as tickets grow", spent["many"], "ms", spent["few"], note=note)
        counted = sum("count(" in statement.lower() for statement in large.statements)
        yield Row("count(*) on these pages", counted, "")


class _Grown:
    """An application with so many tickets beside those of the demo."""

    def __init__(self, app: Flask, count: int) -> None:
        self.app = app
        self.statements: set[str] = set()
        with app.app_context():
            self.code = _fill(count)
            self.headers = {account: signed_in(account) for account in ("wanggrid", "street")}
            db.session.remove()
            event.listen(db.engine, "before_cursor_execute", lambda *args: self.statements.add(args[2]))

    def page(self, name: str) -> Callable[[], None]:
        """Asks for one page, in full."""
        account, path = PAGES.get(name, ("", f"/c/{self.code}"))
        asked = request(path, headers=self.headers.get(account, {}))
        return lambda: ask_anew(self.app, asked)


def _fill(count: int) -> str:
    """Bulk rows, as if they had been reported; the code of a building in the middle."""
    with writing():
        person = Person()
        db.session.add(person)
        buildings = list(_buildings(count // A_BUILDING))
        db.session.execute(insert(Place), buildings)
        category = db.session.scalars(select(Category.id).filter_by(slug="light")).one()
        handlers = [staff(account).person_id for account in ("wanggrid", "ligrid", "yinxing", "haitang")]
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


def _buildings(count: int) -> Iterator[dict]:
    """Courtyards of ten buildings in the two grids, turn about."""
    grids, id_ = [place("第一网格"), place("第二网格")], 1_000
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
