"""Two phones turn out to be one person's: what both did at a ticket is done once."""

import uuid
from datetime import date

import pytest
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.people.residents.merge import merge_persons
from governance.tickets.lifecycle import RESOLVED
from governance.tickets.model import Answer, Follow, Nudge, Photo, Ticket
from governance.tickets.reporting import reports
from governance.tickets.responses import answers, feedback


@pytest.fixture
def old(cast) -> Viewer:
    return _anonymous()


@pytest.fixture
def new(cast) -> Viewer:
    return cast.known("三楼老周")


def _anonymous() -> Viewer:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        return Viewer(person_id=person.id)


def _ticket(cast, by: Viewer, submission: str = "") -> Ticket:
    with writing():
        return reports.submit_report(
            cast.place("5号楼"), by, cast.category("light"), submission or str(uuid.uuid4()), words="灯"
        )


def _do(act, ticket: Ticket, *people: Viewer) -> None:
    for person in people:
        with writing():
            act(ticket, person)


def _merged(old: Viewer, new: Viewer) -> None:
    with writing():
        merge_persons(db.session.get_one(Person, old.person_id), db.session.get_one(Person, new.person_id))
    db.session.expire_all()


def _follows(ticket: Ticket) -> dict[int, str]:
    return {row.person_id: row.role for row in db.session.scalars(select(Follow).filter_by(ticket_id=ticket.id))}


def test_two_who_joined_count_once_and_others_stay(cast, old, new) -> None:
    reporter, neighbour = _anonymous(), _anonymous()
    ticket = _ticket(cast, reporter)
    _do(feedback.join, ticket, old, new, neighbour)
    assert ticket.joined == 3
    _merged(old, new)
    assert ticket.joined == 2
    assert _follows(ticket) == {reporter.person_id: "reporter", new.person_id: "joiner", neighbour.person_id: "joiner"}


@pytest.mark.parametrize("reports", ["old", "new"])
def test_a_reporter_who_joined_from_the_other_phone_is_the_reporter_and_no_joiner(cast, old, new, reports) -> None:
    first, second = (old, new) if reports == "old" else (new, old)
    ticket = _ticket(cast, first)
    _do(feedback.join, ticket, second)
    _merged(old, new)
    assert ticket.joined == 0
    assert _follows(ticket) == {new.person_id: "reporter"}


def test_reports_go_along_and_the_same_mark_is_found_again(cast, old, new) -> None:
    mark = str(uuid.uuid4())
    ticket = _ticket(cast, old, mark)
    _merged(old, new)
    assert _ticket(cast, new, mark).id == ticket.id
    assert ticket.submitter_id == new.person_id


def test_two_reports_with_one_mark_both_stay(cast, old, new) -> None:
    mark = str(uuid.uuid4())
    ids = {_ticket(cast, old, mark).id, _ticket(cast, new, mark).id}
    _merged(old, new)
    assert {ticket.id for ticket in db.session.scalars(select(Ticket).filter_by(submitter_id=new.person_id))} == ids


def test_a_nudge_of_one_day_counts_once(cast, old, new) -> None:
    ticket = _ticket(cast, _anonymous())
    _do(feedback.join, ticket, old, new)
    _do(feedback.nudge, ticket, old, new)
    with writing():
        db.session.add(Nudge(ticket_id=ticket.id, person_id=old.person_id, day=date(2026, 1, 2)))
        ticket.nudged += 1
    _merged(old, new)
    assert ticket.nudged == 2
    assert {row.person_id for row in db.session.scalars(select(Nudge))} == {new.person_id}


def test_of_two_answers_the_later_one_holds(cast, old, new) -> None:
    ticket = _ticket(cast, _anonymous())
    _do(feedback.join, ticket, old, new)
    with writing():
        ticket.state, ticket.resolved_at = RESOLVED, now()
    _do(lambda ticket, by: answers.give_feedback(ticket, by, "yes", 5, "好了"), ticket, new)
    _do(lambda ticket, by: answers.give_feedback(ticket, by, "partly", 3, "差一点"), ticket, old)
    _merged(old, new)
    (answer,) = db.session.scalars(select(Answer))
    assert (answer.person_id, answer.solved, answer.satisfied, answer.words) == (new.person_id, "partly", 3, "差一点")


def test_staged_photos_go_along(cast, old, new) -> None:
    with writing():
        db.session.add(Photo(key="0" * 24, person_id=old.person_id, submission="s", digest="d"))
    _merged(old, new)
    assert [photo.person_id for photo in db.session.scalars(select(Photo))] == [new.person_id]
