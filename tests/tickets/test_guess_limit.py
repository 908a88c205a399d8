"""Wrong guesses are counted per address; whoever is known here goes on behind the same address."""

import pytest

from governance.core.db import db
from governance.people.model import Person
from governance.tickets import guess_limit


@pytest.fixture(autouse=True)
def few(monkeypatch) -> None:
    monkeypatch.setattr(guess_limit, "WRONG", "3/10 minutes")


@pytest.mark.parametrize("guess", ["/t/0123456789abcdef", "/s/nobody-ever-got-this-1", "/t/0123456789abcdef?k=x"])
def test_a_stranger_who_guesses_too_often_waits_and_known_neighbours_do_not(phone, cast, guess: str) -> None:
    neighbour, worker = phone(), phone().sign_in("gao")
    address = neighbour.report(cast.codes["5号楼"])
    stranger = phone()
    assert [stranger.get(guess).status_code for _ in range(5)] == [404] * 3 + [429] * 2
    assert "请过十分钟再试" in stranger.page
    assert neighbour.get(address).status_code == 200
    assert worker.get(address).status_code == 200
    assert phone().get(f"/c/{cast.codes['5号楼']}").status_code == 200
    assert neighbour.get(guess).status_code == 404


def test_right_addresses_are_never_counted(phone, cast) -> None:
    address = phone().report(cast.codes["5号楼"])
    assert {phone().get(address).status_code for _ in range(10)} == {200}


def test_a_wrong_key_makes_nobody(phone, cast) -> None:
    address = phone().report(cast.codes["5号楼"])
    people = db.session.query(Person).count()
    assert phone().get(f"{address}?k=wrong").status_code == 404
    db.session.rollback()
    assert db.session.query(Person).count() == people
