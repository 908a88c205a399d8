"""The page of one group offers only what can work, and shows the outcome of what its keeper sent."""

import pytest

from governance.core.db import db, writing
from governance.relay import robots
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import ONLY_ANSWERS, Group

TEST, CODE = "发测试", "发这里的码"


@pytest.fixture
def only_answers(cast):
    """A group whose robot has a callback alone; its id."""
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), {"token": "a-token", "aes_key": "A" * 43})
    with writing():
        number = robots.number_for("ginkgo", "room-1")
    given = {"number": number}
    return binding.add(cast.viewer("shen"), "wecom_aibot", "residents", "问答群", given, [cast.place("5号楼")]).id


@pytest.fixture
def shen(phone):
    return phone().sign_in("shen")


def page(keeper, group_id: int) -> str:
    return keeper.get(f"/keep/groups/{group_id}").text


def test_a_group_whose_robot_only_answers_offers_nothing_to_send_and_says_why(shen, only_answers):
    shown = page(shen, only_answers)
    assert TEST not in shown and CODE not in shown and ONLY_ANSWERS in shown and "先发一条测试" not in shown
    assert "停用" in shown


def test_a_code_is_offered_only_where_the_place_has_one(shen, cast, robot):
    building, community = robot("5号楼"), robot("银杏社区")
    assert TEST in page(shen, building) and CODE in page(shen, building)
    assert TEST in page(shen, community) and CODE not in page(shen, community)


def test_a_refusal_is_a_page_of_the_staffs_own(shen, phone, only_answers):
    shen.get("/keep/groups")
    refused = shen.post(f"/keep/groups/{only_answers}/test")
    assert refused.status_code == 409 and "我的账号" in refused.text and 'href="/desk"' in refused.text
    assert "110" not in refused.text and "看我报过的事" not in refused.text
    assert 'href="tel:110"' in phone().get("/t/nothing-there").text


def test_a_test_is_acknowledged_at_once_and_its_outcome_shown_when_there_is_one(app, receiver, shen, robot):
    id_ = robot("5号楼")
    assert 'role="status"' not in page(shen, id_)
    shen.post(f"/keep/groups/{id_}/test")
    assert "测试已交给通道（企业微信群机器人），还没有结果" in page(shen, id_)
    deliver(app)
    db.session.rollback()
    assert "测试已发出" in page(shen, id_) and "还没有结果" not in page(shen, id_)
    receiver.script[""] = ["93000"]
    shen.post(f"/keep/groups/{id_}/code")
    assert "这里的码已交给通道" in page(shen, id_)
    deliver(app)
    db.session.rollback()
    assert "这里的码没发成：" in page(shen, id_)


def test_an_archived_group_promises_no_key_and_no_test(shen, robot):
    id_ = robot("5号楼")
    assert "已保存，不显示" in page(shen, id_) and "可以先发一条测试" in page(shen, id_)
    shen.post(f"/keep/groups/{id_}/archive")
    shown = page(shen, id_)
    assert "归档时忘掉了" in shown and "已保存" not in shown and "先发一条测试" not in shown
    assert db.session.get_one(Group, id_).settings == "{}"
