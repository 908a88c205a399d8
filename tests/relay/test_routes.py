"""The relay's pages as a browser sees them. No secret is shown again. Permissions are tested elsewhere."""

import io
import re

import pytest
import zxingcpp
from PIL import Image

from governance.core.db import db, find_by, now, writing
from governance.core.web.pages import local
from governance.relay.delivery import queries
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group, Message
from tests.groups import states

KEY = "secret-key-of-the-robot"
HEADINGS, LOOK = ("没发成", "群停用着，没有发"), "群消息要您看一下"


def bind(browser, **form):
    """Bind a group through its form; its id."""
    usual = {"name": "5号楼群", "audience": "residents", "places": "3号院/5号楼", "set_key": KEY}
    form = usual | {"quiet_from": "", "quiet_until": ""} | form
    answer = browser.post("/keep/groups/new/wecom_webhook", **form)
    assert answer.status_code == 303, browser.page
    return int(answer.location.rsplit("/", 1)[1])


def test_a_group_is_bound_tested_stopped_and_archived(app, cast, phone, receiver):
    keeper = phone().sign_in("shen")
    id_ = bind(keeper)
    keeper.get(f"/keep/groups/{id_}")
    assert "已保存，不显示" in keeper.page and KEY not in keeper.page
    keeper.post(f"/keep/groups/{id_}/test")
    deliver(app)
    keeper.get(f"/keep/groups/{id_}")
    assert "这是一条测试消息" in keeper.page and "已发出" in keeper.page
    for deed, word in (("disable", "停用了"), ("enable", "发测试"), ("archive", "这个群已经归档")):
        keeper.post(f"/keep/groups/{id_}/{deed}")
        assert word in keeper.get(f"/keep/groups/{id_}").get_data(as_text=True)


def test_a_change_shows_everything_but_the_secret_and_keeps_it(cast, phone, app):
    keeper = phone().sign_in("shen")
    id_ = bind(keeper)
    keeper.get(f"/keep/groups/{id_}/change")
    assert "柳荫街道/银杏社区/第一网格/3号院/5号楼" in keeper.page and KEY not in keeper.page
    answer = keeper.post(f"/keep/groups/{id_}/change", name="新名字", places="6号楼", set_key="")
    assert answer.status_code == 303
    db.session.rollback()
    group = db.session.get_one(Group, id_)
    assert (group.name, group.bound["key"], group.places[0].name) == ("新名字", KEY, "6号楼")


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"name": ""}, "请填群名"),
        ({"places": ""}, "请写一个地点"),
        ({"places": "没有的楼"}, "没有找到"),
        ({"places": "8号院"}, "没有找到"),
        ({"audience": "everybody"}, ""),
        ({"set_key": "短"}, "这不像机器人的地址或 key"),
    ],
)
def test_what_cannot_be_bound_says_why_beside_the_field(cast, phone, form, reason):
    keeper = phone().sign_in("shen")
    given = {"name": "5号楼群", "audience": "residents", "places": "5号楼", "set_key": KEY} | form
    answer = keeper.post("/keep/groups/new/wecom_webhook", **given)
    assert answer.status_code == 422 and 'class="wrong"' in keeper.page
    assert reason in keeper.page
    assert db.session.query(Group).count() == 0 and KEY not in keeper.page


def test_groups_are_found_by_their_name_or_their_place(cast, phone):
    keeper = phone().sign_in("shen")
    bind(keeper, name="邻里群")
    for search, found in (("邻里", True), ("5号楼", True), ("6号楼", False), ("%", False), ("_", False)):
        assert ("邻里群" in keeper.get("/keep/groups", query_string={"q": search}).get_data(as_text=True)) is found


@pytest.fixture
def card(app, cast, robot, ticket, happen, phone):
    """A grid worker who has something to copy."""
    robot("5号楼", channel="manual")
    happen(ticket("5号楼"), "finish")
    expand()
    worker = phone().sign_in("gao")
    worker.get("/desk/relay")
    return worker


def test_the_words_stand_in_a_box_that_needs_no_script(card):
    assert "<textarea" in card.page and "readonly" in card.page and "3号院 5号楼的“电梯”办好了" in card.page
    assert "data-copy" in card.page and "<script>" not in card.page and "onclick" not in card.page


def test_the_picture_beside_the_words_leads_to_the_ticket(card):
    answer = card.get("/desk/relay/1.png")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.data)))
    assert answer.mimetype == "image/png" and code.text in card.page


def test_forwarded_in_one_tap_and_only_to_the_groups_ticked(card):
    events, group = card.field("events"), card.field("groups")
    assert card.post("/desk/relay", events=events).location.endswith("done=0")
    assert states() == ["due"]
    answer = card.post("/desk/relay", events=events, groups=group)
    assert answer.location.endswith("done=1") and states() == ["sent"]
    assert "没有要转发的" in card.get("/desk/relay").get_data(as_text=True)
    assert card.post("/desk/relay", events=events, groups=group).status_code == 409


@pytest.mark.parametrize("ids", ["x", "-1", "1" * 400, "1,2,x", "１", "99999999999"])
def test_strange_ids_name_nothing(card, ids):
    assert card.post("/desk/relay", events=ids, groups=ids).status_code in (303, 409)
    assert states() == ["due"]


def test_an_unsure_message_is_listed_and_settled_by_its_keeper(app, cast, robot, ticket, happen, receiver, phone):
    robot("5号楼")
    receiver.script[""] = ["truncated"]
    happen(ticket("5号楼"), "finish")
    expand()
    deliver(app)
    keeper, stranger = phone().sign_in("shen"), phone().sign_in("tang")
    assert "可能已发出" in keeper.get("/keep/relay").get_data(as_text=True)
    assert "可能已发出" not in stranger.get("/keep/relay").get_data(as_text=True)
    assert stranger.post("/keep/relay/messages/1/settle", answer="arrived").status_code == 404
    assert keeper.post("/keep/relay/messages/1/settle", answer="maybe").status_code == 422
    assert keeper.post("/keep/relay/messages/1/settle", answer="arrived").status_code == 303
    db.session.rollback()
    assert db.session.get_one(Message, 1).state == "sent"


def test_what_a_stopped_group_was_owed_is_no_failure_and_says_why(cast, phone, robot, ticket, happen):
    stopped, hearing = robot("5号楼", channel="manual"), robot("6号楼", channel="manual")
    for place in ("5号楼", "6号楼"):
        happen(ticket(place), "finish")
    expand(), db.session.rollback()
    with writing():
        find_by(Delivery, group_id=hearing).state = "failed"
    binding.disable(db.session.get_one(Group, stopped), cast.viewer("shen"), "楼在大修")
    shen = cast.viewer("shen")
    assert [owed.group.id for owed in queries.failed(shen)] == [hearing]
    assert [owed.group.id for owed in queries.held_back(shen)] == [stopped]
    assert queries.troubles(shen).failed == 1
    page = phone().sign_in("shen").get("/keep/relay").text
    failed, held = (page.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0] for heading in HEADINGS)
    assert "6号楼群" in failed and "5号楼群" not in failed
    assert "5号楼群" in held and "楼在大修" in held and "再发一次</button>" not in held
    binding.enable(db.session.get_one(Group, stopped), shen)
    db.session.rollback()
    assert [owed.group.id for owed in queries.failed(shen)] == [stopped, hearing]


def test_a_new_group_is_quiet_by_night_unless_its_keeper_chooses_otherwise(cast, phone) -> None:
    keeper = phone().sign_in("shen")
    keeper.get("/keep/groups/new/wecom_webhook")
    chosen = re.findall(r'<option selected value="(\d*)"', keeper.page.partition("什么时候发")[2])
    assert chosen == ["22", "7", ""] and "22 点到 7 点" in keeper.page
    usual = bind(keeper, quiet_from="22", quiet_until="7")
    never = bind(keeper, name="不设群")
    db.session.rollback()
    assert db.session.get_one(Group, usual).quiet_from == 22 and db.session.get_one(Group, never).quiet_from is None
    keeper.get(f"/keep/groups/{never}/change")
    assert not re.findall(r'<option selected value="\d+"', keeper.page.partition("什么时候发")[2])


@pytest.mark.parametrize("page", ["/desk", "/keep/"])
def test_a_dead_robot_is_told_where_its_keeper_looks_first_until_it_is_mended(
    app, cast, phone, receiver, robot, ticket, happen, page
) -> None:
    id_ = robot("5号楼", key="a-robot-that-is-gone")
    receiver.script["a-robot-that-is-gone"] = ["93000"]
    happen(ticket("5号楼"), "finish")
    expand(), deliver(app)
    keeper = phone().sign_in("shen")
    keeper.get(page)
    assert all(told in keeper.page for told in (LOOK, "1 个群停用了", 'href="/keep/relay"'))
    keeper.post(f"/keep/groups/{id_}/enable")
    keeper.post(f"/keep/groups/{id_}/retry")
    assert LOOK not in keeper.get(page).get_data(as_text=True)


def test_a_test_to_a_group_that_is_quiet_now_says_when_it_goes_out(app, cast, phone, receiver) -> None:
    keeper, hour = phone().sign_in("shen"), local(now()).hour
    id_ = bind(keeper, quiet_from=str(hour), quiet_until=str((hour + 2) % 24))
    keeper.get(f"/keep/groups/{id_}")
    keeper.post(f"/keep/groups/{id_}/test")
    expand(), deliver(app)
    assert "现在是这个群的安静时间" in keeper.get(f"/keep/groups/{id_}").get_data(as_text=True)
