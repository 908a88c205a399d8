"""A synthetic district of the published scale, inserted in bulk for trials and measurements. Everything is invented.

Rows are inserted without actions, so the record has nothing on places, and of each ticket only its report. Ids are
assigned here, so PostgreSQL's sequences are moved on afterwards.
"""

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select

from governance import initial_data
from governance.core.crypto import new_ref
from governance.core.db import Base, db, now, writing
from governance.core.events import Event
from governance.demo.community import Account
from governance.people.model import Body, Identity, Person, Post
from governance.people.staff.signin import hashed
from governance.places.kinds import AREAS, CODED
from governance.places.model import Code, Place
from governance.places.tokens import new_token
from governance.relay.model import Group, GroupPlace
from governance.tickets.model import Category, Follow, Ticket

A_PIECE = 5_000
TALKATIVE = 20  # tickets of one resident
Say = Callable[[str], None]
Row = dict[str, Any]
STATES = ("submitted", "accepted", "in_progress")
SECOND = "district-second"
OPEN = 10  # of so many tickets one is still open


@dataclass(frozen=True)
class Size:
    """How much to make. As published: 35 streets, 672 communities, about 14,000 buildings and courtyards."""

    streets: int = 35
    communities: int = 672
    grids: int = 3  # in a community, each with one courtyard
    buildings: int = 6  # in a courtyard


def fill(password: str, size: Size, tickets: int, say: Say) -> list[Account]:
    """Fill an empty database; returns some accounts. All have the same password, which is shown only now."""
    password = password or secrets.token_urlsafe(9)
    places = list(_places(size))
    initial_data.install()
    with writing():
        _put(Place, places, "地点", say)
        coded = [place for place in places if place["kind"] in CODED]
        _put(Code, _codes(coded), "码", say)
        _bind_groups(coded, say)
        shown = _hire(places, hashed(password), say)
        _move_sequences(Place, Person, Identity, Post, Group)
    add_tickets(tickets, say)
    return [Account(account, password, role, name) for account, role, name in shown]


def _put(model: type[Base], rows: list[Row], what: str, say: Say) -> None:
    for start in range(0, len(rows), A_PIECE):
        db.session.execute(insert(model), rows[start : start + A_PIECE])
        say(f"{what} {min(start + A_PIECE, len(rows))}/{len(rows)}")


def _places(size: Size) -> Iterator[Row]:
    ids = iter(range(1, 10**7))

    def place(kind: str, name: str, parent: Row | None, **facts: Any) -> Row:
        id_ = next(ids)
        areas = {f"{area}_id": parent[f"{area}_id"] if parent else None for area in AREAS}
        areas |= {f"{kind}_id": id_} if kind in AREAS else {}
        path = f"{parent['path'] if parent else '/'}{id_}/"
        details = {"households": None, "phone": None} | facts
        known = {"id": id_, "parent_id": parent and parent["id"], "path": path, "kind": kind, "name": name}
        return known | areas | details

    district = place("district", "示例区", None, phone="010-00000000")
    yield district
    for street_number in range(1, size.streets + 1):
        street = place("street", f"示例{street_number:02d}街道", district)
        yield street
        for number in range(street_number, size.communities + 1, size.streets):
            community = place("community", f"示例{number:03d}社区", street, phone=f"010-0000{number:04d}")
            yield community
            for grid_number in range(1, size.grids + 1):
                grid = place("grid", f"{grid_number}网格", community)
                yield grid
                yard = place("courtyard", f"{grid_number}号院", grid, households=60 * size.buildings)
                yield yard
                for building in range(1, size.buildings + 1):
                    yield place("building", f"{building}号楼", yard, households=60)


def _codes(coded: list[Row]) -> list[Row]:
    tokens: set[str] = set()
    while len(tokens) < len(coded):
        tokens.add(new_token())
    posted = {"number": 1, "state": "posted", "posted_at": now()}
    return [{"token": token, "place_id": place["id"]} | posted for token, place in zip(tokens, coded, strict=True)]


def _bind_groups(coded: list[Row], say: Say) -> None:
    """A WeChat group on the manual channel for each courtyard and building."""
    facts = {"channel": "manual", "audience": "residents"}
    groups = [
        {"id": id_, "name": f"{place['name']}邻里群"} | facts | {f"{area}_id": place[f"{area}_id"] for area in AREAS}
        for id_, place in enumerate(coded, 1)
    ]
    _put(Group, groups, "群", say)
    bound = [{"group_id": id_, "place_id": place["id"]} for id_, place in enumerate(coded, 1)]
    _put(GroupPlace, bound, "绑定", say)


def _hire(places: list[Row], secret: str, say: Say) -> list[tuple[str, str, str]]:
    """Staff for each grid, community and street, and two officers of the district, of whom one approves what the other
    writes; returns some as account, role and name.
    """
    offices = [place for place in places if place["kind"] in AREAS]
    staff = [(f"{place['kind']}{place['id']}", place, f"{place['name']}值班") for place in offices]
    staff.insert(1, (SECOND, offices[0], f"{offices[0]['name']}另一位"))
    people = [{"id": id_, "nickname": name} for id_, (_, _, name) in enumerate(staff, 1)]
    _put(Person, people, "工作人员", say)
    accounts = [
        {"person_id": id_, "kind": "account", "subject": account, "secret": secret}
        for id_, (account, _, _) in enumerate(staff, 1)
    ]
    _put(Identity, accounts, "账号", say)
    posts = [
        {"person_id": id_, "role": place["kind"], "place_id": place["id"]} for id_, (_, place, _) in enumerate(staff, 1)
    ]
    _put(Post, posts, "岗位", say)
    db.session.add(Body(name="示例物业", kind="物业公司", phone="010-00000088", place_id=places[0]["id"]))
    shown: dict[str, tuple[str, str, str]] = {}
    for account, place, name in staff:
        shown.setdefault(SECOND if account == SECOND else place["kind"], (account, place["kind"], name))
    return list(shown.values())


def add_tickets(count: int, say: Say) -> None:
    """So many tickets, spread over the places with codes and over a year; nine tenths are closed."""
    columns = (Place.id, Place.path, *(getattr(Place, f"{area}_id") for area in AREAS))
    where = [dict(row._mapping) for row in db.session.execute(select(*columns).where(Place.kind.in_(CODED)))]
    kinds = list(db.session.execute(select(Category.id, Category.hours).filter_by(private=False)))
    first, people = _next_id(Ticket), _residents(count // TALKATIVE + 1 if count else 0)
    numbers = iter(range(count))
    while piece := list(islice(numbers, A_PIECE)):
        rows = [
            _ticket(first + n, n / count, where[n * 7919 % len(where)], people[n // TALKATIVE], kinds[n % len(kinds)])
            for n in piece
        ]
        with writing():
            db.session.execute(insert(Ticket), rows)
            db.session.execute(insert(Follow), [_reporter(row) for row in rows])
            paths = {place["id"]: place["path"] for place in where}
            db.session.execute(insert(Event), [_reported(row, paths[row["place_id"]]) for row in rows])
            _move_sequences(Ticket)
        say(f"工单 {piece[-1] + 1}/{count}")


def _next_id(model: type[Base]) -> int:
    return (db.session.scalar(select(func.max(model.__table__.c.id))) or 0) + 1


def _residents(count: int) -> list[int]:
    first = _next_id(Person)
    ids = list(range(first, first + count))
    with writing():
        for start in range(0, count, A_PIECE):
            db.session.execute(insert(Person), [{"id": id_} for id_ in ids[start : start + A_PIECE]])
        _move_sequences(Person)
    return ids


def _ticket(id_: int, age: float, place: Row, person: int, kind: Any) -> Row:
    at = now() - timedelta(days=365 * (1 - age))
    closed = age < 1 - 1 / OPEN
    state = "closed" if closed else STATES[id_ % len(STATES)]
    return {
        "id": id_,
        "ref": new_ref(),
        "submitter_id": person,
        "submission": str(uuid.uuid4()),
        "place_id": place["id"],
        **{f"{area}_id": place[f"{area}_id"] for area in AREAS},
        "category_id": kind.id,
        "words": f"第{id_}件，请来看看",
        "state": state,
        "submitted_at": at,
        "due_at": at + timedelta(hours=kind.hours),
        "checked_at": None if state == "submitted" else at + timedelta(hours=1),
        "resolved_at": at + timedelta(hours=kind.hours / 2) if closed else None,
        "closed_at": at + timedelta(hours=kind.hours / 2, days=7) if closed else None,
    }


def _reporter(row: Row) -> Row:
    return {"ticket_id": row["id"], "person_id": row["submitter_id"], "role": "reporter", "since": row["submitted_at"]}


def _reported(row: Row, path: str) -> Row:
    """The events, already processed: no group is told of what never happened."""
    details = {"noun": "ticket", "verb": "report", "subject_id": row["id"], "actor": "居民", "data": {"source": "code"}}
    when = {"at": row["submitted_at"], "processed_at": row["submitted_at"]}
    return details | when | {"stream": row["community_id"], "scope": path, "actor_id": row["submitter_id"]}


def _move_sequences(*models: type[Base]) -> None:
    """Move PostgreSQL's sequences past the ids assigned here."""
    if db.engine.dialect.name == "postgresql":
        for model in models:
            highest = select(func.max(model.__table__.c.id)).scalar_subquery()
            db.session.execute(select(func.setval(func.pg_get_serial_sequence(model.__tablename__, "id"), highest)))
