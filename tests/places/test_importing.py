"""Importing places, on both databases: what is taken, what is refused and why, and that nothing is half done."""

import threading
from io import BytesIO

import pytest
import xlsxwriter
from sqlalchemy import func, select

from governance.core.db import db, writing
from governance.core.errors import Invalid
from governance.core.events import history
from governance.people.access.permissions import may
from governance.places.actions import add_place
from governance.places.importing import import_places, plan
from governance.places.model import Place
from governance.places.sheet import TEMPLATE, open_table

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both
HEAD = "类别,名称,上级,官方代码,户数,电话,接待时间,大字"


def anywhere(_place):
    return True


def table(*lines, head=HEAD, encoding="utf-8"):
    return open_table("\n".join((head, *lines)).encode(encoding), "places.csv")


def do(*lines, keeps=anywhere, **more):
    return import_places(table(*lines, **more), keeps, "测试", None)


def named(name):
    return db.session.scalars(select(Place).filter_by(name=name)).one()


def said(done):
    return [(problem.row, problem.column, problem.reason) for problem in done.problems]


def count():
    return db.session.scalar(select(func.count()).select_from(Place))


def test_a_row_becomes_a_place_that_knows_its_areas(cast):
    done = do("楼栋,7号楼,柳荫街道/银杏社区/3号院,,60,010-00000009,全天,是")
    place, yard = named("7号楼"), cast.place("3号院")
    assert (len(done.added), done.changed, done.same) == (1, [], 0)
    assert (place.parent_id, place.path) == (yard.id, f"{yard.path}{place.id}/")
    assert place.areas() == yard.areas()
    assert (place.households, place.phone, place.hours, place.large_text) == (60, "010-00000009", "全天", True)


def test_an_area_that_is_added_is_its_own_area_and_its_children_stand_in_it(cast):
    do("楼栋,甲楼,新社区/新网格", "网格,新网格,新社区", "社区,新社区,柳荫街道")
    community, grid, building = named("新社区"), named("新网格"), named("甲楼")
    assert (building.community_id, building.grid_id) == (community.id, grid.id)
    assert (building.street_id, building.district_id) == (cast.places["柳荫街道"], cast.places["示范区"])
    assert building.path == f"{grid.path}{building.id}/"


def test_the_same_file_again_changes_nothing(cast):
    lines = ("社区,新社区,柳荫街道,110105000001,2600,010-00000009,,", "楼栋,甲楼,110105000001,,60,,,是")
    do(*lines)
    versions = dict(db.session.execute(select(Place.id, Place.version)).all())
    again = do(*lines)
    assert (again.added, again.changed, again.same) == ([], [], 2)
    assert dict(db.session.execute(select(Place.id, Place.version)).all()) == versions
    assert len(history("place", named("新社区").id)) == 1


def test_a_changed_row_updates_and_a_blank_cell_leaves_the_fact_alone(cast):
    do("楼栋,甲楼,3号院,,60,010-00000009,全天,是")
    done = do("楼栋,甲楼,3号院,,61,,,")
    place = named("甲楼")
    assert [node.changes for node in done.changed] == [{"households": 61}]
    assert (place.households, place.phone, place.large_text) == (61, "010-00000009", True)


def test_what_stands_in_a_changed_place_is_rendered_anew_and_the_neighbour_is_not(cast):
    before = {name: cast.place(name).version for name in ("5号楼", "1号楼")}
    do("社区,银杏社区,柳荫街道,,,010-00000077,,")
    assert cast.place("5号楼").version == before["5号楼"] + 1
    assert cast.place("1号楼").version == before["1号楼"]


def test_an_official_code_finds_a_place_that_is_called_otherwise_now(cast):
    do("社区,旧名社区,柳荫街道,110105000001,,,,")
    old = named("旧名社区").id
    done = do("社区,新名社区,柳荫街道,110105000001,,,,", "楼栋,甲楼,新名社区")
    assert done.problems == [] and named("新名社区").id == old
    assert named("甲楼").community_id == old


def test_the_record_names_what_was_added_and_changed_in_each_community(cast):
    done = import_places(table("楼栋,甲楼,3号院", "楼栋,乙楼,8号院", "楼栋,5号楼,3号院,,9"), anywhere, "测试", None)
    assert done.problems == []
    event = history("place", cast.places["银杏社区"])[-1]
    assert (event.name, event.stream, event.scope) == (
        "place.import",
        cast.places["银杏社区"],
        cast.place("银杏社区").path,
    )
    assert event.data == {"added": [named("甲楼").id], "changed": [cast.places["5号楼"]]}
    assert history("place", cast.places["海棠社区"])[-1].data == {"added": [named("乙楼").id], "changed": []}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(cast):
    before = count()
    todo = plan(table("楼栋,甲楼,3号院", "楼栋,5号楼,3号院,,9", "楼栋,6号楼,3号院"), anywhere)
    assert (len(todo.added), len(todo.changed), todo.same) == (1, 1, 1)
    assert count() == before and cast.place("5号楼").households is None


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("大楼,甲楼,3号院", "类别", "类别只能是"),
        ("楼栋,,3号院", "名称", "要填名称"),
        ("楼栋," + "长" * 61 + ",3号院", "名称", "最多 60 个字"),
        ("楼栋,甲/乙,3号院", "名称", "不能有斜线"),
        ("楼栋,甲楼,", "上级", "要填上级"),
        ("区,新区,柳荫街道", "上级", "区没有上级"),
        ("楼栋,甲楼,没有的院", "上级", "没有找到上级"),
        ("社区,新社区,银杏社区", "上级", "社区里不能放社区"),
        ("楼栋,甲楼,3号院,1101", "官方代码", "要 12 位数字"),
        ("楼栋,甲楼,3号院,,很多", "户数", "整数"),
        ("楼栋,甲楼,3号院,,-3", "户数", "整数"),
        ("楼栋,甲楼,3号院,,,打电话", "电话", "电话号码"),
        ("楼栋,甲楼,3号院,,,," + "长" * 61, "接待时间", "最多 60 个字"),
        ("楼栋,甲楼,3号院,,,,,也许", "大字", "只填"),
        ("网格,3号院,第一网格", "上级", "网格里不能放网格"),
        ("楼栋,5号楼,第一网格/3号院,,9,,,", None, None),
    ],
)
def test_each_problem_is_named_by_row_and_column_and_stops_everything(cast, line, column, words):
    before = count()
    done = do("楼栋,好楼,3号院", line)
    if column is None:
        assert done.problems == []
        return
    assert [(problem.row, problem.column) for problem in done.problems] == [(3, column)]
    assert words in done.problems[0].reason
    assert count() == before


def test_all_problems_are_told_at_once_in_the_order_of_the_file(cast):
    done = do("楼栋,,3号院", "楼栋,甲楼,没有的院", "楼栋,乙楼,3号院,12,,,,也许")
    assert [(row, column) for row, column, _ in said(done)] == [(2, "名称"), (3, "上级"), (4, "官方代码"), (4, "大字")]


def test_only_the_first_two_hundred_problems_are_listed_and_all_are_counted(cast):
    done = do(*(f"楼栋,{number}幢,没有的院" for number in range(450)))
    assert (len(done.problems), len(done.shown_problems)) == (450, 200)


@pytest.mark.parametrize(
    ("second", "reason"),
    [("楼栋,甲楼,银杏社区/3号院,,,,,", "和第 2 行重复"), ("楼栋,乙楼,3号院,110105000001", "这个官方代码")],
)
def test_two_rows_about_the_same_place_are_refused(cast, second, reason):
    done = do("楼栋,甲楼,3号院,110105000001", second)
    assert [row for row, _, _ in said(done)] == [3]
    assert reason in said(done)[0][2] or "重复" in said(done)[0][2]


def test_a_parent_that_could_be_several_is_refused_until_it_is_written_from_further_up(cast):
    with writing():
        add_place("courtyard", "3号院", cast.place("第二网格"), "测试")
    assert "请从街道写起" in said(do("楼栋,甲楼,3号院"))[0][2]
    assert do("楼栋,甲楼,银杏社区/3号院").problems == []
    assert named("甲楼").community_id == cast.places["银杏社区"]


def test_an_official_code_cannot_move_a_place_nor_change_its_kind(cast):
    do("社区,新社区,柳荫街道,110105000001")
    assert "已经是别处的" in said(do("小区,新院,银杏社区,110105000001"))[0][2]
    assert "导入不能改类别" in said(do("楼栋,3号院,第一网格"))[0][2]


def test_a_keeper_reaches_only_own_places_and_others_look_as_if_they_were_not_there(cast):
    shen = cast.viewer("shen")

    def keeps(place):
        return may(shen, "place.keep", place)

    assert do("楼栋,甲楼,银杏社区/3号院", keeps=keeps).problems == []
    foreign, missing = (said(do(f"楼栋,乙楼,{name}", keeps=keeps))[0][2] for name in ("8号院", "9号院"))
    assert foreign.replace("8", "9") == missing
    assert said(do("社区,新社区,柳荫街道", keeps=keeps))[0][2] == "不在您管的地方"
    assert said(do("区,新区,", keeps=keeps))[0][2] == "不在您管的地方"


def test_the_plan_that_was_seen_is_the_one_that_is_done_or_none(cast):
    rows = table("楼栋,甲楼,3号院")
    digest = plan(rows, anywhere).digest
    with writing():
        add_place("building", "甲楼", cast.place("3号院"), "测试")
    before = count()
    again = import_places(rows, anywhere, "测试", None, seen=digest)
    assert again.digest != digest and count() == before
    assert history("place", cast.places["银杏社区"])[-1].name != "place.import"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(cast, encoding):
    do("楼栋,𠮷祥楼,3号院", encoding=encoding)
    assert named("𠮷祥楼").parent_id == cast.places["3号院"]


def test_a_workbook_is_read_with_its_numbers_as_people_see_them(cast):
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for index, row in enumerate((HEAD.split(","), ["楼栋", "甲楼", "3号院", "", 60, "010-00000009", "", "是"])):
            sheet.write_row(index, 0, row)
    import_places(open_table(out.getvalue(), "places.xlsx"), anywhere, "测试", None)
    assert named("甲楼").households == 60


def test_headings_may_be_written_in_other_ways(cast):
    done = do("building,甲楼,3号院,60", head=" 类型 *,地点名称,上级地点（路径）,户 数")
    assert done.problems == [] and named("甲楼").households == 60


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", "名称,上级\n甲,乙".encode(), HEAD.encode(), "类别,类型,名称,上级\n,,,".encode()]
)
def test_what_is_no_such_table_is_refused_with_a_reason(cast, content):
    with pytest.raises(Invalid) as refused:
        do_bytes(content)
    assert refused.value.fields["file"]


def do_bytes(content):
    return import_places(open_table(content, "x.csv"), anywhere, "测试", None)


def test_the_template_is_a_table_we_read_ourselves(cast):
    done = plan(table(*(",".join(row) for row in TEMPLATE[1:])), anywhere)
    assert {problem.column for problem in done.problems} == {"上级"}


def test_two_imports_of_the_same_file_at_once_leave_every_place_once(app, cast):
    rows, outcomes = table(*(f"楼栋,{number}幢,3号院" for number in range(50))), []

    def one():
        with app.app_context():
            try:
                outcomes.append(len(import_places(rows, anywhere, "测试", None).added))
            except Exception as trouble:  # noqa: BLE001 - the outcome is judged below
                outcomes.append(type(trouble).__name__)
            db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(50) == 1
    assert set(outcomes) <= {50, 0, "Refused"}
    db.session.rollback()
    assert count() - 50 == 11
