"""Becoming known by a slip, the way there and back, and what goes along when two are one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from governance.core.db import Base, db, find_by, now, writing
from governance.core.errors import KnownNeeded, Refused
from governance.core.logs import mask
from governance.people.access import current
from governance.people.access.permissions import known, require_audience
from governance.people.access.viewer import Viewer
from governance.people.households import Door, Residence
from governance.people.model import Person
from governance.people.residents import departure, verification
from governance.people.residents.merge import merge_persons
from tests.cast import resident
from tests.people.known import NAMED, person_of, slip


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []

    def listen(_conn, _cursor, statement, *_rest) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(db.engine, "before_cursor_execute", listen)


# The way there and back.


def test_a_route_for_the_known_leads_a_stranger_to_the_ways_and_back(app, phone, cast) -> None:
    someone = phone()
    answer = someone.get("/me/nickname?from=here")
    assert (answer.status_code, answer.location) == (303, "/me/known?next=/me/nickname?from%3Dhere")
    someone.get(answer.location)
    address = slip(cast)
    someone.get(address)
    answer = someone.post(address, **NAMED)
    assert answer.status_code == 303
    page = someone.get(answer.location)
    assert "/me/nickname?from=here" in page.get_data(as_text=True)
    assert someone.get("/me/nickname?from=here").status_code == 200


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_never_leads_off_the_site(phone, next: str) -> None:
    page = phone().get("/me/known", query_string={"next": next}).get_data(as_text=True)
    assert "evil" not in page
    assert "alert" not in page


def test_the_viewer_learns_it_in_the_one_look_it_takes_anyway(app, phone, cast, monkeypatch) -> None:
    someone = phone().known_as("三楼老周", cast)
    stranger = phone()
    stranger.report(cast.codes["5号楼"])
    looks, look = [], current.DEVICE.first
    monkeypatch.setattr(current.DEVICE, "first", lambda *of, **whom: looks.append(whom) or look(*of, **whom))
    with queries() as of_known:
        assert "三楼老周" in someone.get("/me").get_data(as_text=True)
    with queries() as of_unknown:
        stranger.get("/me/data")
    assert len(looks) == 2
    assert not any("FROM person JOIN identity" in query for query in (*of_known, *of_unknown))


# By a slip.


def test_opening_a_slip_uses_nothing_up_and_sending_it_does_once(phone, cast) -> None:
    first, second, address = phone(), phone(), slip(cast)
    for someone in (first, second, first):
        page = someone.get(address)
        assert page.status_code == 200
        assert "5号楼" in page.get_data(as_text=True)
    assert db.session.scalar(select(Residence.id)) is None
    assert first.post(address, **NAMED).status_code == 303
    answer = second.post(address, nickname="三楼老周", consent="y")
    assert answer.status_code == 409
    assert "已经有人用过" in answer.get_data(as_text=True)
    person = person_of(first)
    assert (person.known_by, person.nickname, person.known_place_id) == ("slip", "爱种花的", cast.places["5号楼"])
    assert [home.door.place_id for home in person.residences] == [cast.places["5号楼"]]
    assert "您已经用过" in first.get(address).get_data(as_text=True)


def test_a_slip_can_be_typed_as_people_type(phone, cast) -> None:
    someone, address = phone(), slip(cast)
    secret = address.removeprefix("/d/").upper()
    typed = " ".join(secret[at : at + 5] for at in range(0, 20, 5)).replace("0", "O").replace("1", "l")
    someone.get("/me/known/slip")
    assert someone.post("/me/known/slip", secret=typed).location == address
    assert len(secret) * 5 >= 80  # bits


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"nickname": "", "consent": "y"}, "请起一个昵称"),
        ({"nickname": "爱种花的"}, "请勾上这一句"),
        ({"nickname": "网格员小王", "consent": "y"}, "像是单位或工作人员"),
        ({"nickname": "13912345678", "consent": "y"}, "连着的数字最多 4 个"),
        ({"nickname": "<script>", "consent": "y"}, "只用文字"),
    ],
)
def test_a_form_with_something_wrong_says_so_beside_the_field_and_uses_nothing_up(phone, cast, form, said) -> None:
    someone, address = phone(), slip(cast)
    someone.get(address)
    answer = someone.post(address, **form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert re.search(rf'class="wrong"[^>]*>[^<]*{said}', page)
    assert someone.field("nickname") in ("", form["nickname"], "&lt;script&gt;")
    assert someone.post(address, **NAMED).status_code == 303


def test_a_stale_page_loses_nothing(phone, cast) -> None:
    someone, address = phone(), slip(cast)
    someone.get(address)
    answer = someone.client.post(address, data=NAMED | {"csrf_token": "old"})
    assert answer.status_code == 422
    assert 'value="爱种花的"' in answer.get_data(as_text=True)


def test_wrong_slips_are_kindly_refused_and_not_for_ever(phone, cast) -> None:
    someone = phone()
    answers = [someone.get(f"/d/{'7k3m9' * 3}{number:05}") for number in range(61)]
    assert {answer.status_code for answer in answers[:-1]} == {404}
    assert "请对着纸再看一遍" in answers[0].get_data(as_text=True)
    assert answers[-1].status_code == 429
    assert phone().get(slip(cast)).status_code == 200  # a right one is never counted


def test_a_slip_is_used_once_whoever_asks(cast) -> None:
    found = verification.find_slip(slip(cast).removeprefix("/d/"))
    with writing():
        people = [Person(), Person()]
        db.session.add_all(people)
        db.session.flush()
        verification.use_slip(found, Viewer(person_id=people[0].id), "爱种花的")
        with pytest.raises(Refused):
            verification.use_slip(found, Viewer(person_id=people[1].id), "三楼老周")


def test_the_secret_is_kept_only_as_a_hash_and_masked_in_the_log(phone, cast) -> None:
    someone, address = phone(), slip(cast)
    someone.get(address)
    someone.post(address, **NAMED)
    secret = address.removeprefix("/d/")
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        assert secret not in str(db.session.execute(select(table)).all())
    assert mask(f'{{"path": "{address}", "status": 303}}') == '{"path": "/d/***", "status": 303}'


def test_who_is_known_already_gets_one_more_door_and_keeps_the_nickname(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    address = slip(cast, "6号楼")
    assert "nickname" not in someone.get(address).get_data(as_text=True)
    assert someone.post(address).status_code == 303
    person = person_of(someone)
    assert {home.door.place.name for home in person.residences} == {"5号楼", "6号楼"}
    assert person.nickname == "三楼老周"


# Two who are one.


MOVED = {  # every column that names a resident, and so must follow one who turns out to be another
    *("identity.person_id", "residence.person_id", "verification_request.person_id", "door_slip.used_by_id"),
    *("ticket.submitter_id", "follow.person_id", "answer.person_id", "nudge.person_id", "photo.person_id"),
    *("topic.author_id", "statement.author_id", "reply.author_id", "topic_follow.person_id"),
    *("voice.person_id", "review.person_id", "flag.person_id", "received_message.person_id", "conversation.person_id"),
    "chat_group.person_id",
}
STAFFS = {  # those that only ever name staff, who are never merged
    *("post.person_id", "door_slip.printed_by_id", "ticket.assisted_by_id", "ticket.handler_id"),
    *("answer.taken_by_id", "slip.by_id", "chat_group.keeper_id", "message.settled_by_id", "robot.keeper_id"),
    *("notice.author_id", "notice.approver_id"),
}


def test_every_column_that_names_a_person_is_said_to_move_or_to_be_the_staffs() -> None:
    named = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert named == MOVED | STAFFS


def test_two_who_are_one_live_behind_each_door_once(cast) -> None:
    cast.known("三楼老周")
    with writing():
        old = Person()
        db.session.add(old)
        db.session.flush()
        same, other = find_by(Door, label="3单元501"), Door(place_id=cast.places["6号楼"], label="101")
        db.session.add_all(
            (Residence(person=old, door=same, how="worker"), Residence(person=old, door=other, how="slip"))
        )
        merge_persons(old, cast.person("三楼老周"))
    person = cast.person("三楼老周")
    assert sorted(home.door.label for home in departure.homes(person)) == ["101", "3单元501"]
    assert resident(person).known
    assert db.session.get(Person, old.id).merged_into_id == person.id


def test_staff_are_never_merged(cast) -> None:
    cast.known("三楼老周")
    with writing(), pytest.raises(ValueError, match="residents"):
        merge_persons(cast.person("gao"), cast.person("三楼老周"))


def test_a_known_resident_is_a_viewer_with_a_nickname_and_staff_alone_are_none(cast) -> None:
    assert resident(cast.person("gao")) == Viewer(person_id=cast.people["gao"])
    assert cast.known("三楼老周") == Viewer(person_id=cast.people["三楼老周"], known=True, nickname="三楼老周")
    for viewer in (Viewer(), cast.viewer("gao")):
        with pytest.raises(KnownNeeded):
            require_audience(known, viewer)
    require_audience(known, cast.known("三楼老周"))


def test_who_is_known_without_a_door_is_bound_to_one_by_the_worker(phone, cast) -> None:
    someone, worker = phone().known_as("三楼老周", cast), phone().sign_in("gao")
    with writing():
        person_of(someone).residences[0].until = now()
        db.session.add(Door(place_id=cast.places["6号楼"], label="101"))
    someone.get("/me/known/worker")
    someone.post("/me/known/worker")
    page = someone.get("/me/known/worker").get_data(as_text=True)
    code = "".join(re.findall(r'class="digits">(\d{3}) (\d{3})<', page)[0])
    assert "社区已经认识他" in worker.get(f"/desk/known?code={code}").get_data(as_text=True)
    form = {"code": code, "nickname": "别的名字", "place": str(cast.places["6号楼"]), "door": "101"}
    assert worker.post("/desk/known", **form).status_code == 303
    person = person_of(someone)
    assert person.nickname == "三楼老周"
    assert [home.door.label for home in departure.homes(person)] == ["101"]
