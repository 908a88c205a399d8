"""The people and places every test shares. All invented.

A street 柳荫街道 with two communities 银杏社区 and 海棠社区; in 银杏社区 the grid 第一网格 with the courtyard
3号院 and its buildings 5号楼 and 6号楼; in 海棠社区 the grid 第二网格 with 8号院. Everybody's password is the same.
Residents come as they are needed: `cast.known("爱种花的")`, or `phone().known_as("三楼老周", cast)`, a phone in hand.
"""

from dataclasses import dataclass, field

from argon2 import PasswordHasher

from governance.core.db import db, now, writing
from governance.core.db import find_by as one
from governance.people.access.current import viewer_of
from governance.people.access.viewer import Viewer
from governance.people.households import Door, Residence
from governance.people.model import Body, Identity, Person, Post
from governance.places.actions import add_place, print_code
from governance.places.model import Code, Place
from governance.tickets.categories import DEFAULTS, add_category
from governance.tickets.model import Category

PASSWORD = "correct horse 电池"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a sign-in takes 40 ms with the product's own
SECRET = HASHER.hash(PASSWORD)


@dataclass
class Cast:
    """Ids only, so that a test may use them in any session; `person`, `viewer`, `place` … fetch the rows."""

    places: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> Place:
        return db.session.get_one(Place, self.places[name])

    def person(self, name: str) -> Person:
        return db.session.get_one(Person, self.people[name])

    def viewer(self, name: str) -> Viewer:
        """A member of staff as the permissions see them; a known resident is `known(...)`."""
        return viewer_of(self.person(name))

    def body(self, name: str) -> Body:
        return db.session.get_one(Body, self.bodies[name])

    def code(self, place: str) -> Code:
        return db.session.get_one(Code, self.codes[place])

    def known(self, nickname: str, place: str = "5号楼", door: str = "3单元501", by: str = "slip") -> Viewer:
        """A resident whom the community knows, living behind a door there; the same name again is the same person."""
        if nickname not in self.people:
            with writing():
                person = Person()
                db.session.add(person)
                make_known(self, person, nickname, place, door, by)
        return resident(self.person(nickname))

    def category(self, slug: str) -> Category:
        return db.session.query(Category).filter_by(slug=slug).one()


def make_known(
    cast: Cast, person: Person, nickname: str, place: str = "5号楼", door: str = "3单元501", by: str = "slip"
) -> Person:
    """Somebody becomes known and a resident, as if by one of the ways. Call it inside `writing()`."""
    at = cast.place(place)
    person.nickname = person.nickname_key = nickname
    person.known_at = person.consented_at = now()
    person.known_by, person.known_place_id = by, at.id
    behind = one(Door, place_id=at.id, label=door) or Door(place=at, label=door)
    db.session.add(behind)
    db.session.flush()
    db.session.add(Residence(person_id=person.id, door_id=behind.id, how=by))
    cast.people[nickname] = person.id
    return person


def resident(person: Person) -> Viewer:
    """A resident as the permissions see them."""
    known = person.known_at is not None
    return Viewer(person_id=person.id, known=known, nickname=person.nickname if known else None)


STAFF = (
    ("gao", "grid", "第一网格"),
    ("lin", "grid", "第二网格"),
    ("shen", "community", "银杏社区"),
    ("tang", "community", "海棠社区"),
    ("qiao", "street", "柳荫街道"),
    ("du", "district", "示范区"),
)


def settle() -> Cast:
    """Put the cast into an empty database."""
    cast = Cast()
    with writing():
        for defaults in DEFAULTS:
            add_category(**defaults)
        _settle_places(cast)
        for name, role, place in STAFF:
            _hire(cast, name, Post(role=role, place_id=cast.places[place]))
        for name, account in (("绿叶物业", "wu"), ("顺达电梯", "ding")):
            body = Body(name=name, kind="物业公司", phone="010-00000088", place_id=cast.places["柳荫街道"])
            db.session.add(body)
            db.session.flush()
            cast.bodies[name] = body.id
            _hire(cast, account, Post(role="body", body_id=body.id))
    return cast


def _settle_places(cast: Cast) -> None:
    district = _place(cast, "district", "示范区", None)
    street = _place(cast, "street", "柳荫街道", district)
    for community, grid, courtyard, buildings in (
        ("银杏社区", "第一网格", "3号院", ("5号楼", "6号楼")),
        ("海棠社区", "第二网格", "8号院", ("1号楼",)),
    ):
        outer = _place(cast, "community", community, street)
        outer.phone = "010-00000001"
        yard = _place(cast, "courtyard", courtyard, _place(cast, "grid", grid, outer))
        for building in buildings:
            cast.codes[building] = print_code(_place(cast, "building", building, yard), "demo").token
        cast.codes[courtyard] = print_code(yard, "demo").token


def _place(cast: Cast, kind: str, name: str, parent: Place | None) -> Place:
    place = add_place(kind, name, parent, "demo")
    cast.places[name] = place.id
    return place


def _hire(cast: Cast, account: str, post: Post) -> None:
    person = Person(nickname=account)
    db.session.add(person)
    db.session.flush()
    db.session.add(Identity(person_id=person.id, kind="account", subject=account, secret=SECRET))
    post.person_id = person.id
    db.session.add(post)
    cast.people[account] = person.id
