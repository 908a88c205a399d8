"""Becoming known in tests: a slip's address, the digits a worker is shown, who it was, what is on record."""

import re

from sqlalchemy import select

from governance.core.db import db, find_by, writing
from governance.core.events import Event
from governance.people.households import Door, DoorSlip
from governance.people.model import Identity, Person
from governance.people.residents import verification
from tests.cast import Cast
from tests.people.access.kept_makers import ARGUMENTS

NAMED = {"nickname": "爱种花的", "consent": "y"}


def slip(cast: Cast, place: str = "5号楼") -> str:
    """The address of a fresh slip."""
    if place == "5号楼":
        return f"/d/{ARGUMENTS['secret'](cast, True, ())}"
    secret = verification.new_slip_secret()
    with writing():
        door = Door(place_id=cast.places[place], label=f"{secret[:4]}室")
        db.session.add(DoorSlip(door=door, secret_hash=verification.slip_hash(secret)))
    return f"/d/{secret}"


def person_of(someone) -> Person:
    db.session.rollback()
    db.session.expire_all()
    identity = find_by(Identity, kind="device", subject=someone.subject)
    assert identity is not None
    return identity.person


def events(name: str) -> list[Event]:
    db.session.rollback()
    noun, verb = name.split(".")
    return list(db.session.scalars(select(Event).filter_by(noun=noun, verb=verb).order_by(Event.id)))


def shown_by(someone, nickname: str = "爱种花的") -> str:
    someone.get("/me/known/worker")
    assert someone.post("/me/known/worker", nickname=nickname, consent="y").location == "/me/known/worker"
    answer = someone.get("/me/known/worker")
    assert answer.headers["Refresh"] == "10"
    return "".join(re.findall(r'class="digits">(\d{3}) (\d{3})<', answer.get_data(as_text=True))[0])
