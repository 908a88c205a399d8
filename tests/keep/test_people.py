"""The doors of people: a new account, its posts, closing it and opening it again."""

import re
import threading

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.people.model import Identity, Person
from tests.keep.parts import fresh


def test_a_new_person_gets_a_password_once_and_can_sign_in(phone, cast):
    shen = phone().sign_in("shen")
    shen.get(f"/keep/people/new?at={cast.places['第一网格']}")
    refused = shen.post("/keep/people/new", nickname="小新", account="有", role="grid", place="第一网格", body="0")
    assert refused.status_code == 422 and 'value="小新"' in refused.text
    made = shen.post("/keep/people/new", nickname="小新", account="xiaoxin", role="grid", place="第一网格", body="0")
    password = re.search(r"<code>([^<]+)</code>", made.text)[1]
    assert made.headers["Cache-Control"] == "no-store"
    other = phone()
    other.get("/signin")
    assert other.post("/signin", account="xiaoxin", password=password).status_code == 303
    assert "小新" in shen.get("/keep/people").text and password not in shen.page


@pytest.mark.parametrize(
    ("role", "place", "reason"),
    [
        ("grid", "第二网格", "没有找到"),
        ("street", "柳荫街道", ""),
        ("grid", "", "请填在哪里"),
        ("body", "", ""),
        ("king", "", ""),
    ],
)
def test_a_post_out_of_reach_is_refused_beside_its_field(phone, cast, role, place, reason):
    shen = phone().sign_in("shen")
    refused = shen.post("/keep/people/new", nickname="小新", account="xiaoxin", role=role, place=place, body="0")
    assert refused.status_code == 422 and reason in refused.text and 'class="wrong"' in refused.text
    fresh()
    assert db.session.scalar(select(Identity.id).filter_by(subject="xiaoxin")) is None


def test_a_post_is_given_and_ended_and_the_phone_in_hand_is_signed_out(phone, cast):
    shen, gao = phone().sign_in("shen"), phone().sign_in("gao")
    assert gao.get("/desk").status_code == 200
    person = cast.person("gao")
    address = f"/keep/people/{person.id}/posts"
    assert shen.post(address, role="grid", place="柳荫街道/银杏社区", body="0").status_code == 303
    assert shen.post(address, role="grid", place="柳荫街道/银杏社区", body="0").status_code == 409
    fresh()
    for post in db.session.get(Person, person.id).posts:
        assert shen.post(f"/keep/posts/{post.id}/end").status_code == 303
    assert gao.get("/desk").status_code == 303


def test_an_account_is_closed_and_opened_again(phone, cast):
    shen, gao, address = phone().sign_in("shen"), phone().sign_in("gao"), f"/keep/people/{cast.people['gao']}"
    assert shen.post(f"{address}/disable").status_code == 303
    assert "停用" in shen.get(address).text and gao.get("/desk").status_code == 303
    assert [shen.post(f"{address}/{verb}").status_code for verb in ("disable", "enable", "enable")] == [409, 303, 409]


def test_the_same_account_asked_for_at_once_is_made_once_and_nobody_sees_a_fault(phone, cast):
    phones, answers = [phone().sign_in("shen") for _ in range(4)], []
    form = {"nickname": "小新", "account": "xiaoxin", "role": "grid", "place": "第一网格", "body": "0"}
    for one in phones:
        one.get("/keep/people/new")

    def ask(one):
        answers.append(one.post("/keep/people/new", **form).status_code)

    threads = [threading.Thread(target=ask, args=(one,)) for one in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh()
    assert len(answers) == 4 and answers.count(200) == 1 and set(answers) <= {200, 409, 422}
    assert len(db.session.scalars(select(Identity).filter_by(subject="xiaoxin")).all()) == 1
