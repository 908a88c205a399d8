"""Whatever route takes the words, a danger is answered with the number first, marked, and not published by a tap."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.core.web.pages import local
from governance.discussions import contributions, outcomes
from governance.discussions.model import SHOWN, Reply, Statement, Topic
from governance.tickets.model import Ticket
from tests.assistant.callbacks import bind, heard, open_doors
from tests.cast import Cast
from tests.discussions.hall import begun, decided
from tests.peers.platform import said, text
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


def withdraw(world: World, words: str) -> str:
    one = world.phone()
    there = one.report(world.cast.codes["5号楼"], words=CALM)
    one.get(there)
    one.post(f"{there}/moves/withdraw", note=words)
    return one.get(there).text


def say_where(world: World, words: str) -> str:
    one = world.phone()
    return one.get(one.report(world.cast.codes["5号楼"], words=CALM, where=words)).text


def paste(world: World, words: str) -> str:
    group = world.robot("5号楼", channel="manual")
    gao = world.phone().sign_in("gao")
    gao.get("/desk/pasted")
    return gao.post("/desk/pasted", group=str(group), pasted=f"王姐：{words}").text


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


def report_for_without_category(world: World, words: str) -> str:
    gao = world.phone().sign_in("gao")
    address = f"/desk/at/{world.cast.codes['5号楼']}/report"
    gao.get(address)
    answer = gao.post(address, words=words, at=str(world.cast.places["5号楼"]), source="phone")
    assert answer.status_code == 422
    return answer.text


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


def finished(world: World) -> tuple[Phone, str]:
    """A ticket that was finished, and its reporter's phone."""
    one, gao = world.phone(), world.phone().sign_in("gao")
    there = one.report(world.cast.codes["5号楼"], category="noise", words="半夜打桩")
    gao.get(there)
    assert gao.post(f"{there}/moves/finish", note="劝停了").status_code == 303
    return one, there


def meet_it_still(world: World, words: str) -> str:
    _, there = finished(world)
    one = world.phone()
    one.get(there)
    one.post(f"{there}/answer", solved="no", words=words)
    return one.get(there).text


def pass_on(world: World, words: str) -> str:
    group = world.robot("5号楼", channel="manual")
    gao = world.phone().sign_in("gao")
    gao.get("/desk/pasted")
    gao.post("/desk/pasted", group=str(group), pasted=f"王姐：{words}", line=["0"])
    kept = {name: gao.field(name) for name in ("submission", "group", "place", "sender")}
    gao.post("/desk/pasted/matter", words=words, category="light", rest="", **kept)
    return gao.get("/desk/pasted").text


def in_the_hall(world: World) -> tuple[Phone, str, Statement]:
    topic = begun(world.cast)
    with writing():
        said = contributions.say(topic, world.cast.known("三楼老周"), str(uuid.uuid4()), "装在东门")
    one = world.phone().known_as("爱种花的", world.cast)
    one.get(f"/topics/{topic.ref}/write")
    return one, f"/topics/{topic.ref}", said


def reply(world: World, words: str) -> str:
    one, hall, said = in_the_hall(world)
    one.post(f"{hall}/replies", words=words, noun="statement", to=str(said.id), submission=str(uuid.uuid4()))
    return one.get(f"{hall}/say").text


def flag(world: World, words: str) -> str:
    one, hall, said = in_the_hall(world)
    one.post(f"{hall}/statement/{said.id}/flag", words=words)
    return one.get(f"{hall}/say").text


def object_to_hiding(world: World, words: str) -> str:
    topic = begun(world.cast)
    one = world.phone().known_as("爱种花的", world.cast)
    with writing():
        said = contributions.say(topic, world.cast.known("爱种花的"), str(uuid.uuid4()), "装在东门")
        contributions.hide(said, world.cast.viewer("shen"), "跑题了")
    one.get(f"/topics/{topic.ref}/say")
    one.post(f"/topics/{topic.ref}/statement/{said.id}/appeal", words=words)
    return one.get(f"/topics/{topic.ref}/say").text


def review(world: World, words: str) -> str:
    topic = decided(world.cast)
    outcomes.record_deed(topic, world.cast.viewer("shen"), "装好了", "", local(now()).date())
    one = world.phone()
    one.get(f"/topics/{topic.ref}/say")
    one.post(f"/topics/{topic.ref}/review", well="no", words=words)
    return one.get(f"/topics/{topic.ref}/say").text


# Every route that takes words of residents, or of staff who write for them, with the endpoint behind it.
ROUTES = {
    "form": report,
    "form that is refused": report_without_category,
    "more words": say_more,
    "answer after the finish": answer_after_the_finish,
    "still not solved": meet_it_still,
    "answer back": answer_back,
    "withdrawal": withdraw,
    "spot of a report": say_where,
    "first look at a paste": paste,
    "report for somebody": report_for,
    "report for somebody that is refused": report_for_without_category,
    "paste of a group": pass_on,
    "statement in the hall": say_in_the_hall,
    "reply in the hall": reply,
    "flag": flag,
    "appeal against hiding": object_to_hiding,
    "review": review,
    "proposal": propose,
}
TAKE_WORDS = {  # endpoint: routes of the table that go through it
    "tickets.create": ("form", "form that is refused", "spot of a report"),
    "tickets.more": ("more words",),
    "tickets.answer": ("answer after the finish", "still not solved"),
    "desk.move": ("answer back", "withdrawal"),
    "desk.report_for": ("report for somebody", "report for somebody that is refused"),
    "transcripts.pass_on": ("paste of a group",),
    "transcripts.pasted": ("first look at a paste",),
    "discussions.state": ("statement in the hall",),
    "discussions.reply": ("reply in the hall",),
    "discussions.flag": ("flag",),
    "discussions.appeal": ("appeal against hiding",),
    "discussions.review": ("review",),
    "discussions.new": ("proposal",),
}
TAKE_NONE = {  # endpoint: why no words of residents come through it
    **dict.fromkeys(("tickets.join", "tickets.nudge", "tickets.mine", "tickets.slip"), "a button alone"),
    **dict.fromkeys(("discussions.voice", "discussions.follow", "discussions.drop_word"), "a button alone"),
    **dict.fromkeys(("tickets.stage_photo", "tickets.remove_photo", "tickets.follow_photo"), "photos"),
    **dict.fromkeys(("desk.cover", "desk.publish", "desk.contact", "desk.send_contact"), "the office's own work"),
    **dict.fromkeys(("discussions.answer", "discussions.begin", "discussions.deed"), "words of the community"),
    **dict.fromkeys(("discussions.move", "discussions.task", "discussions.moderate"), "words of the community"),
    **dict.fromkeys(("discussions.gather", "discussions.take_name", "discussions.who"), "the office's own work"),
    "discussions.words": "a list of words",
    "tickets.sticker": "one of two fixed sentences",
    "tickets.contact": "a name and a number",
}
CASES = [  # every number through the form, each other route with one of them
    (route, number)
    for at, route in enumerate(ROUTES)
    for turn, number in enumerate(DANGERS)
    if route == "form" or turn == at % len(DANGERS)
]
SLICES = ("tickets", "desk", "discussions", "transcripts")


def test_every_route_that_takes_words_is_in_the_table(app):
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    taking = {endpoint for endpoint in posted if endpoint.split(".")[0] in SLICES}
    assert taking == {*TAKE_WORDS, *TAKE_NONE} and not {*TAKE_WORDS} & {*TAKE_NONE}
    assert {name for names in TAKE_WORDS.values() for name in names} == {*ROUTES}


@pytest.mark.parametrize("number", DANGERS)
@pytest.mark.parametrize("platform", ["official", "aibot"])
def test_a_bot_says_the_number_before_all_else(app, cast, platform, number):
    open_doors(app, cast)
    if platform == "aibot":
        bind(app, cast, "5号楼")
    plain = said(f"@助手 {DANGERS[number]}") if platform == "aibot" else text(DANGERS[number])
    assert number in heard(app, platform, plain).partition("\n")[0]


@pytest.mark.parametrize(("route", "number"), CASES)
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


@pytest.mark.parametrize("route", ["form", "report for somebody", "more words", "withdrawal", "spot of a report"])
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


def test_the_number_is_shown_with_the_matter_it_was_said_in_and_with_no_other(world_of):
    one = world_of.phone()
    calm = one.report(world_of.cast.codes["5号楼"], words=CALM)
    despair = one.report(world_of.cast.codes["5号楼"], words=DANGERS["12356"])
    assert 'class="note note--sos calls"' not in one.get(calm).text
    assert 'href="tel:12356"' in one.get(despair).text


def test_a_script_that_sends_words_is_told_the_number_with_the_answer(world_of):
    one, code = world_of.phone(), world_of.cast.codes["5号楼"]
    one.get(f"/c/{code}/report")
    one.client.environ_base["HTTP_ACCEPT"] = "application/json"
    at = {"at": str(world_of.cast.places["5号楼"]), "category": "light", "submission": str(uuid.uuid4())}
    answer = one.post(f"/c/{code}/report", words=DANGERS["12356"], **at)
    assert answer.json["calls"][0]["number"] == "12356" and answer.json["calls"][0]["sentence"]
    there = one.post(f"{answer.json['to']}/more", words=DANGERS["119"])
    assert there.json["calls"][0]["number"] == "119"


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


def test_who_has_it_written_for_them_reads_on_the_slip_where_else_it_belongs(world_of):
    assert 'href="tel:12348"' in report_for(world_of, "物业合同到期了不签")


def test_the_printed_slip_does_not_carry_words_of_violence_home(world_of):
    slip = report_for(world_of, DANGERS["110"])
    assert f'slip__words no-print">{DANGERS["110"]}' in slip
