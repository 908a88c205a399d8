"""Which place a report is about that is said in a group: the one named, the one beside, the one in common."""

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.places.actions import add_place
from governance.places.model import Place
from governance.relay.placing import in_common, named_places
from governance.tickets.model import Ticket
from tests.relay.bot import bind_bot

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


@pytest.mark.parametrize("bound", [("花园9号院", "2号楼"), ("2号楼",), ("花园9号院",)])
@pytest.mark.parametrize("elsewhere", ["海棠里9号院2号楼", "海棠里2号楼", "海棠小区二号楼", "在海棠里九号院"])
def test_what_is_called_by_another_name_is_no_place_of_this_group(say, cast, bound, elsewhere) -> None:
    with writing():
        yard = add_place("courtyard", "花园9号院", cast.place("银杏社区"), "demo")
        cast.places |= {"花园9号院": yard.id, "2号楼": add_place("building", "2号楼", yard, "demo").id}
    bind_bot(cast, *bound, chat="chat-there")
    assert "海棠" in (told := say(f"报事 {elsewhere}漏水了", group="chat-there")) and "请说是哪一个地方" in told
    assert "这个群里没有" in say(elsewhere, group="chat-there")
    assert not db.session.scalars(select(Ticket)).all()
    assert "编号" in say(bound[0], group="chat-there")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places[bound[0]]


@pytest.mark.parametrize(
    "words",
    ["我们小区5号楼漏水了", "电梯里5号楼那边漏水了", "银杏社区5号楼漏水了", "昨天夜里5号楼漏水了", "咱院里5号楼漏水了"],
)
def test_what_stands_before_a_number_without_being_a_name_keeps_nobody_from_reporting(say, cast, words) -> None:
    assert "编号" in say(f"报事 {words}")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places["5号楼"]


def test_buildings_of_two_courtyards_have_no_place_in_common(cast) -> None:
    def shared(*names: str) -> Place | None:
        return in_common([cast.place(name) for name in names])

    assert shared("5号楼", "1号楼") is None and shared() is None
    assert shared("5号楼", "6号楼") == cast.place("3号院") and shared("5号楼") == cast.place("5号楼")
