"""Becoming known by a text message, through a real gateway on the loopback."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from governance.core import jobs
from governance.core.config import MissingSetting, load
from governance.core.db import db, find_by, now, writing
from governance.core.jobs import DUE, FAILED, Job
from governance.core.logs import mask
from governance.people.households import Sms, VerificationRequest
from governance.people.model import Identity, Person
from governance.people.residents import departure, sms
from governance.tickets.model import Follow, Ticket
from tests.app import forget_limits
from tests.peers.sms_gateway import Gateway
from tests.people.known import person_of
from tests.people.residents.test_doors import at_once

NUMBER = "13912345678"


@pytest.fixture
def gateway(app) -> Iterator[Gateway]:
    with Gateway() as gateway:
        app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_url": gateway.url})
        yield gateway


def work() -> None:
    """As the worker does, with no patience: what waits for later is due now."""
    while True:
        with writing():
            for job in db.session.scalars(select(Job).filter_by(state=DUE)):
                job.due_at = now()
        if not jobs.run_next():
            return


def ask(someone, cast, number: str = NUMBER, nickname: str = "爱种花的", **more):
    someone.get("/me/known/phone")
    form = {"phone": number, "code": cast.codes["5号楼"], "nickname": nickname, "consent": "y"}
    return someone.post("/me/known/phone", **(form | more))


def sent(gateway: Gateway) -> str:
    """The digits of the last message that was taken."""
    work()
    return re.findall(r"\d{6}", list(gateway.taken.values())[-1]["text"])[0]


def prove(someone, digits: str, nickname: str = "爱种花的"):
    someone.get("/me/known/digits")
    return someone.post("/me/known/digits", digits=digits, nickname=nickname)


def test_a_phone_becomes_known_by_the_digits_it_was_sent(phone, cast, gateway) -> None:
    someone = phone()
    someone.get(f"/me/known?next=/c/{cast.codes['5号楼']}/topics")
    assert cast.codes["5号楼"] in someone.get("/me/known/phone").get_data(as_text=True)
    assert ask(someone, cast, "+86 139-1234 5678").location == "/me/known/digits"
    assert gateway.calls == []  # nothing in the request
    digits = sent(gateway)
    (message,) = gateway.calls
    assert message["to"] == NUMBER
    answer = prove(someone, f"{digits[:3]} {digits[3:]}")
    assert answer.location == f"/me/known?next=/c/{cast.codes['5号楼']}/topics"
    person = person_of(someone)
    assert (person.known_by, person.nickname, person.phone) == ("sms", "爱种花的", NUMBER)
    assert person.known_place_id == cast.places["5号楼"]
    assert {identity.kind for identity in person.identities} == {"device", "phone"}
    assert person.residences == []


def test_number_and_words_are_nowhere_in_the_clear_and_gone_once_sent(phone, cast, gateway) -> None:
    someone = phone()
    ask(someone, cast)
    db.session.rollback()
    for table in ("sms", "verification_request", "identity", "person", "job", "event"):
        assert NUMBER not in str(db.session.execute(text(f"SELECT * FROM {table}")).all())
    prove(someone, sent(gateway))
    db.session.rollback()
    (message,) = db.session.scalars(select(Sms))
    assert (message.state, message.to, message.text) == ("taken", None, None)
    (asking,) = db.session.scalars(select(VerificationRequest))
    assert (asking.code, asking.phone) == (None, None)
    assert NUMBER not in mask(f"sms to {NUMBER}")


@pytest.mark.parametrize("faults", [["500"], ["reset", "503"], ["429", "408"], ["500 taken"], ["301", "204"]])
def test_what_is_not_taken_is_tried_again_under_the_same_id(phone, cast, gateway, faults: list[str]) -> None:
    gateway.script[:] = faults
    ask(phone(), cast)
    work()
    assert len(gateway.calls) == len(faults) + 1
    assert len({message["id"] for message in gateway.calls}) == 1
    assert len(gateway.taken) == 1
    db.session.rollback()
    assert db.session.scalar(select(Sms.state)) == "taken"


def test_a_gateway_that_hangs_is_not_waited_for_long(phone, cast, gateway, monkeypatch) -> None:
    monkeypatch.setattr(sms, "TIMEOUT", 0.2)
    gateway.script[:] = ["hang"]
    ask(phone(), cast)
    work()
    assert (len(gateway.calls), len(gateway.taken)) == (2, 1)


def test_a_gateway_that_hangs_holds_up_no_other_work(phone, cast, gateway) -> None:
    ask(phone(), cast)
    assert not jobs.run_next(network=False)
    assert jobs.run_next(network=True)
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_away_leaves_a_job_for_a_human(phone, cast, gateway) -> None:
    gateway.script[:] = ["503"] * 20
    ask(phone(), cast)
    work()
    db.session.rollback()
    (job,) = db.session.scalars(select(Job).filter_by(name="people.send_sms"))
    assert (job.state, job.tries, job.error) == (FAILED, 6, "NotTaken: the gateway answered 503")
    assert NUMBER not in str(job.args)


def test_a_number_the_gateway_refuses_is_not_tried_again_and_the_page_says_so(phone, cast, gateway) -> None:
    gateway.script[:] = ["422"]
    someone = phone()
    ask(someone, cast)
    work()
    assert len(gateway.calls) == 1
    assert "短信没有发出去" in someone.get("/me/known/digits").get_data(as_text=True)


def test_a_wrong_key_sends_nothing(phone, cast, gateway) -> None:
    gateway.key = "another"
    ask(phone(), cast)
    work()
    assert gateway.taken == {}


def test_five_tries_and_no_more(phone, cast, gateway) -> None:
    someone = phone()
    ask(someone, cast)
    right = sent(gateway)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        answer = prove(someone, wrong)
        assert answer.status_code == 422
        assert f"还能试 {left} 次" in answer.get_data(as_text=True)
    assert "请再要一次" in prove(someone, wrong).get_data(as_text=True)
    assert prove(someone, right).status_code == 422
    assert person_of(someone).known_at is None


def test_digits_are_good_for_ten_minutes(phone, cast, gateway) -> None:
    someone = phone()
    ask(someone, cast)
    right = sent(gateway)
    with writing():
        for asking in db.session.scalars(select(VerificationRequest)):
            assert asking.expires_at - asking.asked_at <= timedelta(minutes=10, seconds=1)
            asking.expires_at = now()
    assert prove(someone, right).location == "/me/known"
    assert person_of(someone).known_at is None


def test_digits_are_this_devices_alone(phone, cast, gateway) -> None:
    ask(phone(), cast)
    right, other = sent(gateway), phone()
    assert prove(other, right).location == "/me/known"  # it has asked for nothing
    ask(other, cast, "13900000000", "三楼老周")
    if sent(gateway) != right:
        assert prove(other, right).status_code == 422
        assert person_of(other).known_at is None


def test_a_second_phone_of_the_same_person_brings_its_things(phone, cast, gateway) -> None:
    first, second = phone(), phone()
    ask(first, cast)
    prove(first, sent(gateway))
    code = cast.codes["5号楼"]
    mine, theirs = second.report(code), phone().report(code, category="noise")
    for someone in (first, second):
        someone.get(theirs)
        someone.post(f"{theirs}/join")
    ask(second, cast, nickname="随便什么")
    assert prove(second, sent(gateway), nickname="随便什么").status_code == 303
    person = person_of(first)
    assert person_of(second).id == person.id
    assert person.nickname == "爱种花的"
    assert mine in first.get("/me").get_data(as_text=True)
    joined = find_by(Ticket, ref=theirs.removeprefix("/t/"))
    assert joined.joined == 1
    assert [
        row.person_id for row in db.session.scalars(select(Follow).filter_by(ticket_id=joined.id, role="joiner"))
    ] == [person.id]


def test_somebody_known_does_not_become_somebody_else_known(phone, cast, gateway) -> None:
    first, second = phone(), phone().known_as("三楼老周", cast)
    ask(first, cast)
    prove(first, sent(gateway))
    ask(second, cast)
    answer = prove(second, sent(gateway))
    assert answer.status_code == 422
    assert "另一位居民" in answer.get_data(as_text=True)
    assert person_of(second).nickname == "三楼老周"


def test_somebody_known_by_a_slip_adds_a_phone_and_then_another_in_its_place(phone, cast, gateway) -> None:
    someone = phone().known_as("三楼老周", cast)
    for number in (NUMBER, "13900000000"):
        ask(someone, cast, number)
        prove(someone, sent(gateway))
    person = person_of(someone)
    assert (person.known_by, person.phone) == ("slip", "13900000000")
    assert [identity.kind for identity in person.identities].count("phone") == 1
    assert departure.who(person, cast.viewer("shen")).phone == "139****0000"


def test_a_nickname_taken_meanwhile_is_changed_beside_the_digits(phone, cast, gateway) -> None:
    someone = phone()
    ask(someone, cast)
    cast.known("爱种花的")
    right = sent(gateway)
    answer = prove(someone, right)
    assert answer.status_code == 422
    assert "换成“爱种花的2”行不行" in answer.get_data(as_text=True)
    assert prove(someone, right, "爱种花的2").status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"phone": "12345"}, "请填 11 位的手机号"),
        ({"phone": "010-88888888"}, "请填 11 位的手机号"),
        ({"phone": "\u202e13912345678x"}, "请填 11 位的手机号"),
        ({"code": "AAAAAAAA"}, "没有这个码"),
        ({"nickname": "官方"}, "像是单位"),
        ({"consent": ""}, "请勾上"),
    ],
)
def test_a_form_with_something_wrong_sends_nothing_and_loses_nothing(phone, cast, gateway, form, said) -> None:
    someone = phone()
    answer = ask(someone, cast, **{"number" if name == "phone" else name: value for name, value in form.items()})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert someone.field("code") == form.get("code", cast.codes["5号楼"])
    work()
    assert gateway.calls == []


def test_no_phone_is_flooded_and_the_draft_stays(app, phone, cast, gateway) -> None:
    answers = [ask(phone(), cast, nickname=f"老周第{number}").status_code for number in range(6)]
    assert answers == [303] * 5 + [429]
    someone = phone()
    assert ask(someone, cast).status_code == 429
    assert someone.field("phone") == NUMBER
    forget_limits(app)
    someone = phone()
    answers = [ask(someone, cast, f"1390000000{number}").status_code for number in range(7)]
    assert answers == [303] * 6 + [429]


def test_one_number_proved_on_two_devices_at_once_is_one_person(app, phone, cast, gateway) -> None:
    people = [phone(), phone()]
    digits = []
    for someone, name in zip(people, ("老周", "周师傅"), strict=True):
        ask(someone, cast, nickname=name)
        digits.append(sent(gateway))
        someone.get("/me/known/digits")
    assert at_once(
        *[
            lambda s=someone, d=code, n=name: s.post("/me/known/digits", digits=d, nickname=n)
            for someone, code, name in zip(people, digits, ("老周", "周师傅"), strict=True)
        ]
    ) == [303, 303]
    assert person_of(people[0]).id == person_of(people[1]).id
    assert len(db.session.scalars(select(Identity).filter_by(kind="phone")).all()) == 1
    assert len(db.session.scalars(select(Person).where(Person.known_at.is_not(None))).all()) == 1


def test_without_a_gateway_the_way_is_not_offered(app, phone, cast) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_url": ""})
    someone = phone()
    assert "短信" not in someone.get("/me/known").get_data(as_text=True)
    assert someone.get("/me/known/phone").status_code == 404


def test_a_gateway_without_a_key_stops_the_start(tmp_path) -> None:
    with pytest.raises(MissingSetting, match="SMS_KEY"):
        load(_env_file=None, var_dir=tmp_path, demo=True, sms_url="https://sms.example/")
