"""What a report is about is looked up as it stands when the report is taken."""

import pytest

from governance.core.db import connection, db, now, writing
from governance.core.errors import Invalid
from governance.places.landing import land
from governance.places.model import Place
from governance.tickets.reporting.report_subject import matter
from tests.cast import Cast


def test_a_matter_is_the_category_and_the_place_as_their_objects_say(cast: Cast) -> None:
    scanned = land(connection(), cast.codes["5号楼"]).place
    for name in ("5号楼", "3号院", "6号楼"):
        category, row = matter("light", str(cast.places[name]), scanned)
        place, kind = db.session.get_one(Place, cast.places[name]), cast.category("light")
        assert (row.id, row.path, row.ancestors) == (place.id, place.path, place.ancestors)
        assert (row.stream, row.areas()) == (place.stream, place.areas())
        for fact in category._fields:
            assert getattr(category, fact) == getattr(kind, fact)


@pytest.mark.parametrize("at", ["8号院", "第一网格"])
def test_only_the_place_scanned_at_and_those_near_it_are_taken(cast: Cast, at: str) -> None:
    with pytest.raises(Invalid) as refused:
        matter("light", str(cast.places[at]), land(connection(), cast.codes["5号楼"]).place)
    assert list(refused.value.fields) == ["at"]


@pytest.mark.parametrize("at", ["", "0", "-1", "x", "9" * 30, "１"])
def test_what_is_no_place_at_all_is_not_taken(cast: Cast, at: str) -> None:
    with pytest.raises(Invalid):
        matter("light", at, land(connection(), cast.codes["5号楼"]).place)


def test_a_category_that_was_stopped_meanwhile_or_never_was_is_not_taken(cast: Cast) -> None:
    with writing():
        cast.category("light").retired_at = now()
    scanned = land(connection(), cast.codes["5号楼"]).place
    for slug in ("light", "nothing", ""):
        with pytest.raises(Invalid) as refused:
            matter(slug, str(scanned.id), scanned)
        assert list(refused.value.fields) == ["category"]
