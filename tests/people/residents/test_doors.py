"""Keeping doors and their slips: written as people write them, printed and read back, used once whoever is quicker."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import func, select

from governance.core.db import db, find_by, now, writing
from governance.core.errors import Forbidden, Invalid, Refused
from governance.core.events import Event
from governance.people.households import Door, DoorSlip, Residence, VerificationRequest
from governance.people.model import Person
from governance.people.residents import doors, verification
from governance.people.residents.sms import forget_askings
from governance.places.layouts.slip import Slip
from governance.places.posters import check_pages, print_pdf
from governance.places.qr import read_squares
from tests.people.known import person_of
from tests.people.known import slip as fresh_slip


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3单元501", ["3单元501"]),
        ("1单元101-1单元104", ["1单元101", "1单元102", "1单元103", "1单元104"]),
        ("1单元101-103", ["1单元101", "1单元102", "1单元103"]),
        ("101～103，201至202", ["101", "102", "103", "201", "202"]),
        ("1单元０１-1单元０３", ["1单元01", "1单元02", "1单元03"]),
        ("3-1-501", ["3-1-501"]),
        ("1-101", ["1-101"]),
        ("1-101到1-103", ["1-101", "1-102", "1-103"]),
        ("101\n\n101 102", ["101", "102"]),
        ("甲-乙", ["甲-乙"]),
    ],
)
def test_doors_are_read_as_people_write_them(written: str, meant: list[str]) -> None:
    assert doors.read_labels(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        " \n",
        "101-901",
        "106到101",
        "101~101",
        "<b>",
        "a/b",
        "门" * 21,
        "1\u202e2",
        "😀",
        "\n".join(map(str, range(1001))),
    ],
)
def test_what_is_no_door_is_refused_with_the_line(written: str) -> None:
    with pytest.raises(Invalid):
        doors.read_labels(written)


def added(cast, lines: str = "1单元101-1单元104") -> list[Door]:
    return doors.add_doors(cast.place("5号楼"), cast.viewer("shen"), lines)


def test_doors_there_are_already_stay(cast) -> None:
    assert len(added(cast)) == 4
    assert [door.label for door in added(cast, "1单元103-1单元105")] == ["1单元105"]


def test_doors_are_kept_by_those_above_the_grid_in_their_own_places(cast) -> None:
    for name in ("gao", "tang", "lin", "wu"):
        with pytest.raises(Forbidden):
            doors.add_doors(cast.place("5号楼"), cast.viewer(name), "101")
    with pytest.raises(Refused):
        doors.add_doors(cast.place("银杏社区"), cast.viewer("shen"), "101")


def printed(someone, address: str, **form) -> bytes:
    answer = someone.post(address, **form)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer.get_data()


def read_back(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.render(scale=2, grayscale=True).to_pil() for page in document]
    return [address for page in pages for address in read_squares(page, searching=True)]


def words_on(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().get_text_bounded().replace("\r\n", "").replace("\n", "")


def test_slips_of_chosen_doors_are_printed_each_with_its_own_code_and_open_their_door(phone, cast) -> None:
    keeper, place = phone().sign_in("shen"), cast.places["5号楼"]
    ids = [door.id for door in added(cast)]
    assert "1单元104" in keeper.get(f"/keep/places/{place}/doors").get_data(as_text=True)
    pdf = printed(keeper, f"/keep/places/{place}/doors/slips", door=[str(id_) for id_ in ids[:3]])
    addresses = read_back(pdf)
    assert len(set(addresses)) == 3
    for address, label in zip(addresses, ("1单元101", "1单元102", "1单元103"), strict=True):
        assert label in phone().get(address.removeprefix("https://onecode.example")).get_data(as_text=True)
    said = words_on(pdf)
    for words in (
        "1单元101",
        "5号楼",
        "银杏社区",
        "010-00000001",
        "只用一次",
        "我们不问身份证，不收钱",
        "折",
        "都是假的",
    ):
        assert words in said
    fresh()
    assert find_by(DoorSlip, door_id=ids[0]).printed_by_id == cast.people["shen"]
    assert find_by(DoorSlip, door_id=ids[3]) is None


def test_slips_for_all_doors_where_nobody_is_known_leave_out_the_others(phone, cast) -> None:
    keeper, address = phone().sign_in("shen"), f"/keep/places/{cast.places['5号楼']}/doors/slips"
    added(cast)
    cast.known("三楼老周", door="1单元102")
    assert len(read_back(printed(keeper, address, all="1"))) == 3
    fresh()
    assert find_by(Door, label="1单元102").slips == []


def test_a_slip_with_any_name_is_printed_whole() -> None:
    slip = Slip(f"https://onecode.example/d/{'7' * 20}", "7" * 20, "甲" * 20, "楼" * 60, ("长" * 60,) * 4, "010-1")
    out = _Out()
    assert print_pdf([slip], "slip", out) == 1
    assert check_pages(out.data, [slip.url], "slip", share=1) == 1
    assert "77777 77777 77777 77777" in words_on(out.data)


class _Out:
    data = b""

    def write(self, more: bytes) -> None:
        self.data += more


def test_every_word_of_a_slip_has_its_letter(phone, cast) -> None:
    slip = Slip("https://onecode.example/d/7", "7", "3单元501", "5号楼", ("银杏社区",), "010-1")
    assert slip.headline in slip.every_word()
    assert slip.headline == "5号楼　3单元501"


def test_a_slip_printed_anew_ends_the_old_one_at_once(phone, cast) -> None:
    keeper, (door, *_) = phone().sign_in("shen"), added(cast)
    keeper.get(f"/keep/doors/{door.id}")
    first, second = (read_back(printed(keeper, f"/keep/doors/{door.id}/slip"))[0] for _ in range(2))
    someone = phone()
    answer = someone.get(first.removeprefix("https://onecode.example"))
    assert "作废了" in answer.get_data(as_text=True)
    assert someone.post(first.removeprefix("https://onecode.example"), nickname="老周", consent="y").status_code == 409
    someone.get(second.removeprefix("https://onecode.example"))
    assert someone.post(second.removeprefix("https://onecode.example"), nickname="老周", consent="y").status_code == 303


def test_a_lost_slip_is_ended_and_a_used_one_cannot_be(phone, cast) -> None:
    door = added(cast)[0]
    doors.hand_out({door.id: verification.new_slip_secret()}, cast.viewer("shen"))
    doors.end_slip(door, cast.viewer("shen"))
    with pytest.raises(Refused):
        doors.end_slip(door, cast.viewer("shen"))


def test_nothing_is_handed_out_when_there_is_no_phone_to_call(phone, cast) -> None:
    keeper, door = phone().sign_in("shen"), added(cast)[0]
    with writing():
        cast.place("银杏社区").phone = None
    keeper.get(f"/keep/doors/{door.id}")
    assert keeper.post(f"/keep/doors/{door.id}/slip").status_code == 409
    fresh()
    assert find_by(DoorSlip, door_id=door.id) is None


def test_a_name_no_printer_has_is_said_and_nothing_is_handed_out(phone, cast) -> None:
    keeper, door = phone().sign_in("shen"), added(cast)[0]
    with writing():
        cast.place("5号楼").name = "عمارة"
    answer = keeper.post(f"/keep/doors/{door.id}/slip")
    assert answer.status_code == 409
    assert "印不出来" in answer.get_data(as_text=True)
    assert keeper.get(f"/keep/places/{cast.places['5号楼']}/poster.pdf").status_code == 409
    fresh()
    assert find_by(DoorSlip, door_id=door.id) is None


def test_with_nothing_ticked_it_says_what_to_do(phone, cast) -> None:
    keeper = phone().sign_in("shen")
    keeper.get(f"/keep/places/{cast.places['5号楼']}/doors")
    for ticked in ([], ["x"], ["999999"], ["9" * 400]):
        answer = keeper.post(f"/keep/places/{cast.places['5号楼']}/doors/slips", door=ticked)
        assert answer.status_code == 409
        assert "打勾" in answer.get_data(as_text=True)


def test_bad_lines_come_back_as_they_were_typed(phone, cast) -> None:
    keeper, address = phone().sign_in("shen"), f"/keep/places/{cast.places['5号楼']}/doors"
    keeper.get(address)
    answer = keeper.post(address, lines="1单元101\n<b>")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "1单元101\n&lt;b&gt;" in page.replace("\r", "")
    assert "不像门牌" in page


def test_whom_only_a_door_made_known_is_known_no_longer_when_they_moved_out(phone, cast) -> None:
    someone = phone().known_as("三楼老周", cast)
    home = person_of(someone).residences[0]
    with pytest.raises(Forbidden):
        doors.end_residence(home, cast.viewer("gao"))
    doors.end_residence(home, cast.viewer("shen"))
    assert person_of(someone).known_at is None
    assert someone.get("/me/nickname").status_code == 303
    with pytest.raises(Refused):
        doors.end_residence(home, cast.viewer("shen"))


def test_who_has_another_door_or_a_phone_stays_known(cast) -> None:
    cast.known("三楼老周")
    cast.known("爱种花的", door="3单元502", by="sms")
    with writing():
        door = Door(place_id=cast.places["6号楼"], label="101")
        db.session.add(Residence(person=cast.person("三楼老周"), door=door, how="slip"))
    for name in ("三楼老周", "爱种花的"):
        doors.end_residence(cast.person(name).residences[0], cast.viewer("shen"))
        assert cast.person(name).known_at is not None


def test_nicknames_behind_a_door_are_shown_on_request_and_that_is_recorded(phone, cast) -> None:
    cast.known("三楼老周")
    keeper, door = phone().sign_in("shen"), find_by(Door, label="3单元501")
    assert "三楼老周" not in keeper.get(f"/keep/doors/{door.id}").get_data(as_text=True)
    assert "三楼老周" in keeper.post(f"/keep/doors/{door.id}/who").get_data(as_text=True)
    fresh()
    looks = select(Event.actor_id).filter_by(noun="person", verb="who", subject_id=cast.people["三楼老周"])
    assert list(db.session.scalars(looks)) == [cast.people["shen"]]


def test_a_door_written_by_mistake_is_removed_unless_somebody_was_known_there(cast) -> None:
    door = added(cast)[0]
    doors.hand_out({door.id: verification.new_slip_secret()}, cast.viewer("shen"))
    doors.remove_door(door, cast.viewer("shen"))
    assert find_by(Door, label="1单元101") is None
    cast.known("三楼老周")
    with pytest.raises(Refused):
        doors.remove_door(find_by(Door, label="3单元501"), cast.viewer("shen"))


# At the same instant.


def at_once(*acts) -> list[int]:
    """The answers of several browsers that send their forms together."""
    ready = threading.Barrier(len(acts))

    def go(act) -> int:
        ready.wait()
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(go, acts))


def test_a_slip_used_twice_at_the_same_instant_makes_one_residence(app, phone, cast) -> None:
    for turn in range(6):
        address, people = fresh_slip(cast), [phone() for _ in range(3)]
        for someone in people:
            someone.get(address)
        names = [f"{'甲乙丙'[number]}家第{turn}位" for number in range(3)]
        acts = [
            lambda someone=someone, name=name: someone.post(address, nickname=name, consent="y")  # noqa: B023
            for someone, name in zip(people, names, strict=True)
        ]
        assert at_once(*acts) == [303, 409, 409]
        fresh()
        secret = verification.find_slip(address.removeprefix("/d/"))
        assert db.session.scalar(select(func.count()).select_from(Residence).filter_by(door_id=secret.door_id)) == 1
    known = select(func.count()).select_from(Person).where(Person.known_at.is_not(None))
    assert db.session.scalar(known) == 6


def test_one_nickname_asked_for_twice_at_the_same_instant_is_one_neighbours(app, phone, cast) -> None:
    for turn in range(5):
        slips, people = [fresh_slip(cast), fresh_slip(cast)], [phone(), phone()]
        acts = []
        for someone, address in zip(people, slips, strict=True):
            someone.get(address)
            acts.append(lambda s=someone, a=address, n=f"老周{turn}号": s.post(a, nickname=n, consent="y"))
        assert at_once(*acts) == [303, 422]


def test_one_slip_of_a_door_is_good_however_many_print_it_at_once(app, phone, cast) -> None:
    door, keepers = added(cast)[0], [phone().sign_in(name) for name in ("shen", "qiao", "du")]
    for keeper in keepers:
        keeper.get(f"/keep/doors/{door.id}")
    assert at_once(*[lambda k=keeper: k.post(f"/keep/doors/{door.id}/slip") for keeper in keepers]) == [200] * 3
    fresh()
    slips = db.session.scalars(select(DoorSlip).filter_by(door_id=door.id)).all()
    assert [slip.is_good for slip in slips].count(True) == 1


def test_old_askings_are_forgotten(cast) -> None:
    with writing():
        person = cast.person("gao")
        asking = VerificationRequest(person_id=person.id, way="worker", nickname="老周", expires_at=now())
        asking.asked_at = now() - timedelta(days=2)
        db.session.add(asking)
    forget_askings()
    assert db.session.scalar(select(func.count()).select_from(VerificationRequest)) == 0
