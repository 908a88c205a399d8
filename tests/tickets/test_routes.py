"""What residents may rely on: reporting, following, joining, answering, through the real forms."""

import io
import re
import uuid

import pytest

from governance.core.db import db, find_by, now
from governance.core.events import Event, history
from governance.tickets.model import Follow, Photo, Ticket
from tests import photos
from tests.phone import Phone


def ticket_at(address: str) -> Ticket:
    db.session.rollback()
    found = find_by(Ticket, ref=address.split("/t/")[1].split("?")[0])
    assert found is not None
    db.session.refresh(found)
    return found


def test_a_report_is_taken_without_an_account_and_can_be_followed(phone, cast) -> None:
    mine = phone()
    address = mine.report(cast.codes["5号楼"], category="lift", words="电梯异响", where="2单元")
    assert "电梯异响" in mine.get(address).get_data(as_text=True)
    assert "已经送到网格员" in mine.page


def test_the_same_submission_sent_again_is_the_first_ticket(phone, cast) -> None:
    mine, submission = phone(), str(uuid.uuid4())
    first = mine.report(cast.codes["5号楼"], submission=submission, words="第一次")
    assert mine.report(cast.codes["5号楼"], submission=submission, words="第一次") == first
    assert db.session.query(Ticket).count() == 1


OTHER = {
    "category": "lift",
    "words": "第二次",
    "where": "3单元",
    "private": "y",
    "contact_phone": "13800138000",
    "contact_name": "李奶奶",
}


@pytest.mark.parametrize("name", [*OTHER, "at"])
def test_the_same_submission_with_other_content_is_told_of_the_first(phone, cast, name) -> None:
    mine, submission, code = phone(), str(uuid.uuid4()), cast.codes["5号楼"]
    content = {"category": "light", "words": "第一次", "submission": submission}
    first = mine.report(code, **content)
    other = {**OTHER, "at": str(cast.places["3号院"])}[name]
    answer = mine.post(f"/c/{code}/report", **content | {name: other})
    assert answer.status_code == 409
    assert f'href="{first}"' in mine.page and "再报一件" in mine.page
    assert db.session.query(Ticket).count() == 1


def test_a_submission_taken_before_contents_were_kept_is_the_first_ticket(phone, cast) -> None:
    mine, submission, code = phone(), str(uuid.uuid4()), cast.codes["5号楼"]
    first = mine.report(code, words="第一次", submission=submission)
    ticket_at(first).content_digest = None
    db.session.commit()
    assert mine.report(code, words="第二次", submission=submission) == first


def test_a_script_reads_where_its_report_went(phone, cast) -> None:
    mine, code = phone(), cast.codes["5号楼"]
    mine.get(f"/c/{code}/report")
    content = {"category": "light", "words": "灯不亮", "submission": str(uuid.uuid4())}
    answers = [_as_script(mine, f"/c/{code}/report", **content) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert mine.get(answers[0].json["to"]).status_code == 200
    other = _as_script(mine, f"/c/{code}/report", **content | {"words": "另一件"})
    assert (other.status_code, other.json["detail"]) == (409, "这是刚才那件；新的事请再报一件")


def _as_script(mine, address, **form):
    """As the page's script sends it: with a fresh token, asking for JSON."""
    token = mine.get("/token").json["token"]
    return mine.client.post(address, data={"csrf_token": token} | form, headers={"Accept": "application/json"})


def _photo(width: int = 30) -> tuple[io.BytesIO, str]:
    return io.BytesIO(photos.png(width, 20)), "one.png"


def test_photos_follow_the_words_of_a_report_each_once(phone, cast) -> None:
    mine, submission = phone(), str(uuid.uuid4())
    address = mine.report(cast.codes["5号楼"], words="见照片", submission=submission)
    for width in (30, 40, 30):
        sent = _as_script(mine, f"{address}/photos", submission=submission, photo=_photo(width))
        assert sent.status_code == 201
    ticket = ticket_at(address)
    assert [photo.step for photo in ticket.photos] == ["report", "report"]
    assert [event.verb for event in history("ticket", ticket.id)] == ["report", "photo", "photo"]
    for width in (50, 60, 70, 80):
        assert _as_script(mine, f"{address}/photos", submission=submission, photo=_photo(width)).status_code == 201
    last = _as_script(mine, f"{address}/photos", submission=submission, photo=_photo(90))
    assert (last.status_code, last.json["detail"]) == (422, "最多 6 张照片")
    assert len(ticket_at(address).photos) == 6


def test_a_photo_staged_when_the_words_came_is_not_taken_twice(phone, cast) -> None:
    mine, submission, code = phone(), str(uuid.uuid4()), cast.codes["5号楼"]
    mine.get(f"/c/{code}/report")
    mine.post(f"/c/{code}/photos", submission=submission, photo=_photo())
    address = mine.report(code, submission=submission)
    assert _as_script(mine, f"{address}/photos", submission=submission, photo=_photo()).status_code == 201
    assert len(ticket_at(address).photos) == 1


def test_a_photo_that_comes_after_somebody_looked_is_not_shown_to_neighbours(phone, cast) -> None:
    mine, submission = phone(), str(uuid.uuid4())
    address = mine.report(cast.codes["5号楼"], submission=submission)
    ticket_at(address).checked_at = now()
    db.session.commit()
    _as_script(mine, f"{address}/photos", submission=submission, photo=_photo())
    ticket = ticket_at(address)
    assert [photo.step for photo in ticket.photos] == ["more"]
    assert [event.verb for event in history("ticket", ticket.id)] == ["report", "more"]


def test_more_sent_again_is_said_once_and_its_photos_follow(phone, cast) -> None:
    mine, submission = phone(), str(uuid.uuid4())
    address = mine.report(cast.codes["5号楼"])
    assert _as_script(mine, f"{address}/photos", submission=submission, photo=_photo()).status_code == 404
    for _ in range(2):
        assert mine.post(f"{address}/more", words="还在闪", submission=submission).status_code == 303
    assert mine.post(f"{address}/more", words="不闪了", submission=submission).status_code == 409
    assert _as_script(mine, f"{address}/photos", submission=submission, photo=_photo()).status_code == 201
    said = [event for event in history("ticket", ticket_at(address).id) if event.verb == "more"]
    assert [(event.words, event.data["photos"]) for event in said] == [("还在闪", 0), (None, 1)]


def test_a_staged_photo_can_be_taken_back_without_script_by_its_sender_only(phone, cast) -> None:
    mine, submission, code = phone(), str(uuid.uuid4()), cast.codes["5号楼"]
    mine.get(f"/c/{code}/report")
    mine.post(f"/c/{code}/report", submission=submission, words="灯", photos=[_photo(30), _photo(40)])
    assert "已收到 2 张照片" in mine.page
    remove = re.findall(r'formaction="([^"]+/remove)"', mine.page)
    phone().post(remove[0], submission=submission)
    assert mine.post(remove[0], submission=submission, words="灯", where="3单元").status_code == 200
    assert "已收到 1 张照片" in mine.page and 'value="3单元"' in mine.page
    assert len(ticket_at(mine.report(code, submission=submission)).photos) == 1


def _finish(phone, cast):
    address, gao = phone().report(cast.codes["5号楼"], category="lift"), phone().sign_in("gao")
    gao.get(address)
    return gao, f"{address}/moves/finish", {}


def _more_words(phone, cast):
    mine = phone()
    return mine, f"{mine.report(cast.codes['5号楼'])}/more", {}


def _for_somebody(phone, cast):
    return phone().sign_in("gao"), f"/desk/at/{cast.codes['5号楼']}/report", {"category": "light"}


@pytest.mark.parametrize("form", [_finish, _more_words, _for_somebody])
def test_without_script_each_photo_that_came_can_be_taken_back_and_bad_ones_spoil_no_good_ones(
    phone, cast, form
) -> None:
    who, address, fields = form(phone, cast)
    submission, gif = str(uuid.uuid4()), (io.BytesIO(photos.gif()), "moving.gif")
    who.post(address, submission=submission, photos=[_photo(30), gif, _photo(40)], words="坏" * 600, note="", **fields)
    assert "已收到 2 张照片" in who.page and "不是照片" in who.page
    keys = re.findall(r'name="remove" value="([^"]+)"', who.page)
    assert len(keys) == 2
    phone().post(address, submission=submission, remove=keys[0])
    again = who.post(address, submission=submission, remove=keys[0], words="还在闪", note="换了", **fields)
    assert again.status_code == 422 and "已收到 1 张照片" in who.page and ("还在闪" in who.page or "换了" in who.page)
    assert db.session.query(Photo).filter_by(submission=submission).count() == 1
    assert db.session.query(Event).filter(Event.verb.in_(["more", "finish"])).count() == 0


def test_an_answer_sent_again_counts_once_and_one_to_an_earlier_round_is_refused(phone, cast) -> None:
    mine = phone()
    address = mine.report(cast.codes["5号楼"])
    ticket = ticket_at(address)
    ticket.state, ticket.resolved_at = "resolved", now()
    db.session.commit()
    for _ in range(2):
        assert mine.post(f"{address}/answer", solved="no", words="还坏", asked_in="1").status_code == 303
    assert mine.post(f"{address}/answer", solved="yes", words="", asked_in="1").status_code == 409
    verbs = [event.verb for event in history("ticket", ticket_at(address).id)]
    assert verbs.count("answer") == verbs.count("reopen") == 1


def test_photos_that_come_with_the_first_report_of_a_phone_belong_to_it(phone, cast) -> None:
    sent = [(io.BytesIO(photos.png()), "one.png"), (io.BytesIO(photos.png(40, 30)), "two.png")]
    address = phone().report(cast.codes["5号楼"], words="", photos=sent)
    ticket = ticket_at(address)
    assert [photo.step for photo in ticket.photos] == ["report", "report"]
    assert history("ticket", ticket.id)[0].data["photos"] == 2


def test_a_photo_staged_ahead_belongs_to_the_report_that_follows(phone, cast) -> None:
    mine, code, submission = phone(), cast.codes["5号楼"], str(uuid.uuid4())
    mine.get(f"/c/{code}/report")
    photo = (io.BytesIO(photos.png()), "one.png")
    assert mine.post(f"/c/{code}/photos", submission=submission, photo=photo).status_code == 201
    assert len(ticket_at(mine.report(code, submission=submission, words="")).photos) == 1


def test_a_report_may_be_about_the_courtyard_or_a_building_beside(phone, cast) -> None:
    for name in ("3号院", "6号楼"):
        address = phone().report(cast.codes["5号楼"], at=str(cast.places[name]))
        assert ticket_at(address).place_id == cast.places[name]
    mine = phone()
    mine.get(f"/c/{cast.codes['5号楼']}/report")
    elsewhere = {"category": "light", "words": "灯不亮", "at": str(cast.places["8号院"])}
    assert mine.post(f"/c/{cast.codes['5号楼']}/report", **elsewhere).status_code == 422


def test_a_report_without_words_or_photo_keeps_what_was_filled_in(phone, cast) -> None:
    mine, code = phone(), cast.codes["5号楼"]
    mine.get(f"/c/{code}/report")
    answer = mine.post(f"/c/{code}/report", category="lift", words="", where="2单元3层")
    assert answer.status_code == 422
    assert "请说一句，或者拍一张照片" in mine.page
    assert 'value="2单元3层"' in mine.page
    assert re.search(r'<input [^>]*checked[^>]*value="lift"', mine.page)


def test_a_stale_form_is_shown_again_filled_and_then_taken(phone, cast) -> None:
    mine, code = phone(), cast.codes["5号楼"]
    mine.get(f"/c/{code}/report")
    answer = mine.post(f"/c/{code}/report", csrf_token="stale", category="lift", words="电梯异响")
    assert answer.status_code == 422
    assert "电梯异响" in mine.page
    retry = mine.post(f"/c/{code}/report", category="lift", words="电梯异响", submission=mine.field("submission"))
    assert retry.status_code == 303


def test_unchecked_words_are_not_shown_to_others_until_a_worker_has_looked(phone, cast) -> None:
    address = phone().report(cast.codes["5号楼"], words="三层灯不亮")
    other = phone()
    assert "三层灯不亮" not in other.get(address).get_data(as_text=True)
    assert "三层灯不亮" not in other.get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True)
    worker = phone().sign_in("gao")
    worker.get(address)
    assert worker.post(f"{address}/moves/accept").status_code == 303
    assert "三层灯不亮" in other.get(address).get_data(as_text=True)


def test_a_private_report_is_seen_by_its_reporter_and_those_in_charge_only(phone, cast) -> None:
    mine = phone()
    address = mine.report(cast.codes["5号楼"], category="care", words="老人三天没下楼")
    assert mine.get(address).status_code == 200
    assert phone().get(address).status_code == 404
    assert phone().sign_in("gao").get(address).status_code == 200
    assert phone().sign_in("lin").get(address).status_code == 404
    assert "老人" not in phone().get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True).split("<main", 1)[1]


def test_joining_counts_a_person_once(phone, cast) -> None:
    address, neighbour = phone().report(cast.codes["5号楼"]), phone()
    neighbour.get(address)
    for _ in range(3):
        assert neighbour.post(f"{address}/join").status_code in (303, 403)
    assert ticket_at(address).joined == 1


def test_the_link_with_k_makes_another_phone_the_reporter_and_hides_k(phone, cast) -> None:
    mine, other = phone(), phone()
    address = mine.report(cast.codes["5号楼"])
    mine.get(address)
    secret = re.search(r"\?k=([\w-]+)", mine.page)
    assert secret is not None
    answer = other.get(f"{address}?k={secret[1]}")
    assert (answer.status_code, answer.location) == (303, address)
    assert other.get(address).status_code == 200
    assert other.post(f"{address}/moves/withdraw").status_code == 303
    assert phone().get(f"{address}?k=wrong").status_code == 404


def test_saying_it_is_not_solved_opens_the_next_round(phone, cast) -> None:
    mine, worker = phone(), phone().sign_in("gao")
    address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    worker.get(address)
    assert worker.post(f"{address}/moves/finish", note="劝停了").status_code == 303
    assert ticket_at(address).state == "resolved"
    mine.get(address)
    assert mine.post(f"{address}/answer", solved="no", words="又打了").status_code == 303
    ticket = ticket_at(address)
    assert (ticket.state, ticket.round) == ("submitted", 2)


def test_a_ticket_closes_when_all_it_concerns_have_answered(phone, cast) -> None:
    mine, neighbour, worker = phone(), phone(), phone().sign_in("gao")
    address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    neighbour.get(address)
    neighbour.post(f"{address}/join")
    worker.get(address)
    worker.post(f"{address}/moves/finish", note="劝停了")
    mine.get(address)
    mine.post(f"{address}/answer", solved="yes", satisfied="5")
    assert ticket_at(address).state == "resolved"
    neighbour.get(address)
    neighbour.post(f"{address}/answer", solved="partly")
    assert ticket_at(address).state == "closed"


def test_nudging_counts_once_a_day(phone, cast) -> None:
    mine = phone()
    address = mine.report(cast.codes["5号楼"])
    mine.get(address)
    assert [mine.post(f"{address}/nudge").status_code for _ in range(3)] == [303] * 3
    assert ticket_at(address).nudged == 1


def test_a_lift_is_finished_only_with_a_photo(phone, cast) -> None:
    address, worker = phone().report(cast.codes["5号楼"], category="lift"), phone().sign_in("gao")
    worker.get(address)
    answer = worker.post(f"{address}/moves/finish", note="换了皮带")
    assert answer.status_code == 422
    assert "要有一张现场照片" in worker.page
    assert "换了皮带" in worker.page
    assert ticket_at(address).state == "submitted"


def test_a_person_is_made_for_a_device_only_when_it_acts(phone, cast) -> None:
    looker = phone()
    address = phone().report(cast.codes["5号楼"])
    followers = db.session.query(Follow).count()
    looker.get(address)
    looker.get("/me")
    db.session.rollback()
    assert db.session.query(Follow).count() == followers


def test_a_body_sees_only_what_was_sent_to_it(phone, cast) -> None:
    address, worker, body = phone().report(cast.codes["5号楼"]), phone().sign_in("gao"), phone().sign_in("wu")
    assert "三层灯不亮" not in body.get("/desk?tab=all").get_data(as_text=True)
    worker.get(address)
    worker.post(f"{address}/moves/accept")
    worker.post(f"{address}/moves/dispatch", body=str(cast.bodies["绿叶物业"]))
    assert "三层灯不亮" in body.get("/desk?tab=new").get_data(as_text=True)
    body.get(address)
    assert body.post(f"{address}/moves/return", note="不归我们").status_code == 303
    assert "三层灯不亮" not in body.get("/desk?tab=all").get_data(as_text=True)
    assert ticket_at(address).state == "returned"


def test_a_worker_of_another_grid_cannot_accept(phone, cast) -> None:
    address, other = phone().report(cast.codes["5号楼"]), phone().sign_in("lin")
    other.get(address)
    assert other.post(f"{address}/moves/accept").status_code == 403
    assert ticket_at(address).state == "submitted"


@pytest.mark.parametrize("wrong", [{"at": "8号院"}, {"category": "nothing"}])
def test_what_the_form_did_not_offer_is_taken_from_nobody(phone, cast, wrong: dict[str, str]) -> None:
    code, told = cast.codes["5号楼"], {"category": "light", "words": "灯不亮", "source": "walk_in"}
    told |= {name: str(cast.places.get(value, value)) for name, value in wrong.items()}
    for who, address in ((phone(), f"/c/{code}/report"), (phone().sign_in("gao"), f"/desk/at/{code}/report")):
        who.get(address)
        assert who.post(address, **told).status_code == 422
    assert db.session.query(Ticket).count() == 0


def test_the_slip_shows_and_undoes_what_was_reported_for_somebody(phone, cast) -> None:
    worker = phone().sign_in("gao")
    worker.get(f"/desk/at/{cast.codes['5号楼']}/report")
    answer = worker.post(
        f"/desk/at/{cast.codes['5号楼']}/report", category="light", words="奶奶说灯不亮", source="walk_in"
    )
    assert answer.status_code == 303, worker.page
    holder = phone()
    assert "奶奶说灯不亮" in holder.get(answer.location).get_data(as_text=True)
    assert holder.post(answer.location).status_code == 303
    assert db.session.query(Ticket.state).scalar() == "withdrawn"
    assert phone().get("/s/wrongwrongwrong").status_code == 404


def test_merging_keeps_every_voice(phone, cast) -> None:
    worker, first, second = phone().sign_in("gao"), phone(), phone()
    kept, merged = first.report(cast.codes["5号楼"]), second.report(cast.codes["5号楼"])
    for one in (kept, merged):
        joiner = phone()
        joiner.get(one)
        joiner.post(f"{one}/join")
    worker.get(merged)
    assert worker.post(f"{merged}/moves/merge", into=ticket_at(kept).number).status_code == 303
    assert ticket_at(merged).state == "merged"
    assert ticket_at(kept).joined == 3


def test_contact_is_masked_until_asked_for_and_the_asking_is_recorded(phone, cast) -> None:
    address = phone().report(cast.codes["5号楼"], contact_phone="13800001234", contact_name="某某某")
    worker = phone().sign_in("gao")
    assert "13800001234" not in worker.get(address).get_data(as_text=True)
    assert "138****1234" in worker.page
    assert "13800001234" in worker.post(f"{address}/contact").get_data(as_text=True)
    record = phone().sign_in("shen").get(f"{address}/record").get_data(as_text=True)
    assert "查看了联系方式" in record
    assert "来自扫码" in record
    stranger = Phone(worker.client.application)
    assert "138****" not in stranger.get(address).get_data(as_text=True)


def test_a_lift_is_finished_with_a_photo_and_a_scan_by_somebody_new_to_this_browser(phone, cast) -> None:
    address, worker = phone().report(cast.codes["5号楼"], category="lift"), phone().sign_in("gao")
    worker.get(address)
    sent = {"note": "换了皮带", "submission": str(uuid.uuid4())}
    photo = (io.BytesIO(photos.png()), "after.png")
    assert worker.post(f"{address}/moves/finish", photos=photo, **sent).status_code == 422
    assert "已收到 1 张照片" in worker.page
    assert "请先扫一下这里的码" in worker.page
    worker.get(f"/c/{cast.codes['5号楼']}")
    assert worker.post(f"{address}/moves/finish", **sent).status_code == 303
    assert ticket_at(address).state == "resolved"


def test_reporting_for_somebody_twice_gives_the_same_slip(phone, cast) -> None:
    worker, sent = phone().sign_in("gao"), {"category": "light", "source": "walk_in", "submission": str(uuid.uuid4())}
    address = f"/desk/at/{cast.codes['5号楼']}/report"
    worker.get(address)
    first = worker.post(address, photos=(io.BytesIO(photos.png()), "lamp.png"), **sent)
    assert first.status_code == 303, worker.page
    assert worker.post(address, **sent).location == first.location
    assert db.session.query(Ticket).count() == 1


def test_each_of_two_reports_sent_before_one_is_opened_says_that_it_arrived(phone, cast) -> None:
    mine = phone()
    addresses = [mine.report(cast.codes["5号楼"], words=words) for words in ("第一件", "第二件")]
    for address in addresses:
        assert "收到了" in mine.get(address).get_data(as_text=True)
        assert "收到了" not in mine.get(address).get_data(as_text=True)
