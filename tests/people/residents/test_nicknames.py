"""Which nickname one may have, unlike every neighbour's and every worker's, and how often it changes."""

from datetime import timedelta

import pytest

from governance.core.db import writing
from governance.core.errors import Invalid
from governance.people.model import LEFT
from governance.people.residents import nicknames, verification
from tests.people.known import events, person_of


@pytest.mark.parametrize(
    "name",
    ["爱种花的", "三楼老周", "老周 3", "Anna", "小王1234", "é é", "🌻向日葵", "王-李", "12点睡的", "老王3单元501"],
)
def test_an_ordinary_nickname_is_taken_as_it_is(name: str) -> None:
    assert nicknames.checked(f"  {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "周",
            "周 ",
            "一二三四五六七八九十甲乙丙",
            "13912345678",
            "小王 1 3 9 1 2",
            "一三八零零",
            "小王12345",
            "１２３４５号",
        ),
        *(
            "网格员小王",
            "银杏社区",
            "居 委 会",
            "物业老李",
            "街道办",
            "官方",
            "管理员",
            "片区民警",
            "Ａdmin",
            "p.o.l.i.c.e",
            "社區",
        ),
        *(
            "http://a.cn",
            "www.a",
            "a@b",
            "<b>甲</b>",
            "甲\n乙/丙",
            "甲\u202e乙",
            "甲\u200b乙丙",
            "甲\x07乙",
            "···",
            "--",
        ),
        *("Z\u0351\u036b\u0343a\u0325\u032b", LEFT),
    ],
)
def test_a_nickname_that_is_a_number_an_office_a_link_or_unreadable_is_not(name: str) -> None:
    with pytest.raises(Invalid):
        nicknames.checked(name)


def test_a_nickname_is_unique_in_its_community_whatever_marks_it_wears(cast) -> None:
    cast.known("爱种花的")
    for same in ("爱种花的", "爱 种花的", "爱种-花的"):
        with writing(), pytest.raises(Invalid, match="2”行不行"):
            verification.free_nickname(same, cast.place("6号楼"))
    with writing():
        assert verification.free_nickname("爱种花的", cast.place("1号楼")) == "爱种花的"  # another community


def test_a_neighbour_cannot_be_called_what_a_worker_is_called(cast) -> None:
    with writing(), pytest.raises(Invalid):
        verification.free_nickname("gao", cast.place("5号楼"))


def test_a_nickname_changes_a_few_times_a_month(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    for number, name in enumerate(("老周", "周师傅", "楼上老周", "再改一次")):
        someone.get("/me/nickname")
        answer = someone.post("/me/nickname", nickname=name)
        assert answer.status_code == (303 if number < 3 else 422)
    assert "一个月最多改 3 次" in answer.get_data(as_text=True)
    assert person_of(someone).nickname == "楼上老周"
    with writing():
        for line in events("person.rename"):
            line.at -= timedelta(days=31)
    assert someone.post("/me/nickname", nickname="再改一次").status_code == 303
