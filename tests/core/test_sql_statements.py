"""Statements put together once answer what the same query answers through objects, and refuse as it would."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from governance.core.db import begins_with, connection, db, now, writing
from governance.core.events import Event
from governance.core.sql_statements import Insert, Prepared
from governance.people.model import Identity, Person
from governance.places.model import Place, under
from governance.tickets.model import Follow, Ticket
from tests.cast import Cast


def test_a_row_put_in_has_the_defaults_of_its_columns(cast: Cast) -> None:
    with writing():
        before = now()
        place, person = cast.place("5号楼"), cast.people["gao"]
        about = {"place_id": place.id, "category_id": cast.category("light").id, "due_at": before}
        said = {"ref": "r", "submitter_id": person, "submission": "s", "contact_phone": "13800001234"}
        number = Insert(Ticket).new(connection(), **about, **said)
        Insert(Follow).run(connection(), ticket_id=number, person_id=person, role="reporter")
    ticket = db.session.get_one(Ticket, number)
    assert (ticket.state, ticket.round, ticket.joined, ticket.source, ticket.running) == (
        "submitted",
        1,
        0,
        "code",
        True,
    )
    assert (ticket.contact_phone, ticket.contact_name, ticket.due_at) == ("13800001234", None, before)
    assert before <= ticket.submitted_at <= now()
    assert db.session.get_one(Follow, (number, person)).since >= before


def test_what_was_put_in_so_is_the_same_as_what_an_object_puts_in(cast: Cast) -> None:
    facts = {
        "noun": "test",
        "verb": "say",
        "subject_id": 1,
        "stream": 1,
        "scope": "/1/",
        "actor": "网格员",
        "at": now(),
    }
    with writing():
        db.session.add(Event(data={"n": 1, "words": "灯"}, **facts))
        db.session.flush()
        Insert(Event).new(connection(), data={"n": 1, "words": "灯"}, **facts)
    columns = [column for column in Event.__table__.columns if column.name != "id"]
    one, other = db.session.execute(select(*columns).where(Event.noun == "test").order_by(Event.id))
    assert tuple(one) == tuple(other)


def test_a_contact_is_never_in_the_database_as_it_was_written(cast: Cast) -> None:
    with writing():
        number = Insert(Person).new(connection(), name="某某某")
    raw = connection().exec_driver_sql(f"SELECT name FROM person WHERE id = {number}").scalar_one()
    assert "某" not in raw
    assert db.session.get_one(Person, number).name == "某某某"


def test_values_come_back_as_their_kinds(cast: Cast) -> None:
    asked = select(Person.id, Person.created_at, Person.erased_at).where(Person.id == bindparam("person"))
    number, made, erased = Prepared(asked).first(connection(), person=cast.people["gao"]) or (0, None, None)
    assert (number, erased) == (cast.people["gao"], None)
    assert isinstance(made, datetime) and made.tzinfo is UTC
    assert Prepared(asked).first(connection(), person=0) is None


def test_what_the_database_refuses_is_the_same_refusal(cast: Cast) -> None:
    device = {"person_id": cast.people["gao"], "kind": "device", "subject": "s"}
    with writing():
        Insert(Identity).new(connection(), **device)
    with pytest.raises(IntegrityError), writing():
        Insert(Identity).new(connection(), **device)
    with writing():
        assert Insert(Identity).new(connection(), **device | {"subject": "other"})


@pytest.mark.parametrize("name", ["示范区", "柳荫街道", "银杏社区", "3号院", "5号楼"])
def test_what_stands_in_a_place_is_what_its_path_begins(cast: Cast, name: str) -> None:
    place = cast.place(name)
    with writing():  # a place whose number begins like another's stands somewhere else
        stray = Place(id=int(f"{place.id}77"), kind="spot", name="凉亭", path=f"{place.path[:-1]}77/")
        db.session.add(stray)
    expected = {one.id for one in db.session.scalars(select(Place)) if one.path.startswith(place.path)}
    assert set(db.session.scalars(select(Place.id).where(under(place)))) == expected
    assert stray.id not in expected
    inside = Prepared(select(Place.id).where(begins_with(Place.path, bindparam("inside"))))
    assert {id_ for (id_,) in inside.all(connection(), inside=place.path)} == expected
