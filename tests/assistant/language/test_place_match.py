"""Which place words name: by full or short name, beside the group's own, or the courtyard in common."""

import pytest
from sqlalchemy import select

from governance.assistant.language.place_match import common_courtyard, foreign_place_name, named_places, resolve_place
from governance.core.db import db, writing
from governance.places.actions import add_place
from governance.places.model import Place
from governance.tickets.model import Ticket
from tests.assistant.bot import bind_bot

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both
NAMED = {
    "15号楼灯不亮": ["15号楼"],
    "十五号楼灯不亮": ["15号楼"],
    "5号楼灯不亮": ["5号楼"],
    "五号楼和15号楼": ["5号楼", "15号楼"],
    "5": ["5号楼"],
    "一": [],
    "": [],
    "号楼": [],
}


def test_five_is_not_fifteen(cast) -> None:
    with writing():
        places = [cast.place("5号楼"), add_place("building", "15号楼", cast.place("3号院"), "demo")]
    found = {words: [place.name for place in named_places(places, words)] for words in NAMED}
    assert found == NAMED


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("6号楼电梯坏了", "6号楼"),
        ("对面六号楼装修太吵", "6号楼"),
        ("5号楼和6号楼都停水", "5号楼"),
        ("6栋电梯坏了", "6号楼"),
        ("6#楼电梯坏了", "6号楼"),
        ("5、6号楼都停水了", "5号楼"),
        ("不是6号楼，电梯坏了", "5号楼"),
        ("16号楼电梯坏了", "3号院"),  # nobody knows it: somebody of the courtyard will
        ("电梯坏了", "5号楼"),
    ],
)
def test_in_the_group_of_a_building_one_may_speak_of_the_one_beside_it(say, cast, words, place) -> None:
    assert place in say(f"报事 {words}")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places[place]


@pytest.mark.parametrize(
    ("bound", "words", "place"),
    [
        (("5号楼", "6号楼"), "6号楼灯不亮", "6号楼"),
        (("5号楼", "6号楼"), "5号楼和6号楼之间的路灯不亮", "3号院"),
        (("3号院", "5号楼"), "3号院5号楼灯不亮", "5号楼"),
        (("3号院",), "6号楼灯不亮", "6号楼"),
        (("3号院",), "大门口灯不亮", "3号院"),
    ],
)
def test_a_report_goes_to_the_narrowest_place_that_its_words_name(say, cast, bound, words, place) -> None:
    bind_bot(cast, *bound, chat="chat-yard")
    assert "编号" in say(f"报事 {words}", group="chat-yard")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places[place]


@pytest.mark.parametrize("bound", [("5号楼",), ("3号院",), ("5号楼", "6号楼"), ("银杏社区",)])
@pytest.mark.parametrize(
    ("words", "place"), [("9号院2号楼漏水了", "2号楼"), ("9号院的路灯不亮", "9号院"), ("花园九号院2栋漏水了", "2号楼")]
)
def test_a_courtyard_of_the_community_that_is_named_is_meant_and_no_building_of_ones_own(
    say, cast, bound, words, place
):
    with writing():
        yard = add_place("courtyard", "花园9号院", cast.place("银杏社区"), "demo")
        ids = {"9号院": yard.id, "2号楼": add_place("building", "2号楼", yard, "demo").id}
        add_place("building", "2号楼", cast.place("3号院"), "demo")
    bind_bot(cast, *bound, chat="chat-there")
    assert "编号" in say(f"报事 {words}", group="chat-there")
    assert db.session.scalars(select(Ticket)).one().place_id == ids[place]


@pytest.fixture
def district(cast) -> dict[str, int]:
    """Beside the cast's: 花园9号院 with 2号楼 and 5号楼, 银杏苑东区 and 西区 with a 3号楼; elsewhere 海棠苑北区."""
    found = dict(cast.places)
    with writing():
        for name, above, buildings in (
            ("花园9号院", "银杏社区", ("2号楼", "5号楼")),
            ("银杏苑东区", "银杏社区", ("3号楼",)),
            ("银杏苑西区", "银杏社区", ("3号楼",)),
            ("海棠苑北区", "海棠社区", ("3号楼",)),
        ):
            yard = add_place("courtyard", name, cast.place(above), "demo")
            found[name] = yard.id
            found |= {f"{name}/{one}": add_place("building", one, yard, "demo").id for one in buildings}
    return found


def meant(district: dict[str, int], bound: str, words: str) -> str:
    """The place that is meant in the group bound to these, or a question mark."""
    places = [db.session.get_one(Place, district[name]) for name in bound.split("、")]
    found = resolve_place(places, words)
    return next(name for name, id_ in district.items() if found and id_ == found.id) if found else "?"


MEANT = {
    # of the group's own
    ("5号楼", "3号院门口路灯不亮"): "3号院",
    ("3号院", "3号院5号楼灯不亮"): "5号楼",
    ("花园9号院", "花园9号院5号楼漏水"): "花园9号院/5号楼",
    ("5号楼", "我们小区5号楼漏水了"): "5号楼",
    ("5号楼", "电梯里5号楼那边漏水了"): "5号楼",
    ("5号楼", "幼儿园旁边5号楼，垃圾站里5号楼"): "5号楼",
    ("5号楼", "昨天小区6号楼很吵"): "6号楼",
    ("5号楼", "银杏社区5号楼漏水了"): "5号楼",
    ("5号楼", "６号楼漏水"): "6号楼",
    ("5号楼", "6-2-501漏水"): "6号楼",
    ("5号楼", "5月6号楼道灯坏了"): "5号楼",
    ("3号院", "除了5号楼，6号楼也停电"): "6号楼",
    ("5号楼、6号楼", "5到6号楼之间的路灯"): "3号院",
    # of several courtyards
    ("3号院、花园9号院", "9号院停水"): "花园9号院",
    ("3号院、花园9号院", "九号院五号楼停水"): "花园9号院/5号楼",
    ("3号院、花园9号院", "3号院5号楼停水"): "5号楼",
    ("3号院、花园9号院", "3号院和9号院都停水"): "?",
    ("银杏苑东区、银杏苑西区", "东区停水"): "银杏苑东区",
    ("银杏苑东区", "西区3号楼停水"): "银杏苑西区/3号楼",
    ("5号楼、花园9号院/5号楼", "5号楼停水"): "?",
    ("5号楼、花园9号院/5号楼", "花园9号院5号楼停水"): "花园9号院/5号楼",
    ("3号院、花园9号院", "2号楼停水"): "花园9号院/2号楼",  # there is but one
    ("3号院、花园9号院", "5号楼停水"): "?",
    ("3号院、花园9号院", "花园"): "花园9号院",
    # of the same community
    ("5号楼", "花园2号楼漏水"): "花园9号院/2号楼",
    ("3号院", "我们东区3号楼停水"): "银杏苑东区/3号楼",
    ("3号院", "山东区域快递堆门口"): "3号院",
    ("银杏苑东区", "不是西区"): "银杏苑东区",
    # of others, or nowhere
    ("5号楼", "朝阳小区5号楼漏水"): "?",
    ("5号楼", "2号院漏水"): "?",
    ("5号楼", "海棠里9号院2号楼漏水"): "?",
    ("5号楼", "东区3号楼漏水"): "银杏苑东区/3号楼",
    ("5号楼", "南区3号楼漏水"): "?",
    ("5号楼", "海棠苑北区电梯坏了"): "?",
    ("5号楼", "海棠社区停水"): "?",
    ("5号楼", "海棠小区6号楼漏水"): "?",
    ("银杏社区", "海棠5号楼漏水"): "?",
    ("银杏社区", "花园9号院2号楼漏水"): "花园9号院/2号楼",
}


@pytest.mark.parametrize(("bound", "words"), MEANT)
def test_places_are_meant_as_neighbours_call_them(cast, district, bound, words) -> None:
    assert meant(district, bound, words) == MEANT[bound, words]


def test_where_nobody_is_anywhere_nothing_is_elsewhere(district) -> None:
    assert foreign_place_name([], "5号院漏水") == "" and resolve_place([], "5号院漏水") is None


def test_despair_elsewhere_is_met_with_help_first(say, district) -> None:
    told = say("海棠苑北区5号楼有人要跳楼")
    assert "12356" in told and "不归这里管" not in told


def test_what_is_elsewhere_is_reported_here_only_on_a_yes(say, district) -> None:
    asked = say("报事 海棠小区6号楼漏水了")
    assert "不归这里管" in asked and "3号院 5号楼" in asked
    assert "这里没有“就是海棠小区”" in say("就是海棠小区")
    assert "这里没有" not in say("不知道")
    assert not db.session.scalars(select(Ticket)).all()
    assert "编号" in say("是")
    assert db.session.scalars(select(Ticket)).one().place_id == district["5号楼"]


def test_of_what_is_elsewhere_plain_speech_is_asked_but_once(say, district) -> None:
    assert "不归这里管" in say("海棠小区6号楼漏水了")
    assert "编号" in say("5号楼")
    assert db.session.scalars(select(Ticket)).one().words == "海棠小区6号楼漏水了"


@pytest.mark.parametrize(("answer", "place"), [("西区", "银杏苑西区/3号楼"), ("东区", "银杏苑东区/3号楼")])
def test_a_building_named_before_its_courtyard_is_not_forgotten(say, cast, district, answer, place) -> None:
    cast.places |= district
    bind_bot(cast, "银杏苑东区", "银杏苑西区", chat="chat-two")
    assert "哪一个地方" in say("报事 3号楼停水", group="chat-two")
    assert "编号" in say(answer, group="chat-two")
    assert db.session.scalars(select(Ticket)).one().place_id == district[place]


def test_of_two_buildings_with_one_name_each_is_called_by_its_courtyard(say, cast, district) -> None:
    places = [db.session.get_one(Place, district[one]) for one in ("5号楼", "花园9号院/5号楼")]
    cast.places["另一个5号楼"] = places[1].id
    bind_bot(cast, "5号楼", "另一个5号楼", chat="chat-two")
    assert "（3号院 5号楼、花园9号院 5号楼）" in say("报事 电梯坏了", group="chat-two")
    assert "编号" in say("9号院5号楼", group="chat-two")
    assert db.session.scalars(select(Ticket)).one().place_id == places[1].id


def test_buildings_of_two_courtyards_have_no_place_in_common(cast) -> None:
    def shared(*names: str) -> Place | None:
        return common_courtyard([cast.place(name) for name in names])

    assert shared("5号楼", "1号楼") is None and shared() is None
    assert shared("5号楼", "6号楼") == cast.place("3号院") and shared("5号楼") == cast.place("5号楼")
