"""After a matter was passed on, the worker gets words for the group, unless the matter is private."""

import pytest

from governance.assistant.transcripts import actions
from tests.assistant.transcripts.test_routes import hidden, tick

BACK = "回到群里可以说"


@pytest.fixture
def gao(phone):
    return phone().sign_in("gao")


def passed(gao, group: int, words: str = "电梯又坏了", **more: str) -> str:
    """The page after it was passed on, from a group where nothing else was said."""
    tick(gao, group, 0, pasted=f"张三 21:05\n{words}")
    given = {"words": words, "category": "lift"} | more
    assert gao.post("/desk/pasted/matter", **given, **hidden(gao)).status_code == 303
    return gao.get("/desk/pasted").text


def test_the_worker_has_an_answer_for_the_group_with_the_ticket_s_address(gao, robot):
    page = passed(gao, robot("5号楼", channel="manual"))
    assert BACK in page and "https://onecode.example/t/" in page


@pytest.mark.parametrize("more", [{"private": "1"}, {"words": "有人尾随我"}, {"category": "violence"}])
def test_of_a_private_matter_nothing_is_offered_to_say_in_the_group(gao, robot, more):
    page = passed(gao, robot("5号楼", channel="manual"), **more)
    assert "单独告诉说的人" in page and BACK not in page and page.count("/t/") == 1  # for the worker


@pytest.mark.parametrize(("who", "groups"), [("gao", 1), ("shen", 1), ("tang", 0), ("qiao", 0)])
def test_only_those_who_work_at_a_place_paste_the_talk_of_its_groups(cast, robot, who, groups):
    id_ = robot("5号楼", channel="manual")
    assert len(actions.pasteable_groups(cast.viewer(who))) == groups
    assert (actions.pasteable_group(cast.viewer(who), str(id_)) is not None) is bool(groups)
