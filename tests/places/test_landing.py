"""Plain rows say of a code, its place and what is near it what the objects say."""

import pytest

from governance.core.db import connection, writing
from governance.places.actions import add_place, print_code, retire_code
from governance.places.codes import NeverIssued, living
from governance.places.landing import land, near, on_path
from governance.places.model import full_name_of
from tests.cast import Cast


@pytest.mark.parametrize("name", ["3号院", "5号楼", "6号楼", "8号院"])
def test_a_code_leads_where_its_object_leads(cast: Cast, name: str) -> None:
    row, code = land(connection(), cast.codes[name]), living(cast.codes[name])
    assert (row.token, row.number) == (code.token, code.number)
    for fact in row.place._fields:
        assert getattr(row.place, fact) == getattr(code.place, fact)
    assert full_name_of(on_path(connection(), row.place.path)) == code.place.full_name


def test_a_replaced_code_leads_on_and_a_foreign_one_nowhere(cast: Cast) -> None:
    with writing():
        codes = [cast.code("5号楼")]
        for _ in range(2):
            codes.append(print_code(codes[0].place, "demo"))
            retire_code(codes[-2], "demo", None, codes[-1])
        last = codes[-1].token
    assert land(connection(), f" {cast.codes['5号楼'].lower()} ").token == last
    for wrong in ("ABCDEFGH", "", "x" * 99):
        with pytest.raises(NeverIssued):
            land(connection(), wrong)


def test_near_a_building_are_its_courtyard_and_the_buildings_beside_it(cast: Cast) -> None:
    assert [one.name for one in near(connection(), land(connection(), cast.codes["5号楼"]).place)] == ["3号院", "6号楼"]
    assert near(connection(), land(connection(), cast.codes["3号院"]).place) == []  # its parent is a grid


def test_a_place_alone_on_top_has_nothing_near(cast: Cast) -> None:
    with writing():
        top = add_place("courtyard", "独院", None, "demo")
    assert near(connection(), top) == []
