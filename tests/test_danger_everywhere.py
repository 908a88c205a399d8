"""Whatever route takes the words, a danger is answered with the number first, marked, and not published by a tap."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.discussions.model import SHOWN, Reply, Statement, Topic
from governance.tickets.model import Ticket
from tests.cast import Cast
from tests.discussions.hall import begun
from tests.phone import Phone

DANGERS = {
    "119": "楼道着火了快来人",
    "12356": "我真的不想活了",
    "110": "他又打我，孩子也挨打",
}
CALM = "三层楼道灯不亮"


@dataclass
class World:
    cast: Cast
    phone: Callable[[], Phone]
    robot: Callable[..., int]


@pytest.fixture
def world_of(cast, phone, robot) -> World:
    return World(cast, phone, robot)


def report(world: World, words: str) -> str:
    one = world.phone()
    return one.get(one.report(world.cast.codes["5号楼"], words=words)).text


def report_without_category(world: World, words: str) -> str:
    one = world.phone()
    address = f"/c/{world.cast.codes['5号楼']}/report"
    one.get(address)
    answer = one.post(address, words=words, at=str(world.cast.places["5号楼"]), submission=str(uuid.uuid4()))
    assert answer.status_code == 422
    return answer.text


def say_more(world: World, words: str) -> str:
    one = world.phone()
    there = one.report(world.cast.codes["5号楼"], words=CALM)
    one.get(there)
    one.post(f"{there}/more", words=words, submission=str(uuid.uuid4()))
    return one.get(there).text


def answer_after_the_finish(world: World, words: str) -> str:
    one = world.phone()
    there = one.report(world.cast.codes["5号楼"], category="noise", words=CALM)
    _move(world, there, "finish")
    neighbour = world.phone()
    neighbour.get(there)
    neighbour.post(f"{there}/answer", solved="no", words=words)
    return neighbour.get(there).text


def answer_back(world: World, words: str) -> str:
    one = world.phone()
    there = one.report(world.cast.codes["5号楼"], words=CALM)
    _move(world, there, "decline")
    one.get(there)
    one.post(f"{there}/moves/appeal", note=words)
    return one.get(there).text


def _move(world: World, there: str, name: str) -> None:
    gao = world.phone().sign_in("gao")
    gao.get(there)
    assert gao.post(f"{there}/moves/{name}", note="说明").status_code == 303


def report_for(world: World, words: str) -> str:
    gao = world.phone().sign_in("gao")
    address = f"/desk/at/{world.cast.codes['5号楼']}/report"
    gao.get(address)
    at = str(world.cast.places["5号楼"])
    more = {"category": "light", "at": at, "source": "phone", "submission": str(uuid.uuid4())}
    answer = gao.post(address, words=words, **more)
    return gao.get(answer.location).text


def say_in_the_hall(world: World, words: str) -> str:
    ref = begun(world.cast).ref
    one = world.phone().known_as("爱种花的", world.cast)
    one.get(f"/topics/{ref}/write")
    answer = one.post(f"/topics/{ref}/statements", words=words, submission=str(uuid.uuid4()))
    return one.get(answer.location).text


def propose(world: World, words: str) -> str:
    one = world.phone().known_as("爱种花的", world.cast)
    address = f"/c/{world.cast.codes['5号楼']}/topics/new"
    one.get(address)
    answer = one.post(address, title="说件事", words=words, different="1", submission=str(uuid.uuid4()))
    return one.get(answer.location).text


ROUTES = {
    "form": report,
    "form that is refused": report_without_category,
    "more words": say_more,
    "answer after the finish": answer_after_the_finish,
    "answer back": answer_back,
    "report for somebody": report_for,
    "statement in the hall": say_in_the_hall,
    "proposal": propose,
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("number", DANGERS)
def test_the_number_to_press_comes_first_on_the_page_that_answers(world_of, route, number):
    page = ROUTES[route](world_of, DANGERS[number])
    main = page[page.index("<main") :]
    assert f'href="tel:{number}"' in main, page
    first = main.index('href="tel:')
    assert main[first:].startswith(f'href="tel:{number}"') or number != "119"


@pytest.mark.parametrize("route", ROUTES)
def test_everyday_words_are_answered_with_no_number(world_of, route):
    page = ROUTES[route](world_of, "三层楼道灯不亮，走路看不见")
    assert 'class="note note--sos calls"' not in page


@pytest.mark.parametrize("route", ["form", "report for somebody", "more words"])
def test_a_danger_stands_first_on_the_desk_and_no_accepting_tap_publishes_it(world_of, route):
    for number in range(3):
        report(world_of, f"{number}层的灯不亮")
    ROUTES[route](world_of, DANGERS["119"])
    gao = world_of.phone().sign_in("gao")
    page = gao.get("/desk?tab=new").text
    assert "急</span>" in page
    ticket = db.session.scalars(select(Ticket).where(Ticket.urgent)).one()
    assert page.index(ticket.ref) == min(page.index(one.ref) for one in db.session.scalars(select(Ticket)))
    assert gao.post(f"/t/{ticket.ref}/moves/accept").status_code == 303
    db.session.rollback()
    assert ticket.checked_at and ticket.words_hidden and not any(photo.let_out for photo in ticket.photos)
    stranger = world_of.phone().get(f"/t/{ticket.ref}")
    assert ticket.words not in stranger.text


def test_despair_is_private_however_it_was_reported(world_of):
    report(world_of, DANGERS["12356"])
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.private and ticket.urgent
    assert world_of.phone().get(f"/t/{ticket.ref}").status_code == 404


def test_a_danger_is_neither_offered_as_the_same_nor_taken_into_a_topic(world_of):
    report(world_of, DANGERS["119"])
    ticket = db.session.scalars(select(Ticket)).one()
    form = world_of.phone().get(f"/c/{world_of.cast.codes['5号楼']}/report").text
    assert ticket.ref not in form
    shen = world_of.phone().sign_in("shen")
    shen.get(f"/t/{ticket.ref}")
    assert shen.post(f"/t/{ticket.ref}/moves/to_topic", topic="new", title="着火").status_code == 403


def test_in_the_hall_such_words_wait_for_a_person(world_of):
    say_in_the_hall(world_of, DANGERS["110"])
    assert {one.state for one in db.session.scalars(select(Statement))} - {SHOWN}
    with writing():
        assert not db.session.scalars(select(Reply)).all() and db.session.scalars(select(Topic)).one()
