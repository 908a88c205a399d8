"""Importing groups: all rows or none, repeatable without change, and no secret is shown."""

import io

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from governance.core import media
from governance.core.db import db, find_by, writing
from governance.core.errors import Invalid
from governance.core.events import Event
from governance.places.sheet import open_table
from governance.relay import robots
from governance.relay.groups import binding
from governance.relay.groups.import_apply import import_groups
from governance.relay.groups.import_plan import plan
from governance.relay.model import Group
from tests.groups import settings_in_database
from tests.peers.platform import AES_KEY

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both
HEAD = "群名,地点,通道,谁在群里,负责人账号,安静从,安静到,key"
KEY = "a-very-secret-robot-key"
ROBOT = f"3号院群,3号院,企业微信群机器人,居民群,,22,7,{KEY}"
HAND = "5号楼群,柳荫街道/银杏社区/3号院/5号楼,人工转发,居民群,shen,,,"


def table(*rows: str, head: str = HEAD):
    return open_table("\n".join((head, *rows)).encode(), "群.csv")


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Group.name).order_by(Group.id)))


def test_every_row_becomes_a_group_bound_to_its_place(cast):
    done = import_groups(table(ROBOT, HAND), cast.viewer("shen"))
    assert len(done.added) == 2 and names() == ["3号院群", "5号楼群"]
    robot, hand = find_by(Group, name="3号院群"), find_by(Group, name="5号楼群")
    assert robot.bound == {"key": KEY} and robot.robot and (robot.quiet_from, robot.quiet_until) == (22, 7)
    assert [place.name for place in hand.places] == ["5号楼"] and hand.keeper_id == cast.people["shen"]
    assert hand.grid_id == cast.places["第一网格"]
    assert KEY not in settings_in_database(robot.id)


def test_the_same_file_again_changes_nothing_and_a_changed_one_only_what_changed(cast):
    import_groups(table(ROBOT, HAND), cast.viewer("shen"))
    again = import_groups(table(ROBOT, HAND), cast.viewer("shen"))
    assert (len(again.added), len(again.changed), again.same) == (0, 0, 2)
    changed = import_groups(table(ROBOT.replace("22,7", "21,6").replace(KEY, ""), HAND), cast.viewer("shen"))
    assert (len(changed.added), len(changed.changed), changed.same) == (0, 1, 1)
    db.session.expire_all()
    robot = find_by(Group, name="3号院群")
    assert (robot.quiet_from, robot.quiet_until) == (21, 6) and robot.bound == {"key": KEY}


def test_a_persons_own_line_is_no_group_to_an_import(cast):
    with writing():
        db.session.add(
            Group(person_id=cast.people["gao"], audience="worker", name="", channel="wecom_app", settings="{}")
        )
    assert len(plan(table(HAND), cast.viewer("shen")).added) == 1


def test_a_dry_run_binds_nothing(cast):
    assert len(plan(table(ROBOT), cast.viewer("shen")).added) == 1
    assert names() == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("甲群,没有的楼,人工转发,居民群,,,,", "地点"),
        ("甲群,8号院,人工转发,居民群,,,,", "地点"),
        ("甲群,3号院,信鸽,居民群,,,,", "通道"),
        ("甲群,3号院,人工转发,路人,,,,", "谁在群里"),
        ("甲群,3号院,人工转发,居民群,nobody,,,", "负责人账号"),
        ("甲群,3号院,人工转发,居民群,tang,,,", "负责人账号"),
        ("甲群,3号院,人工转发,居民群,gao,,,", "负责人账号"),
        ("甲群,3号院,人工转发,居民群,,25,7,", "安静从"),
        ("甲群,3号院,人工转发,居民群,,22,,", "安静到"),
        ("甲群,3号院,企业微信群机器人,居民群,,,,", "key"),
        (",3号院,人工转发,居民群,,,,", "群名"),
        (HAND, "群名"),
    ],
)
def test_what_is_wrong_is_said_by_its_row_and_nothing_is_bound(cast, row, column):
    done = import_groups(table(HAND, row), cast.viewer("shen"))
    assert [(problem.row, problem.column) for problem in done.problems] == [(3, column)]
    assert names() == []


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("甲群,没有的楼,人工转发,居民群,nobody,,,", {"地点", "负责人账号"}),
        ("甲群,3号院,信鸽,居民群,nobody,,,", {"通道", "负责人账号"}),
        ("甲群,3号院,企业微信群机器人,居民群,nobody,,,", {"key", "负责人账号"}),
        ("甲群,3号院,企业微信群机器人,居民群,tang,,,", {"key", "负责人账号"}),
        (HAND.replace("shen", "nobody"), {"群名", "负责人账号"}),
    ],
)
def test_a_keeper_nobody_knows_is_said_at_once_beside_what_else_is_wrong(cast, row, columns):
    problems = plan(table(HAND, row), cast.viewer("shen")).problems
    assert {(problem.row, problem.column) for problem in problems} == {(3, column) for column in columns}
    assert len(problems) == len(columns)


def test_a_missing_column_is_named(cast):
    with pytest.raises(Invalid, match="通道"):
        plan(table("甲群,3号院", head="群名,地点"), cast.viewer("shen"))


def test_no_reason_repeats_a_secret_even_from_a_column_out_of_line(cast):
    rows = (f"甲群,{KEY},企业微信群机器人,居民群,,,,", f"乙群,3号院,{KEY},{KEY},{KEY},{KEY},,x y")
    problems = plan(table(*rows), cast.viewer("shen")).problems
    assert problems and not any(KEY in f"{problem.column}{problem.reason}" for problem in problems)


def test_one_group_of_another_bot_is_bound_once(cast):
    head = "群名,地点,通道,谁在群里,bot,chat,key"
    key = "k" * 24
    rows = [f"{name},3号院,别的机器人,居民群,own-bot,chat-1,{key}" for name in ("甲群", "乙群")]
    done = plan(table(*rows, head=head), cast.viewer("shen"))
    assert [problem.row for problem in done.problems] == [3]


def bot_row(name: str, key: str) -> str:
    return f"{name},3号院,别的机器人,居民群,own-bot,{name},{key * 24}"


@pytest.mark.parametrize("bound", [True, False])
def test_one_name_of_a_bot_has_one_key_in_a_community(cast, bound):
    """Whether the other group is bound already or comes in the same file."""
    head = "群名,地点,通道,谁在群里,bot,chat,key"
    if bound:
        import_groups(table(bot_row("甲群", "k"), head=head), cast.viewer("shen"))
    rows = (bot_row("甲群", "k"), bot_row("乙群", "x"), bot_row("丙群", "k"))
    done = plan(table(*rows, head=head), cast.viewer("shen"))
    assert [(problem.row, problem.column) for problem in done.problems] == [(3, "key")]


def test_the_key_of_a_bot_is_not_changed_by_a_file(cast):
    head = "群名,地点,通道,谁在群里,bot,chat,key"
    import_groups(table(bot_row("甲群", "k"), head=head), cast.viewer("shen"))
    done = plan(table(bot_row("甲群", "x"), head=head), cast.viewer("shen"))
    assert [(problem.row, problem.column) for problem in done.problems] == [(2, "key")]


@pytest.mark.parametrize(("keeper", "problems"), [("shen", []), ("tang", ["number"])])
def test_a_robot_s_number_is_of_use_only_to_who_keeps_the_robot(cast, keeper, problems):
    """And a robot that only answers is told of nothing, as when its group is bound on the page."""
    given = {"token": "a-token-of-theirs", "aes_key": AES_KEY}
    place = {"shen": "银杏社区", "tang": "海棠社区"}[keeper]
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), given)
    with writing():
        number = robots.number_for("ginkgo", "chat-1")
    row = f"甲群,{place},企业微信智能机器人,居民群,{number}"
    done = import_groups(table(row, head="群名,地点,通道,谁在群里,number"), cast.viewer(keeper))
    assert [problem.column for problem in done.problems] == problems
    assert [group.receives for group in db.session.scalars(select(Group))] == ([] if problems else [False])


def test_the_record_names_the_groups_and_nothing_of_their_settings(cast):
    import_groups(table(ROBOT, HAND), cast.viewer("shen"))
    (event,) = db.session.scalars(select(Event).filter_by(noun="group", verb="import"))
    assert len(event.data["added"]) == 2 and KEY not in str(event.data) and event.stream == cast.places["银杏社区"]


def test_an_import_on_the_page_is_shown_first_and_leaves_no_secret_anywhere(app, cast, phone):
    with capture_logs() as logged:
        seen = _imported_on_the_page(phone().sign_in("shen"), cast)
    assert any(line.get("path") == "/keep/groups/import" for line in logged) and KEY not in str(logged)
    assert not any(KEY in answer.text for answer in seen)


def _imported_on_the_page(shen, cast):
    data = "\n".join((HEAD, ROBOT, HAND)).encode()
    seen = [shen.post("/keep/groups/import", file=(io.BytesIO(data), "群.csv"))]
    assert seen[-1].status_code == 200 and names() == []
    waiting = media.get(f"imports/groups/{cast.people['shen']}")
    assert KEY.encode() not in waiting
    seen.append(shen.post("/keep/groups/import/confirm", digest=shen.field("digest")))
    assert "加了 2 个群" in seen[-1].text and len(names()) == 2
    group = find_by(Group, name="3号院群")
    for address in ("/keep/groups", f"/keep/groups/{group.id}", f"/keep/groups/{group.id}/change", "/keep/relay"):
        seen.append(shen.get(address))
    wrong = {"name": "3号院群", "places": "没有的地方", "set_key": KEY, "audience": "residents"}
    seen.append(shen.post(f"/keep/groups/{group.id}/change", **wrong))
    assert seen[-1].status_code == 422
    return seen


def test_what_is_confirmed_is_what_was_seen(phone, cast):
    shen, other = phone().sign_in("shen"), phone().sign_in("shen")
    for who, row in ((shen, HAND), (other, HAND.replace("5号楼群", "别的群"))):
        who.post("/keep/groups/import", file=(io.BytesIO(f"{HEAD}\n{row}".encode()), "群.csv"))
    again = shen.post("/keep/groups/import/confirm", digest=shen.field("digest"))
    assert again.status_code == 409 and names() == []


def test_the_template_can_be_uploaded_as_it_comes(phone, cast):
    shen = phone().sign_in("shen")
    template = shen.get("/keep/groups/import/template.csv").data
    answer = shen.post("/keep/groups/import", file=(io.BytesIO(template), "groups.csv"))
    assert answer.status_code == 422 and "没有找到这个地点" in answer.text


def hours(name: str) -> tuple[int | None, int | None]:
    db.session.expire_all()
    group = find_by(Group, name=name)
    return group.quiet_from, group.quiet_until


def test_a_new_group_is_quiet_by_night_unless_the_file_says_otherwise(cast):
    off = HAND.replace("5号楼群", "不设群").replace("shen,,,", "shen,不设,不设,")
    import_groups(table(HAND, off, ROBOT.replace("22,7", "21,6")), cast.viewer("shen"))
    assert (hours("5号楼群"), hours("不设群"), hours("3号院群")) == ((22, 7), (None, None), (21, 6))
    assert import_groups(table(HAND, off), cast.viewer("shen")).same == 2


def test_a_group_that_is_bound_without_quiet_hours_keeps_none_until_its_row_says_some(cast):
    binding.add(cast.viewer("shen"), "manual", "residents", "5号楼群", {}, [cast.place("5号楼")])
    assert import_groups(table(HAND), cast.viewer("shen")).same == 1 and hours("5号楼群") == (None, None)
    import_groups(table(HAND.replace("shen,,,", "shen,23,6,")), cast.viewer("shen"))
    assert hours("5号楼群") == (23, 6)
    import_groups(table(HAND.replace("shen,,,", "shen,不设,不设,")), cast.viewer("shen"))
    assert hours("5号楼群") == (None, None)


def test_two_communities_may_import_bots_of_one_name_whose_groups_are_called_alike(cast):
    head = "群名,地点,通道,谁在群里,bot,chat,key"
    near = f"甲群,3号院,别的机器人,居民群,own-bot,chat-1,{'k' * 24}"
    import_groups(table(near, head=head), cast.viewer("shen"))
    far = near.replace("甲群,3号院", "乙群,8号院")
    (problem,) = plan(table(far, head=head), cast.viewer("tang")).problems
    assert "别的社区" in problem.reason and "甲群" not in problem.reason
    done = import_groups(table(far.replace("k" * 24, "x" * 24), head=head), cast.viewer("tang"))
    assert not done.problems and len(done.added) == 1
