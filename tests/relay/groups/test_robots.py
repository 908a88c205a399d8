"""Pages for keeping robots: secrets are never shown, callback or long connection, within one's area."""

import re

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by
from governance.relay import robots
from governance.relay.robots import Robot

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both
AES_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
CALLBACK = {"token": "a-token-of-theirs", "aes_key": AES_KEY}
LINE = {"bot_id": "aib-1", "secret": "a-secret-of-theirs"}


def test_a_robot_is_added_and_its_secrets_are_never_shown(cast, phone) -> None:
    shen = phone().sign_in("shen")
    shen.get("/keep/robots/new")
    answer = shen.post("/keep/robots/new", named="ginkgo", place="银杏社区", **CALLBACK)
    assert answer.status_code == 303
    page = shen.get(answer.location).get_data(as_text=True)
    assert "https://onecode.example/wecom/aibot/ginkgo" in page
    assert not any(secret in page for secret in CALLBACK.values())
    shen.post(answer.location, **LINE)
    page = shen.get(answer.location).get_data(as_text=True)
    assert "还没连上" in page and not any(secret in page for secret in LINE.values())
    db.session.rollback()
    kept = db.session.connection().exec_driver_sql("SELECT settings FROM robot").scalar_one()
    assert not any(secret in kept for secret in (*CALLBACK.values(), *LINE.values()))
    assert db.session.scalars(select(Robot)).one().kept == LINE


@pytest.mark.parametrize(("given", "names"), [(CALLBACK, ("token", "aes_key")), (LINE, ("bot_id", "secret"))])
def test_only_a_secret_that_was_given_is_said_to_be_saved(cast, phone, given: dict, names: tuple[str, ...]) -> None:
    robot = robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), given)
    shen = phone().sign_in("shen")
    page = shen.get(f"/keep/robots/{robot.id}").get_data(as_text=True)
    labels = dict(re.findall(r'<label for="(\w+)">(.*?)</label>', page, re.DOTALL))
    assert {name for name in (*CALLBACK, *LINE) if "已保存" in labels[name]} == set(names)
    assert "已保存" not in shen.get("/keep/robots/new").get_data(as_text=True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "token"),
        ({"token": "t" * 10}, "aes_key"),
        (CALLBACK | {"aes_key": AES_KEY[:-1]}, "aes_key"),
        (CALLBACK | LINE, "bot_id"),
        ({"bot_id": "aib-1"}, "secret"),
        ({"secret": "s" * 10}, "bot_id"),
        (CALLBACK | {"token": "有汉字的"}, "token"),
    ],
)
def test_secrets_that_cannot_be_right_are_refused_beside_the_field(cast, phone, given: dict, field: str) -> None:
    shen = phone().sign_in("shen")
    shen.get("/keep/robots/new")
    answer = shen.post("/keep/robots/new", named="ginkgo", place="银杏社区", **given)
    assert answer.status_code == 422
    with pytest.raises(robots.Invalid) as trouble:
        robots.read_secrets(given)
    assert field in trouble.value.fields


@pytest.mark.parametrize("name", ["", "G", "a", "a b", "../x", "x" * 31, "银杏"])
def test_a_name_is_one_that_an_address_can_hold(cast, name: str) -> None:
    with pytest.raises(robots.Invalid):
        robots.add_robot(cast.viewer("shen"), name, cast.place("银杏社区"), CALLBACK)


def test_a_name_is_taken_once(cast) -> None:
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), CALLBACK)
    with pytest.raises(robots.Invalid):
        robots.add_robot(cast.viewer("tang"), "ginkgo", cast.place("海棠社区"), CALLBACK)


def test_empty_secrets_stay_as_they_are(cast) -> None:
    robot = robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), CALLBACK)
    robots.change_robot(robot, cast.viewer("shen"), {"token": "another-token", "aes_key": ""})
    assert robot.kept == CALLBACK | {"token": "another-token"}
    robots.change_robot(robot, cast.viewer("shen"), {})
    assert robot.kept == CALLBACK | {"token": "another-token"}


def test_a_robot_that_is_removed_is_forgotten(cast, phone) -> None:
    robot = robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), CALLBACK)
    shen = phone().sign_in("shen")
    assert shen.post(f"/keep/robots/{robot.id}/remove").status_code == 303
    db.session.rollback()
    assert find_by(Robot, name="ginkgo") is None
