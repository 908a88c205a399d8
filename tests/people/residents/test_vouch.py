"""A worker confirms who stands in front of them: by digits shown to nobody else, and only at the worker's places."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from governance.core.db import db, find_by, now, writing
from governance.core.errors import Forbidden
from governance.people.households import Door
from governance.people.residents import verification
from tests.people.known import events, person_of, shown_by


def test_a_worker_confirms_who_stands_there_and_the_record_says_who(phone, cast) -> None:
    someone, worker = phone(), phone().sign_in("gao")
    code = shown_by(someone)
    assert "爱种花的" in worker.get(f"/desk/known?code={code}").get_data(as_text=True)
    form = {"code": code, "nickname": "爱种花的", "place": str(cast.places["5号楼"])}
    answer = worker.post("/desk/known", **form)
    assert answer.status_code == 303
    assert "已确认：爱种花的" in worker.get(answer.location).get_data(as_text=True)
    assert (person_of(someone).known_by, person_of(someone).residences) == ("worker", [])
    assert [(line.actor_id, line.data["how"]) for line in events("person.know")] == [(cast.people["gao"], "worker")]
    assert someone.get("/me/known/worker").location == "/me/known"
    again = worker.post("/desk/known", **form)
    assert again.status_code == 422
    assert len(events("person.know")) == 1


def test_a_worker_confirms_nobody_elsewhere(phone, cast) -> None:
    code = shown_by(phone())
    worker = phone().sign_in("gao")
    for place in ("1号楼", "8号院", "海棠社区", "银杏社区"):
        answer = worker.post("/desk/known", code=code, nickname="爱种花的", place=str(cast.places[place]))
        assert answer.status_code == 422
    asking = verification.find_asking(code)
    with pytest.raises(Forbidden):
        verification.vouch(asking, cast.viewer("gao"), cast.place("1号楼"), "爱种花的")
    assert events("person.know") == []


def test_digits_are_good_for_ten_minutes_and_only_the_last_ones(phone, cast) -> None:
    someone = phone()
    first = shown_by(someone)
    someone.get("/me/known/worker?again=1")
    second = shown_by(someone)
    assert verification.find_asking(first) is None
    with writing():
        asking = verification.find_asking(second)
        asking.expires_at = now() - timedelta(seconds=1)
    assert verification.find_asking(second) is None
    assert "过期" in someone.get("/me/known/worker").get_data(as_text=True)


def test_nobody_else_sees_the_digits(phone, cast) -> None:
    code = shown_by(phone())
    assert code not in phone().get("/me/known/worker").get_data(as_text=True)
    db.session.rollback()
    assert code not in str(db.session.execute(text("SELECT * FROM verification_request")).all())


def test_a_door_given_by_the_worker_must_be_one_there_is(phone, cast) -> None:
    code, worker = shown_by(phone()), phone().sign_in("gao")
    cast.known("三楼老周", door="3单元501")
    form = {"code": code, "nickname": "爱种花的", "place": str(cast.places["5号楼"])}
    answer = worker.post("/desk/known", **form, door="9单元901")
    assert answer.status_code == 422
    assert "还没有登记“9单元901”" in answer.get_data(as_text=True)
    assert worker.post("/desk/known", **form, door=" 3单元 501 ").status_code == 303
    assert [line.data["door"] for line in events("person.know")][-1] == find_by(Door, label="3单元501").id


def test_a_nickname_that_is_taken_is_mended_on_the_workers_page(phone, cast) -> None:
    cast.known("爱种花的")
    code, worker = shown_by(phone()), phone().sign_in("gao")
    form = {"code": code, "place": str(cast.places["6号楼"])}
    answer = worker.post("/desk/known", **form, nickname="爱种花的")
    assert answer.status_code == 422
    assert "换成“爱种花的2”行不行" in answer.get_data(as_text=True)
    assert worker.post("/desk/known", **form, nickname="爱种花的2").status_code == 303


def test_guessing_digits_ends_soon(phone, cast) -> None:
    worker = phone().sign_in("gao")
    answers = [worker.get(f"/desk/known?code={number:06}").status_code for number in range(61)]
    assert answers[0] == 200
    assert answers[-1] == 429
