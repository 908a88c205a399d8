"""A group is bound by the number its robot says there, once, and only by a keeper of the robot."""

import re

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.relay import robots
from governance.relay.groups import binding
from governance.relay.model import Group
from tests.assistant.callbacks import bind, heard, latest_ticket, open_doors
from tests.peers.platform import said


@pytest.fixture(autouse=True)
def doors(app, cast) -> None:
    open_doors(app, cast)


def test_a_group_is_bound_by_the_number_its_robot_says(app, cast) -> None:
    first = heard(app, "aibot", said("@助手 报事 灯不亮"))
    again = heard(app, "aibot", said("@助手 在吗", sender="worker-2"))
    assert "还没有绑定" in first and re.findall(r"\d{6}", first) == re.findall(r"\d{6}", again)
    other = heard(app, "aibot", said("@助手 在吗", chat="chat-6"))
    assert re.findall(r"\d{6}", other) != re.findall(r"\d{6}", first)
    group = bind(app, cast, "5号楼")
    assert group.bound == {"robot": "ginkgo", "chat": "chat-5"} and not group.receives
    assert "编号" in heard(app, "aibot", said("@助手 报事 灯不亮"))
    assert latest_ticket().place_id == cast.places["5号楼"]
    binding.disable(group, cast.viewer("shen"))
    assert "停用" in heard(app, "aibot", said("@助手 报事 灯不亮"))


@pytest.mark.parametrize("number", ["", "000000", "12345", "abc", "1" * 50])
def test_a_number_nobody_was_told_binds_nothing(app, cast, number: str) -> None:
    heard(app, "aibot", said("@助手 你好"))
    with pytest.raises(binding.Invalid):
        binding.add(cast.viewer("shen"), "wecom_aibot", "residents", "群", {"number": number}, [cast.place("5号楼")])


def test_the_digits_bind_only_for_who_may_keep_that_robot(app, cast, phone) -> None:
    number = re.findall(r"\d{6}", heard(app, "aibot", said("@助手 你好")))[0]
    given = {"number": number}
    with pytest.raises(binding.Invalid) as refused:  # the robot is 银杏社区's, and 海棠社区 keeps only its own places
        binding.add(cast.viewer("tang"), "wecom_aibot", "residents", "群", given, [cast.place("8号院")])
    assert "不归您管" in refused.value.fields["number"]
    tang = phone().sign_in("tang")
    form = {"name": "群", "audience": "residents", "places": "8号院", "set_number": number}
    tang.get("/keep/groups/new/wecom_aibot")
    answer = tang.post("/keep/groups/new/wecom_aibot", **form)
    assert answer.status_code == 422 and "不归您管" in answer.text
    db.session.rollback()
    assert db.session.scalars(select(Group)).all() == []
    yard = [cast.place("8号院")]
    assert binding.add(cast.viewer("qiao"), "wecom_aibot", "residents", "群", given, yard).bound["chat"] == "chat-5"


def test_a_group_is_bound_once(app, cast) -> None:
    heard(app, "aibot", said("@助手 你好"))
    number = db.session.scalars(select(robots.Pairing.number)).one()
    given = ("wecom_aibot", "residents", "群", {"number": number}, [cast.place("5号楼")])
    group = binding.add(cast.viewer("shen"), *given)
    with pytest.raises(binding.Invalid):
        binding.add(cast.viewer("shen"), *given)
    binding.change(group, cast.viewer("shen"), "5号楼工作群", {"number": ""}, [cast.place("5号楼")])
    assert group.bound["chat"] == "chat-5"
