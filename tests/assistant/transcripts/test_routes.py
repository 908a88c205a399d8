"""群消息录入: a worker passes a chat on, matter by matter, as tickets or as words in a topic."""

import re
import uuid

import pytest

from governance.core.db import db, find_by, writing
from governance.core.events import Event
from governance.discussions import contributions
from governance.discussions.model import Reply, Statement
from governance.relay.groups import binding
from governance.tickets.model import Ticket
from tests.assistant.transcripts.test_parse import PASTE
from tests.discussions.hall import begun


@pytest.fixture
def group(robot):
    return robot("5号楼", channel="manual")


@pytest.fixture
def gao(phone):
    return phone().sign_in("gao")


def tick(worker, group, *numbers, pasted=PASTE):
    worker.get("/desk/pasted")
    return worker.post("/desk/pasted", group=str(group), pasted=pasted, line=[str(one) for one in numbers])


def hidden(worker) -> dict[str, str]:
    """What the page of a matter carries along."""
    rest = re.search(r'<textarea[^>]*name="rest"[^>]*>\s*([^<]*)</textarea>', worker.page)
    return {name: worker.field(name) for name in ("submission", "group", "place", "sender")} | {
        "rest": rest[1] if rest else ""
    }


def test_a_paste_becomes_a_ticket_by_the_workers_hand_and_the_rest_is_gone_on_with(gao, group, cast):
    assert tick(gao, group).status_code == 200 and "楼道灯坏了" in gao.page
    tick(gao, group, 0, 1)
    kept = hidden(gao)
    answer = gao.post("/desk/pasted/matter", words="电梯关门哐当响", category="lift", **kept)
    assert answer.status_code == 200 and "记下了" in answer.text and "楼道灯坏了" in answer.text
    db.session.rollback()
    ticket = find_by(Ticket, source="group")
    assert ticket.assisted_by_id == cast.people["gao"] and ticket.place_id == cast.places["5号楼"]
    assert ticket.contact_name is None and "老周" not in ticket.words
    again = gao.post("/desk/pasted/matter", words="电梯关门哐当响", category="lift", **kept)
    assert again.status_code == 200 and db.session.query(Ticket).count() == 1
    tick(gao, group, 0, pasted="王姐：楼道灯坏了")
    answer = gao.post("/desk/pasted/matter", words="楼道灯坏了", category="light", keep_sender="y", **hidden(gao))
    assert answer.status_code == 303 and "编号" in gao.get("/desk/pasted").text
    db.session.rollback()
    assert find_by(Ticket, words="楼道灯坏了").contact_name == "王姐"


def test_a_report_from_a_paste_is_marked_as_from_the_group_and_one_made_at_the_code_is_not(gao, phone, group, ticket):
    tick(gao, group, 0)
    gao.post("/desk/pasted/matter", words="电梯关门哐当响", category="lift", **hidden(gao))
    db.session.rollback()
    pasted, scanned = find_by(Ticket, source="group").ref, db.session.get_one(Ticket, ticket()).ref
    for reader in (gao, phone()):
        assert "转自群聊" in reader.get(f"/t/{pasted}").text and "转自群聊" not in reader.get(f"/t/{scanned}").text
    assert gao.get("/desk").text.count("转自群聊") == 1


def test_words_of_a_group_that_somebody_objects_to_are_shown_to_staff_as_from_the_group(phone, group, cast):
    topic, shen = begun(cast), phone().sign_in("shen")
    tick(shen, group, 0)
    shen.post("/desk/pasted/matter", words="先装两个充电桩", into=str(topic.id), category="", **hidden(shen))
    db.session.rollback()
    with writing():
        contributions.flag(find_by(Statement, words="先装两个充电桩"), cast.known("小丁"), "这不是事实")
    head = shen.get("/desk/topics").text.partition("先装两个充电桩")[0].rpartition("card")[2]
    assert "转自群聊" in head and "shen" not in head


def test_nothing_typed_is_lost_when_something_is_wrong(gao, group):
    assert gao.post("/desk/pasted", group="", pasted=PASTE).status_code == 422 and "楼道灯坏了" in gao.page
    tick(gao, group, 0)
    kept = hidden(gao)
    answer = gao.post("/desk/pasted/matter", words="改过的话", category="", **kept)
    assert answer.status_code == 422 and "改过的话" in answer.text and "楼道灯坏了" in answer.text
    stale = gao.post("/desk/pasted/matter", words="改过的话", category="lift", csrf_token="old", **kept)
    assert stale.status_code == 422 and "改过的话" in stale.text and "页面放久了" in stale.text
    lost = gao.post("/desk/pasted/matter", words="改过的话", **(kept | {"group": "999999"}))
    assert lost.status_code == 422 and "改过的话" in lost.text and "楼道灯坏了" in lost.text


def choices(worker) -> list[str]:
    return re.findall(
        r"<option[^>]*>([^<]*)</option>", worker.page.partition('name="group"')[2].partition("</select>")[0]
    )


def chosen(worker) -> str:
    picked = re.search(r'<option selected value="(\d*)"', worker.page)
    return picked[1] if picked else ""


@pytest.fixture
def many(cast):
    """More groups than one sees at a glance, two of them at 6号楼; their ids."""
    made = [
        binding.add(cast.viewer("shen"), "manual", "residents", f"邻里{number}群", {}, [cast.place("5号楼")]).id
        for number in range(10)
    ]
    six = [cast.place("6号楼")]
    return made + [
        binding.add(cast.viewer("shen"), "manual", "residents", name, {}, six).id for name in ("甲群", "乙群")
    ]


def test_a_worker_searches_the_groups_and_keeps_what_was_pasted(gao, many):
    gao.get("/desk/pasted")
    assert len(choices(gao)) == 13 and 'name="look"' in gao.page
    assert gao.post("/desk/pasted", find="6号楼", pasted=PASTE, look="1").status_code == 200
    assert choices(gao) == ["不在下面，写楼", "乙群（6号楼）", "甲群（6号楼）"] and "楼道灯坏了" in gao.page
    assert 'role="alert"' not in gao.page and 'value="6号楼"' in gao.page
    assert gao.post("/desk/pasted", find="邻里7", pasted=PASTE).status_code == 200  # Enter in the search
    assert chosen(gao) == str(many[7]) and "楼道灯坏了" in gao.page
    assert gao.post("/desk/pasted", find="没有的", group=chosen(gao), pasted=PASTE, look="1").status_code == 200
    assert "没有找到" in gao.page and chosen(gao) == str(many[7])
    gao.post("/desk/pasted", find="邻里7", group=str(many[7]), pasted=PASTE)
    assert "勾出一件事" in gao.page
    for strange in ("\0", "邻\0里7", "%_\\", "字" * 5000):
        assert gao.post("/desk/pasted", find=strange, pasted=PASTE, look="1").status_code in (200, 422)
    stale = gao.post("/desk/pasted", find="邻里7", pasted=PASTE, look="1", csrf_token="old")
    assert stale.status_code == 422 and "楼道灯坏了" in stale.text


def test_a_search_finds_no_group_of_another_grid(gao, many, robot):
    robot("8号院", channel="manual")
    gao.get("/desk/pasted")
    gao.post("/desk/pasted", find="8号院", pasted=PASTE, look="1")
    assert choices(gao) == ["不在下面，写楼"] and "没有找到" in gao.page


def test_a_few_groups_need_no_search(gao, group):
    gao.get("/desk/pasted")
    assert 'name="look"' not in gao.page


def test_a_worker_passes_on_only_what_was_said_in_their_own_groups(gao, robot):
    far = robot("8号院", channel="manual")
    assert tick(gao, far, 0).status_code == 422
    assert gao.post("/desk/pasted", group="", place="海棠社区/8号院", pasted=PASTE).status_code == 422


def test_a_paste_becomes_words_in_a_topic_marked_as_from_a_group(phone, group, cast):
    topic, shen = begun(cast), phone().sign_in("shen")
    tick(shen, group, 0)
    answer = shen.post(
        "/desk/pasted/matter", words="先装两个充电桩试试", into=str(topic.id), category="", **hidden(shen)
    )
    assert answer.status_code == 200, answer.text
    db.session.rollback()
    said = find_by(Statement, words="先装两个充电桩试试")
    assert said.from_group and said.author_id == cast.people["shen"]
    shown = phone().get(f"/topics/{topic.ref}/statements").text
    assert "转自群聊" in shown and "shen" not in shown
    assert find_by(Event, verb="statement_say").data["from_group"] is True
    tick(shen, group, 0)
    shen.post("/desk/pasted/matter", words="长话" * 100, into=str(topic.id), category="", **hidden(shen))
    db.session.rollback()
    assert find_by(Reply, from_group=True) is not None


def test_a_topic_that_is_not_open_here_is_not_to_be_had(gao, group):
    tick(gao, group, 0)
    answer = gao.post("/desk/pasted/matter", words="话", into="999", category="lift", **hidden(gao))
    assert answer.status_code == 422 and str(uuid.uuid4()) not in answer.text


@pytest.fixture
def two(cast):
    """A group of two buildings; its id."""
    places = [cast.place("5号楼"), cast.place("6号楼")]
    return binding.add(cast.viewer("shen"), "manual", "residents", "两楼群", {}, places).id


def at(worker, field="at") -> list[tuple[str, bool]]:
    """What there is to choose from, and which is chosen."""
    shown = worker.page.partition(f'name="{field}"')[2].partition("</select>")[0]
    return [(name, "selected" in how) for how, name in re.findall(r"<option([^>]*)>([^<]*)</option>", shown)]


def test_a_matter_of_a_group_of_two_buildings_is_where_its_words_say(gao, two, cast):
    gao.get("/desk/pasted")
    assert "两楼群（5号楼、6号楼）" in choices(gao)
    tick(gao, two, pasted="张三 21:05\n6号楼电梯又坏了\n王姐：灯不亮")
    assert "两楼群（5号楼、6号楼）" in gao.page.partition("勾出一件事")[2].partition("</h2>")[0]
    tick(gao, two, 0, pasted="张三 21:05\n6号楼电梯又坏了\n王姐：灯不亮")
    assert at(gao) == [("请选", False), ("5号楼", False), ("6号楼", True)]
    assert "两楼群" in gao.page and "3号院 5号楼" not in gao.page
    kept = hidden(gao) | {"at": str(cast.places["6号楼"])}
    gao.post("/desk/pasted/matter", words="电梯又坏了", category="lift", **kept)
    db.session.rollback()
    assert find_by(Ticket, source="group").place_id == cast.places["6号楼"]


def test_what_is_too_grave_is_never_public_though_nobody_ticked_it(gao, two, cast):
    tick(gao, two, 0, pasted="钱七：5号楼有人尾随我")
    gao.post(
        "/desk/pasted/matter", words="5号楼有人尾随我", category="lift", at=str(cast.places["5号楼"]), **hidden(gao)
    )
    db.session.rollback()
    assert find_by(Ticket, source="group").private


def test_where_its_words_name_no_building_the_worker_is_asked(gao, two, cast):
    tick(gao, two, 0, pasted="张三：电梯又坏了")
    assert at(gao) == [("请选", True), ("5号楼", False), ("6号楼", False)]
    kept = hidden(gao)
    for where in ("999999", "x", str(cast.places["8号院"]), ""):
        answer = gao.post("/desk/pasted/matter", words="电梯又坏了", category="lift", at=where, **kept)
        assert answer.status_code == 422 and db.session.query(Ticket).count() == 0
    assert "请选是在哪一处" in gao.page
    tick(gao, two, 0, pasted="5号楼和6号楼都停水")
    assert at(gao)[0] == ("请选", True)


def test_words_for_a_topic_need_no_building(phone, two, cast):
    topic, shen = begun(cast), phone().sign_in("shen")
    tick(shen, two, 0)
    put = {"words": "先装两个充电桩", "into": str(topic.id), "category": "", "at": ""}
    answer = shen.post("/desk/pasted/matter", **put, **hidden(shen))
    assert answer.status_code == 200 and find_by(Statement, words="先装两个充电桩")


def test_a_group_of_one_building_asks_nobody_where(gao, group):
    tick(gao, group, 0)
    assert at(gao) == [] and "3号院 5号楼" in gao.page


def test_a_group_of_many_places_is_called_by_the_first_of_them(gao, cast):
    names = ("3号院", "5号楼", "6号楼", "第一网格")
    places = [cast.place(name) for name in names]
    binding.add(cast.viewer("shen"), "manual", "residents", "大群", {}, places)
    gao.get("/desk/pasted")
    assert "大群（第一网格、3号院、5号楼等 4 处）" in choices(gao)


def test_what_somebody_answered_stands_beside_their_words_and_not_in_them(gao, group):
    tick(gao, group, pasted="「张三：电梯又坏了」\n- - - - -\n我也是\n王姐：灯不亮")
    assert "回的是：电梯又坏了" in gao.page and 'value="2"' not in gao.page.partition("勾出一件事")[2]
    for own, kept in (
        ("三楼的灯灭了", "三楼的灯灭了"),
        ("我也是", "电梯又坏了"),
    ):  # "the same here" says nothing by itself
        tick(gao, group, 0, pasted=f"「张三：电梯又坏了」\n- - - - -\n{own}\n王姐：灯不亮")
        words = re.search(r'<textarea[^>]*name="words"[^>]*>\s*([^<]*)</textarea>', gao.page)
        assert words and words[1].strip() == kept


@pytest.mark.parametrize("pasted", ["张三：6号楼电梯又坏了", "「张三：6号楼电梯又坏了」\n- - - - -\n我也是"])
def test_the_category_and_the_building_are_chosen_beforehand_where_the_words_or_what_they_answer_tell(gao, two, pasted):
    tick(gao, two, 0, pasted=pasted)
    assert ("电梯", True) in at(gao, "category") and ("6号楼", True) in at(gao)
    tick(gao, two, 0, pasted="张三：天上掉下一只猫")
    assert ("请选", True) in at(gao, "category")
