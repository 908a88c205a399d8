"""Picking a customer group to bind, from a listing by a job over real HTTP, or by typing its id."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from governance.core import jobs
from governance.core.db import db, now, writing
from governance.relay.groups import customer_groups
from governance.relay.groups.customer_groups import GET, LIST, CustomerGroup, list_groups, name_groups
from governance.relay.model import Group
from tests.connected import connect


@pytest.fixture
def known(app, wechat):
    """The groups of the corporation, as WeCom knows them."""
    connect(app, wechat.url)
    for number, name in enumerate(("3号院邻里群", "5号楼邻里群", "<b>海棠</b>8号院", "")):
        wechat.owners[f"wrOgQhDgAA00000{number}"] = f"owner{number}"
        wechat.names[f"wrOgQhDgAA00000{number}"] = name
    return wechat


def work() -> None:
    db.session.rollback()
    while jobs.run_next(network=True):
        pass
    db.session.rollback()


def listed() -> None:
    list_groups()
    name_groups()
    db.session.rollback()


def kept() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(CustomerGroup.name)))


def test_groups_are_listed_page_by_page_and_named_one_by_one(known):
    known.page = 3
    listed()
    assert kept() == ["", "3号院邻里群", "5号楼邻里群", "<b>海棠</b>8号院"]
    assert known.times(LIST) == 2 and known.times(GET) == 4
    listed()
    assert known.times(GET) == 4  # a name is good for a week


def test_a_keeper_finds_one_by_its_name_and_binds_it_with_what_wecom_said(known, phone):
    listed()
    keeper = phone().sign_in("shen")
    page = keeper.get("/keep/groups/customers?q=5号楼").text
    assert "5号楼邻里群" in page and "3号院邻里群" not in page and "owner1" in page
    pick = page.split("pick=")[1].split('"')[0]
    form = keeper.get(f"/keep/groups/new/wecom_mass_task?pick={pick}").text
    assert 'value="5号楼邻里群"' in form and 'value="wrOgQhDgAA000001"' in form and 'value="owner1"' in form
    given = {"name": "5号楼邻里群", "places": "5号楼", "audience": "residents"}
    given |= {"set_chat_id": "wrOgQhDgAA000001", "set_owner": "owner1"}
    assert keeper.post(f"/keep/groups/new/wecom_mass_task?pick={pick}", **given).status_code == 303
    assert db.session.scalars(select(Group)).one().bound == {"chat_id": "wrOgQhDgAA000001", "owner": "owner1"}


def test_what_is_bound_is_marked_and_only_who_keeps_it_is_told_where(known, phone):
    listed()
    given = {"places": "5号楼", "audience": "residents", "set_chat_id": "wrOgQhDgAA000001", "set_owner": "owner1"}
    phone().sign_in("shen").post("/keep/groups/new/wecom_mass_task", name="我们绑的", **given)
    mine = phone().sign_in("shen").get("/keep/groups/customers").text
    others = phone().sign_in("tang").get("/keep/groups/customers").text
    assert "已绑定" in mine and "我们绑的" in mine
    assert "已绑定" in others and "我们绑的" not in others and "由别处的同事管" in others
    assert mine.count("pick=") == others.count("pick=") == 3
    assert "上次从企业微信取到：<time" in mine
    assert "<b>海棠</b>" not in mine and "&lt;b&gt;海棠" in mine


def test_a_group_that_is_gone_is_forgotten_and_a_listing_that_broke_off_forgets_nothing(known):
    listed()
    del known.owners["wrOgQhDgAA000000"]
    known.page = 2
    known.scripted[LIST] = ["", "503"]
    list_groups()
    assert "3号院邻里群" in kept()
    list_groups()
    assert "3号院邻里群" not in kept() and len(kept()) == 3


def due_now() -> None:
    with writing():
        db.session.execute(update(jobs.Job).values(due_at=now() - timedelta(seconds=1)))


def test_what_a_run_has_no_room_for_is_named_by_the_next(known, monkeypatch):
    monkeypatch.setattr(customer_groups, "NAMES", 3)
    list_groups()
    work()
    assert known.times(GET) == 3
    due_now()
    work()
    assert known.times(GET) == 4


def test_names_that_a_silence_kept_back_are_asked_for_a_little_later(known):
    list_groups()
    known.scripted[GET] = ["", "reset"]
    work()
    assert known.times(GET) == 2
    due_now()
    work()
    assert kept() == ["", "3号院邻里群", "5号楼邻里群", "<b>海棠</b>8号院"]


def test_while_wecom_does_not_answer_a_number_can_still_be_typed(known, phone):
    known.always[LIST] = "503"
    keeper = phone().sign_in("shen")
    assert keeper.post("/keep/groups/customers").status_code == 303
    due_now()
    work()
    page = keeper.get("/keep/groups/customers").text
    assert "还没有告诉我们有哪些群" in page and "手填编号" in page
    assert keeper.get("/keep/groups/new/wecom_mass_task").status_code == 200


def test_one_group_that_wecom_will_not_tell_of_holds_up_no_other(known):
    list_groups()
    known.scripted[GET] = ["86003"]
    name_groups()
    assert len([name for name in kept() if name]) in (2, 3) and known.times(GET) == 4  # one of them has no name


def test_without_wecom_nothing_is_asked(app, phone):
    list_groups()
    assert "可以手填" in phone().sign_in("shen").get("/keep/groups/customers").text
