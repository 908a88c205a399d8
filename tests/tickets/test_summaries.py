"""The public face of a ticket: which are shown at a place, in which order, and never a word nobody has checked."""

from datetime import timedelta

from sqlalchemy import select

from governance.core.db import connection, db, now, writing
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.places.model import Place
from governance.tickets import queries
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from governance.tickets.summaries import MOST_OPEN, here
from tests.cast import Cast


def reported(cast: Cast, *places: str, category: str = "light") -> list[int]:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        told = [(cast.place(place), cast.category(category), f"{place}{number}") for number, place in enumerate(places)]
        return [reports.submit_report(place, Viewer(person.id), *one, words="三层灯不亮").id for place, *one in told]


def change(id_: int, **facts: object) -> None:
    with writing():
        ticket = db.session.get_one(Ticket, id_)
        for name, value in facts.items():
            setattr(ticket, name, value)


def faces(cast: Cast, name: str) -> tuple[list[str], list[str]]:
    place = cast.place(name)
    shown = here(connection(), place.path, {outer.kind: outer.id for outer in place.above()})
    return tuple([face.ref for face in faces] for faces in shown)  # type: ignore[return-value]


def put_right(place: Place) -> list[Ticket]:
    """The last three put right in thirty days, inside the place or at what stands around it."""
    around = {one.id for one in place.above() if one.kind in ("courtyard", "building")}
    since = now() - timedelta(days=30)
    ended = select(Ticket).where(Ticket.state.in_(("resolved", "closed"))).order_by(Ticket.id.desc())
    found = db.session.scalars(ended)
    public = (one for one in found if not one.private and one.resolved_at and one.resolved_at > since)
    return [one for one in public if place.id in one.place.ancestors or one.place_id in around][:3]


def test_the_same_are_shown_as_the_lists_of_objects_show(cast: Cast) -> None:
    ids = reported(cast, *["5号楼", "6号楼", "3号院", "8号院"] * len(LIFE.states))
    for number, id_ in enumerate(ids):
        state = LIFE.states[number // 4].name
        done = now() - timedelta(days=number) if state in ("resolved", "closed") else None
        change(id_, state=state, resolved_at=done, joined=number % 3, private=number % 7 == 0)
    for name in ("5号楼", "6号楼", "3号院", "8号院"):
        place = cast.place(name)
        expected = [queries.open_here(place, MOST_OPEN), put_right(place)]
        assert faces(cast, name) == tuple([ticket.ref for ticket in tickets] for tickets in expected)
        assert any(expected)


def test_words_are_shown_only_once_they_are_checked(cast: Cast) -> None:
    (id_,) = reported(cast, "5号楼")
    place = cast.place("5号楼")
    (face,), _ = here(connection(), place.path, {"building": place.id})
    assert (face.words, face.title, str(face.status.label), face.is_late) == ("", "路灯照明", "待受理", False)
    change(id_, checked_at=now(), due_at=now() - timedelta(minutes=1))
    (face,), _ = here(connection(), place.path, {"building": place.id})
    assert (face.title, face.is_late) == ("三层灯不亮", True)
