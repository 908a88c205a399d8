"""Each rule's two faces say the same: `holds` of one ticket and `where` of the table, for any viewer."""

import itertools
import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import false, select

from governance.core.db import db, now, writing
from governance.discussions.model import Topic, Watchword
from governance.notices.model import Notice
from governance.people.access import permissions
from governance.people.access.permissions import RULES
from governance.people.access.rules import Rule
from governance.people.access.viewer import ActivePost, Viewer
from governance.people.households import Door, Residence
from governance.people.model import Body, Person, Post
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.relay.model import Group
from governance.tickets.model import Category, Follow, Ticket
from tests.cast import Cast

TABLES = {"ticket": Ticket, "place": Place, "person": Person, "post": Post, "body": Body, "group": Group} | {
    "category": Category,
    "door": Door,
    "topic": Topic,
    "watchword": Watchword,
    "notice": Notice,
}
PREDICATES = {rule.name: rule for rule in vars(permissions).values() if isinstance(rule, Rule)}
ROLES = ("grid", "community", "street", "district", "auditor")


@pytest.fixture(scope="module")
def population(shared_world) -> dict[str, list[int]]:
    """Tickets of every combination at every place, followed and finished by a handful of people at random."""
    _, cast = shared_world
    chance = random.Random(2)
    with writing():
        people = [Person() for _ in range(6)]
        db.session.add_all(people)
        db.session.flush()
        ids = [person.id for person in people]
        _groups_and_posts(cast, ids)
        _homes(cast, people)
        places = [cast.place(name) for name in ("5号楼", "1号楼", "海棠社区", "示范区")]
        bodies = [None, *cast.bodies.values()]
        kinds = itertools.product(places, bodies, (False, True), (None, now()))
        for place, body, private, checked in kinds:
            ticket = Ticket(ref=uuid.uuid4().hex[:16], submission=str(uuid.uuid4()), submitter_id=ids[0], due_at=now())
            ticket.place_id, ticket.body_id, ticket.private, ticket.checked_at = place.id, body, private, checked
            ticket.appeal_to = chance.choice((None, "community", "street", "district"))
            ticket.words_hidden, ticket.contact_sent = (chance.random() < 0.3 for _ in range(2))
            ticket.category_id, ticket.finisher_id = 1, chance.choice([None, *ids])
            for area, at in place.areas().items():
                setattr(ticket, area, at)
            db.session.add(ticket)
            db.session.flush()
            for person in chance.sample(ids, chance.randrange(4)):
                role = chance.choice(("reporter", "joiner"))
                db.session.add(Follow(ticket_id=ticket.id, person_id=person, role=role))
        _topics(places, ids)
        _notices(places, ids)
        areas = [(place.kind, place.id) for place in map(cast.place, cast.places) if place.kind in AREAS]
    return {"people": [*ids, 10**6], "bodies": [*cast.bodies.values(), 10**6], "areas": [*areas, ("grid", 10**6)]}


def _groups_and_posts(cast: Cast, people: list[int]) -> None:
    """Beside those of the cast: somebody with several posts, some of them over."""
    for role, name in (("district", "示范区"), ("community", "海棠社区"), ("grid", "第二网格")):
        place = cast.place(name)
        db.session.add(Group(name=name, channel="manual", audience="workers", **place.areas()))
        for person, until in ((people[0], None), (people[1], now()), (people[2], now() + timedelta(days=1))):
            db.session.add(Post(person_id=person, role=role, place_id=place.id, until=until))
    db.session.add(Post(person_id=people[2], role="body", body_id=cast.bodies["绿叶物业"]))


def _topics(places: list[Place], people: list[int]) -> None:
    """At every place by everybody, looked at or not; and a watchword."""
    for place, author, checked in itertools.product(places, people, (None, now())):
        topic = Topic(ref=uuid.uuid4().hex[:16], submission=str(uuid.uuid4()), place_id=place.id, title="商量")
        topic.author_id, topic.checked_at = author, checked
        for area, at in place.areas().items():
            setattr(topic, area, at)
        db.session.add(topic)
    db.session.add(Watchword(word="赌博"))


def _notices(places: list[Place], people: list[int]) -> None:
    """At every place by everybody for every audience, told or not."""
    for place, author, audience, told in itertools.product(places, people, ("workers", "both"), (None, now())):
        notice = Notice(ref=uuid.uuid4().hex[:16], submission=str(uuid.uuid4()), place_id=place.id, author_id=author)
        notice.title = notice.words = "停水"
        notice.audience, notice.sent_at = audience, told
        for area, at in place.areas().items():
            setattr(notice, area, at)
        db.session.add(notice)


def _homes(cast: Cast, people: list[Person]) -> None:
    """Known by living somewhere, by where that was found out, by both in different places, by neither, or no longer."""
    for number, (lives, until, became_known) in enumerate(
        (
            ("5号楼", None, "5号楼"),
            ("1号楼", None, None),
            ("1号楼", None, "5号楼"),
            ("5号楼", now(), "海棠社区"),
            (None, None, "示范区"),
            (None, None, None),
        )
    ):
        people[number].known_at = now() if number != 1 else None
        people[number].known_place_id = cast.places[became_known] if became_known else None
        if lives:
            door = Door(place_id=cast.places[lives], label=f"{number}")
            db.session.add(door)
            db.session.add(Residence(person=people[number], door=door, how="slip", until=until))
    for number in (0, 2):
        door = Door(place_id=cast.places["1号楼"], label=f"also {number}")
        db.session.add(Residence(person=people[number], door=door, how="worker"))
    db.session.flush()


def viewers(population: dict[str, list]) -> st.SearchStrategy[Viewer]:
    """Any viewer at all, also ones no post of ours makes: a role at an area of another kind, several bodies."""
    somebody = st.none() | st.sampled_from(population["people"])
    at_place = st.builds(
        lambda role, area: ActivePost(role, *area), st.sampled_from(ROLES), st.sampled_from(population["areas"])
    )
    in_body = st.builds(lambda body: ActivePost("body", body_id=body), st.sampled_from(population["bodies"]))
    posts = st.lists(at_place | in_body, max_size=3).map(tuple)
    return st.builds(Viewer, person_id=somebody, staff_id=somebody, posts=posts, known=st.booleans())


def differing(rule: Rule, viewer: Viewer, table: Any, rows: list[Any]) -> set[int]:
    """The rows of which the two faces say different things."""
    in_table = set(db.session.scalars(select(table.id).where(rule.where(viewer, table))))
    one_by_one = {row.id for row in rows if rule.holds(viewer, row)}
    return in_table ^ one_by_one


def check(population: dict[str, list], table: Any, rules: dict[str, Rule], *phases: Phase) -> None:
    rows = list(db.session.scalars(select(table)))
    assert rows

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=phases or tuple(Phase),
    )
    @given(viewers(population))
    def agree(viewer: Viewer) -> None:
        for name, rule in rules.items():
            assert (name, viewer, differing(rule, viewer, table, rows)) == (name, viewer, set())

    agree()


@pytest.mark.parametrize("noun", TABLES)
def test_the_two_faces_of_every_rule_agree(population, noun: str) -> None:
    check(population, TABLES[noun], {name: rule for name, rule in RULES.items() if name.split(".")[0] == noun})


def test_every_rule_is_about_one_of_these() -> None:
    assert {name.split(".")[0] for name in RULES} == set(TABLES)


BREAKABLE = [
    *(
        (name, "ticket")
        for name in ("grid_here", "body_addressed", "reporter", "joiner", "checked", "public", "finisher")
    ),
    *((name, "ticket") for name in ("words_shown", "contact_sent")),
    *((name, "topic") for name in ("author", "checked", "community_here", "known")),
]


@pytest.mark.mainly_on("sqlite")  # it asks the test above whether it would notice
@pytest.mark.parametrize(("name", "noun"), BREAKABLE)
def test_a_face_that_is_broken_is_found(population, name: str, noun: str) -> None:
    whole = PREDICATES[name]
    for broken in (
        Rule(name, whole.holds, lambda viewer, table: false()),
        Rule(name, lambda viewer, thing: False, whole.where),
    ):
        with pytest.raises(AssertionError):
            check(population, TABLES[noun], {name: broken}, Phase.generate)


def test_no_rule_is_left_without_a_question(population) -> None:
    """Everything a rule is about is a column or a follower of the population, so no example is vacuous."""
    tickets = list(db.session.scalars(select(Ticket)))
    assert {ticket.private for ticket in tickets} == {True, False}
    assert {ticket.checked_at is None for ticket in tickets} == {True, False}
    assert len({ticket.body_id for ticket in tickets}) == 3
    assert len({ticket.grid_id for ticket in tickets}) == 3
    topics = list(db.session.scalars(select(Topic)))
    assert {topic.checked_at is None for topic in topics} == {True, False}
    assert len({topic.author_id for topic in topics}) == 6
