"""Each rule's two faces say the same: `holds` of one ticket and `where` of the table, for any viewer."""

import itertools
import random
import uuid

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import false, select

from governance.core.db import db, now, writing
from governance.people import permissions
from governance.people.access import Held, Viewer
from governance.people.model import Person
from governance.people.permissions import RULES, Rule
from governance.places.kinds import AREAS
from governance.tickets.model import Follow, Ticket

ABOUT_TICKETS = {name: rule for name, rule in RULES.items() if name.startswith("ticket.")}
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
        places = [cast.place(name) for name in ("5号楼", "1号楼", "海棠社区", "示范区")]
        bodies = [None, *cast.bodies.values()]
        kinds = itertools.product(places, bodies, (False, True), (None, now()))
        for place, body, private, checked in kinds:
            ticket = Ticket(ref=uuid.uuid4().hex[:16], submission=str(uuid.uuid4()), submitter_id=ids[0], due_at=now())
            ticket.place_id, ticket.body_id, ticket.private, ticket.checked_at = place.id, body, private, checked
            ticket.category_id, ticket.finisher_id = 1, chance.choice([None, *ids])
            for area, at in place.areas().items():
                setattr(ticket, area, at)
            db.session.add(ticket)
            db.session.flush()
            for person in chance.sample(ids, chance.randrange(4)):
                role = chance.choice(("reporter", "joiner"))
                db.session.add(Follow(ticket_id=ticket.id, person_id=person, role=role))
        areas = [(place.kind, place.id) for place in map(cast.place, cast.places) if place.kind in AREAS]
    return {"people": [*ids, 10**6], "bodies": [*cast.bodies.values(), 10**6], "areas": [*areas, ("grid", 10**6)]}


def viewers(population: dict[str, list]) -> st.SearchStrategy[Viewer]:
    """Any viewer at all, also ones no post of ours makes: a role at an area of another kind, several bodies."""
    somebody = st.none() | st.sampled_from(population["people"])
    at_place = st.builds(
        lambda role, area: Held(role, *area), st.sampled_from(ROLES), st.sampled_from(population["areas"])
    )
    in_body = st.builds(lambda body: Held("body", body_id=body), st.sampled_from(population["bodies"]))
    posts = st.lists(at_place | in_body, max_size=3).map(tuple)
    return st.builds(Viewer, person_id=somebody, staff_id=somebody, posts=posts)


def differing(rule: Rule, viewer: Viewer, tickets: list[Ticket]) -> set[int]:
    """The tickets of which the two faces say different things."""
    in_table = set(db.session.scalars(select(Ticket.id).where(rule.where(viewer, Ticket))))
    one_by_one = {ticket.id for ticket in tickets if rule.holds(viewer, ticket)}
    return in_table ^ one_by_one


def check(population: dict[str, list], rules: dict[str, Rule], examples: int, *phases: Phase) -> None:
    tickets = list(db.session.scalars(select(Ticket)))

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=phases or tuple(Phase),
    )
    @given(viewers(population))
    def agree(viewer: Viewer) -> None:
        for name, rule in rules.items():
            assert (name, viewer, differing(rule, viewer, tickets)) == (name, viewer, set())

    agree()


def test_the_two_faces_of_every_rule_agree(population) -> None:
    check(population, ABOUT_TICKETS, 25)


def test_the_two_faces_of_every_predicate_agree(population) -> None:
    check(population, PREDICATES, 15)


@pytest.mark.parametrize("name", ["grid_here", "body_addressed", "reporter", "joiner", "checked", "public", "finisher"])
def test_a_face_that_is_broken_is_found(population, name: str) -> None:
    whole = PREDICATES[name]
    for broken in (
        Rule(name, whole.holds, lambda viewer, table: false()),
        Rule(name, lambda viewer, thing: False, whole.where),
    ):
        with pytest.raises(AssertionError):
            check(population, {name: broken}, 60, Phase.generate)


def test_no_rule_is_left_without_a_question(population) -> None:
    """Everything a rule is about is a column or a follower of the population, so no example is vacuous."""
    tickets = list(db.session.scalars(select(Ticket)))
    assert {ticket.private for ticket in tickets} == {True, False}
    assert {ticket.checked_at is None for ticket in tickets} == {True, False}
    assert len({ticket.body_id for ticket in tickets}) == 3
    assert len({ticket.grid_id for ticket in tickets}) == 3
