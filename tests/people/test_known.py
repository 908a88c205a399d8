"""Becoming known by a slip or a worker, under which nickname, who may see who it is, and leaving again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from governance.core.db import Base, by, db, now, writing
from governance.core.errors import Forbidden, Invalid, KnownNeeded, Refused
from governance.core.events import Event
from governance.core.logs import mask
from governance.people import hooks, knowing, leaving, nicknames, viewers
from governance.people.access import Viewer
from governance.people.homes import Door, DoorSlip, Residence
from governance.people.merging import merge
from governance.people.model import LEFT, Identity, Person
from governance.people.permissions import known, require_audience
from governance.tickets.model import Follow
from tests.cast import Cast, resident
from tests.people.kept_makers import ARGUMENTS

NAMED = {"nickname": "爱种花的", "consent": "y"}


def slip(cast: Cast, place: str = "5号楼") -> str:
    """The address of a fresh slip."""
    if place == "5号楼":
        return f"/d/{ARGUMENTS['secret'](cast, True, ())}"
    secret = knowing.new_slip_secret()
    with writing():
        door = Door(place_id=cast.places[place], label=f"{secret[:4]}室")
        db.session.add(DoorSlip(door=door, secret_hash=knowing.slip_hash(secret)))
    return f"/d/{secret}"


def person_of(someone) -> Person:
    db.session.rollback()
    db.session.expire_all()
    identity = by(Identity, kind="device", subject=someone.subject)
    assert identity is not None
    return identity.person


def events(name: str) -> list[Event]:
    db.session.rollback()
    noun, verb = name.split(".")
    return list(db.session.scalars(select(Event).filter_by(noun=noun, verb=verb).order_by(Event.id)))


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []

    def listen(_conn, _cursor, statement, *_rest) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(db.engine, "before_cursor_execute", listen)


# The nickname.


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
            knowing.free_nickname(same, cast.place("6号楼"))
    with writing():
        assert knowing.free_nickname("爱种花的", cast.place("1号楼")) == "爱种花的"  # another community


def test_a_neighbour_cannot_be_called_what_a_worker_is_called(cast) -> None:
    with writing(), pytest.raises(Invalid):
        knowing.free_nickname("gao", cast.place("5号楼"))


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
    looks, look = [], viewers.DEVICE.first
    monkeypatch.setattr(viewers.DEVICE, "first", lambda *of, **whom: looks.append(whom) or look(*of, **whom))
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
    found = knowing.find_slip(slip(cast).removeprefix("/d/"))
    with writing():
        people = [Person(), Person()]
        db.session.add_all(people)
        db.session.flush()
        knowing.use_slip(Viewer(person_id=people[0].id), found, "爱种花的")
        with pytest.raises(Refused):
            knowing.use_slip(Viewer(person_id=people[1].id), found, "三楼老周")


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


# By a worker.


def shown_by(someone, nickname: str = "爱种花的") -> str:
    someone.get("/me/known/worker")
    assert someone.post("/me/known/worker", nickname=nickname, consent="y").location == "/me/known/worker"
    answer = someone.get("/me/known/worker")
    assert answer.headers["Refresh"] == "10"
    return "".join(re.findall(r'class="digits">(\d{3}) (\d{3})<', answer.get_data(as_text=True))[0])


def test_a_worker_confirms_who_stands_there_and_the_record_says_who(phone, cast) -> None:
    someone, worker = phone(), phone().sign_in("gao")
    code = shown_by(someone)
    assert "爱种花的" in worker.get(f"/desk/known?code={code}").get_data(as_text=True)
    form = {"code": code, "nickname": "爱种花的", "place": str(cast.places["5号楼"])}
    answer = worker.post("/desk/known", **form)
    assert answer.status_code == 303
    assert "已确认：爱种花的" in worker.get(answer.location).get_data(as_text=True)
    assert (person_of(someone).known_by, person_of(someone).residences) == ("worker", [])
    assert [(line.actor_id, line.data["how"]) for line in events("person.know")] == [(cast.people["gao"], "worker")]
    assert someone.get("/me/known/worker").location == "/me/known"
    again = worker.post("/desk/known", **form)
    assert again.status_code == 422
    assert len(events("person.know")) == 1


def test_a_worker_confirms_nobody_elsewhere(phone, cast) -> None:
    code = shown_by(phone())
    worker = phone().sign_in("gao")
    for place in ("1号楼", "8号院", "海棠社区", "银杏社区"):
        answer = worker.post("/desk/known", code=code, nickname="爱种花的", place=str(cast.places[place]))
        assert answer.status_code == 422
    asking = knowing.find_asking(code)
    with pytest.raises(Forbidden):
        knowing.vouch(cast.viewer("gao"), asking, cast.place("1号楼"), "爱种花的")
    assert events("person.know") == []


def test_digits_are_good_for_ten_minutes_and_only_the_last_ones(phone, cast) -> None:
    someone = phone()
    first = shown_by(someone)
    someone.get("/me/known/worker?again=1")
    second = shown_by(someone)
    assert knowing.find_asking(first) is None
    with writing():
        asking = knowing.find_asking(second)
        asking.expires_at = now() - timedelta(seconds=1)
    assert knowing.find_asking(second) is None
    assert "过期" in someone.get("/me/known/worker").get_data(as_text=True)


def test_nobody_else_sees_the_digits(phone, cast) -> None:
    code = shown_by(phone())
    assert code not in phone().get("/me/known/worker").get_data(as_text=True)
    db.session.rollback()
    assert code not in str(db.session.execute(text("SELECT * FROM asking")).all())


def test_a_door_given_by_the_worker_must_be_one_there_is(phone, cast) -> None:
    code, worker = shown_by(phone()), phone().sign_in("gao")
    cast.known("三楼老周", door="3单元501")
    form = {"code": code, "nickname": "爱种花的", "place": str(cast.places["5号楼"])}
    answer = worker.post("/desk/known", **form, door="9单元901")
    assert answer.status_code == 422
    assert "还没有登记“9单元901”" in answer.get_data(as_text=True)
    assert worker.post("/desk/known", **form, door=" 3单元 501 ").status_code == 303
    assert [line.data["door"] for line in events("person.know")][-1] == by(Door, label="3单元501").id


def test_a_nickname_that_is_taken_is_mended_on_the_workers_page(phone, cast) -> None:
    cast.known("爱种花的")
    code, worker = shown_by(phone()), phone().sign_in("gao")
    form = {"code": code, "place": str(cast.places["6号楼"])}
    answer = worker.post("/desk/known", **form, nickname="爱种花的")
    assert answer.status_code == 422
    assert "换成“爱种花的2”行不行" in answer.get_data(as_text=True)
    assert worker.post("/desk/known", **form, nickname="爱种花的2").status_code == 303


def test_guessing_digits_ends_soon(phone, cast) -> None:
    worker = phone().sign_in("gao")
    answers = [worker.get(f"/desk/known?code={number:06}").status_code for number in range(61)]
    assert answers[0] == 200
    assert answers[-1] == 429


# Another nickname.


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


# Who is behind it.


@pytest.mark.parametrize(
    ("name", "may"),
    [("shen", True), ("qiao", True), ("du", True), ("gao", False), ("tang", False), ("lin", False), ("wu", False)],
)
def test_who_it_is_is_told_to_those_above_the_grid_there_and_every_look_is_recorded(cast, name: str, may: bool) -> None:
    cast.known("三楼老周")
    if not may:
        with pytest.raises(Forbidden):
            leaving.who(cast.person("三楼老周"), cast.viewer(name))
        assert events("person.who") == []
        return
    with writing():
        cast.person("三楼老周").phone = "13912345678"
    who = leaving.who(cast.person("三楼老周"), cast.viewer(name))
    assert (who.nickname, who.phone, who.how) == ("三楼老周", "139****5678", "住户条")
    assert who.doors == ("柳荫街道 银杏社区 3号院 5号楼 3单元501",)
    assert [line.actor_id for line in events("person.who")] == [cast.people[name]]


def test_a_resident_reads_who_looked_and_what_is_held(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    leaving.who(cast.person("三楼老周"), cast.viewer("shen"))
    page = someone.get("/me/data").get_data(as_text=True)
    for words in ("社区工作人员 shen", "三楼老周", "3单元501", "住户条"):
        assert words in page
    assert "3单元501" not in phone().get("/me/data").get_data(as_text=True)


# Leaving.


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
        knowing.note(person, "know", cast.place("5号楼"), Viewer(), words="三楼老周")
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
        leaving.who(person, cast.viewer("shen"))


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


# Two who are one.

MOVED = {  # every column that names a resident, and so must follow one who turns out to be another
    *("identity.person_id", "residence.person_id", "asking.person_id", "door_slip.used_by_id"),
    *("ticket.submitter_id", "follow.person_id", "answer.person_id", "nudge.person_id", "photo.person_id"),
    *("topic.author_id", "statement.author_id", "reply.author_id", "topic_follow.person_id"),
    *("voice.person_id", "review.person_id", "flag.person_id", "heard.person_id", "talk.person_id"),
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
        same, other = by(Door, label="3单元501"), Door(place_id=cast.places["6号楼"], label="101")
        db.session.add_all(
            (Residence(person=old, door=same, how="worker"), Residence(person=old, door=other, how="slip"))
        )
        merge(old, cast.person("三楼老周"))
    person = cast.person("三楼老周")
    assert sorted(home.door.label for home in leaving.homes(person)) == ["101", "3单元501"]
    assert resident(person).known
    assert db.session.get(Person, old.id).merged_into_id == person.id


def test_staff_are_never_merged(cast) -> None:
    cast.known("三楼老周")
    with writing(), pytest.raises(ValueError, match="residents"):
        merge(cast.person("gao"), cast.person("三楼老周"))


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
    assert [home.door.label for home in leaving.homes(person)] == ["101"]
