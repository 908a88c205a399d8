"""Who may see who somebody is, what a resident reads of that, and what is left of whoever leaves."""

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.core.errors import Forbidden
from governance.people import hooks
from governance.people.access.viewer import Viewer
from governance.people.model import LEFT, Identity, Person
from governance.people.residents import departure, verification
from governance.tickets.model import Follow
from tests.people.known import events, person_of, slip


@pytest.mark.parametrize(
    ("name", "may"),
    [("shen", True), ("qiao", True), ("du", True), ("gao", False), ("tang", False), ("lin", False), ("wu", False)],
)
def test_who_it_is_is_told_to_those_above_the_grid_there_and_every_look_is_recorded(cast, name: str, may: bool) -> None:
    cast.known("三楼老周")
    if not may:
        with pytest.raises(Forbidden):
            departure.who(cast.person("三楼老周"), cast.viewer(name))
        assert events("person.who") == []
        return
    with writing():
        cast.person("三楼老周").phone = "13912345678"
    who = departure.who(cast.person("三楼老周"), cast.viewer(name))
    assert (who.nickname, who.phone, str(who.how)) == ("三楼老周", "139****5678", "住户条")
    assert who.doors == ("柳荫街道 银杏社区 3号院 5号楼 3单元501",)
    assert [line.actor_id for line in events("person.who")] == [cast.people[name]]


def test_a_resident_reads_who_looked_and_what_is_held(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    departure.who(cast.person("三楼老周"), cast.viewer("shen"))
    page = someone.get("/me/data").get_data(as_text=True)
    for words in ("社区工作人员 shen", "三楼老周", "3单元501", "住户条"):
        assert words in page
    assert "3单元501" not in phone().get("/me/data").get_data(as_text=True)


def test_leaving_takes_the_name_the_door_and_the_phone_at_once(phone, cast) -> None:
    left: list[int] = []
    listeners = list(hooks.person_left._listeners)
    hooks.person_left.listen(left.append)
    someone, other = phone().known_as("三楼老周", cast), phone().known_as("三楼老周", cast)
    code = cast.codes["5号楼"]
    ticket = someone.report(code)
    person = person_of(someone)
    with writing():
        person.phone = "13912345678"
        db.session.add(Identity(person_id=person.id, kind="phone", subject="x" * 43))
        verification.record_event(person, "know", cast.place("5号楼"), Viewer(), words="三楼老周")
    page = someone.get("/me/leave").get_data(as_text=True)
    assert page.index("已退出的居民") < page.index("退出，把名字去掉")
    assert person_of(someone).known_at is not None  # reading changes nothing
    assert someone.post("/me/leave").status_code == 303
    hooks.person_left._listeners[:] = listeners
    person = person_of(someone)
    assert left == [person.id]
    assert (person.nickname, person.known_at, person.phone, person.consented_at) == (LEFT, None, None, None)
    assert [identity.kind for identity in person.identities] == ["device", "device"]
    assert all(home.until for home in person.residences)
    assert all(line.words is None for line in events("person.know"))
    for phone_of_theirs in (someone, other):
        assert phone_of_theirs.get("/me/nickname").status_code == 303
    assert ticket in someone.get("/me").get_data(as_text=True)
    with pytest.raises(Forbidden):
        departure.who(person, cast.viewer("shen"))


def test_who_comes_back_is_somebody_new_and_keeps_only_what_nobody_reads(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    ticket = someone.report(cast.codes["5号楼"])
    someone.get("/me/leave")
    someone.post("/me/leave")
    before = person_of(someone).id
    address = slip(cast)
    someone.get(address)
    assert someone.post(address, nickname="三楼老周", consent="y").status_code == 303
    person = person_of(someone)
    assert person.id != before
    assert person.nickname == "三楼老周"
    assert db.session.get(Person, before).nickname == LEFT
    assert ticket in someone.get("/me").get_data(as_text=True)
    assert [follow.person_id for follow in db.session.scalars(select(Follow))] == [person.id]
