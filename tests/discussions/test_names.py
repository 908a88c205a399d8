"""A nickname that hurts can be taken away; its owner reads why and chooses another."""

import pytest

from governance.core.db import db, writing
from governance.core.errors import Forbidden
from governance.people.model import Person
from governance.people.residents import departure, verification
from tests.discussions.hall import anybody


def test_staff_put_a_neutral_name_and_its_owner_reads_why_until_another_is_chosen(cast) -> None:
    zhou = cast.known("三楼老周")
    person = db.session.get_one(Person, zhou.person_id)
    departure.take_name(person, cast.viewer("shen"), "像骂人")
    assert person.nickname == f"邻居{person.id:04d}"
    assert departure.name_taken_for(person.id) == "像骂人"
    with writing():
        verification.rename(zhou, "三楼的老周")
    assert (person.nickname, departure.name_taken_for(person.id)) == ("三楼的老周", "")


def test_no_neighbour_takes_a_name_and_nobody_loses_one_they_do_not_have(cast) -> None:
    zhou, hua = cast.known("三楼老周"), cast.known("爱种花的")
    with pytest.raises(Forbidden):
        departure.take_name(db.session.get_one(Person, zhou.person_id), hua, "不喜欢")
    stranger = db.session.get_one(Person, anybody().person_id)
    with pytest.raises(Forbidden):
        departure.take_name(stranger, cast.viewer("shen"), "不喜欢")
