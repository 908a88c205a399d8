"""The page behind the code: the same for everybody, fresh when something changes, honest about false stickers."""

import io
import re
import time
from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from governance.core.db import db, writing
from governance.core.web import page_cache
from governance.places.actions import print_code, retire_code
from governance.places.model import ScanCount
from governance.scan.counts import flush
from governance.tickets.model import Ticket
from tests import photos
from tests.catalogue import translate_into_english
from tests.phone import Phone


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_every_visitor_gets_the_same_body_and_the_same_cookie_which_says_only_where(phone, cast) -> None:
    address = f"/c/{cast.codes['5号楼']}"
    stranger, reporter = phone(), phone()
    reporter.report(cast.codes["5号楼"])
    time.sleep(page_cache.FRESH)
    first, second = stranger.get(address), reporter.get(address)
    assert first.data == second.data
    kept = [answer.headers.getlist("Set-Cookie") for answer in (first, second)]
    assert kept[0] == kept[1] and [one.split(";")[0] for one in kept[0]] == [f"place={cast.codes['5号楼']}"]
    assert b"csrf_token" not in first.data


def test_the_page_shows_a_new_report_within_a_second(phone, cast) -> None:
    address, looker = f"/c/{cast.codes['5号楼']}", phone()
    assert "现在没有要办的事" in text(looker.get(address))
    phone().report(cast.codes["5号楼"], category="lift")
    time.sleep(page_cache.FRESH)
    assert "电梯" in text(looker.get(address))


def test_what_is_open_in_the_courtyard_is_shown_in_its_buildings(phone, cast) -> None:
    phone().report(cast.codes["3号院"], category="water", words="地库进水")
    assert "漏水积水" in text(phone().get(f"/c/{cast.codes['6号楼']}"))
    assert "漏水积水" not in text(phone().get(f"/c/{cast.codes['8号院']}"))


def test_a_token_never_issued_warns_and_shows_no_report_form(phone, cast) -> None:
    answer = phone().get("/c/ABCDEFGH")
    assert answer.status_code == 404
    assert "不要付钱" in text(answer)
    assert "/report" not in text(answer)
    assert phone().get("/c/ABCDEFGH/report").status_code == 404


def test_a_code_typed_carelessly_leads_to_its_page(phone, cast) -> None:
    token = cast.codes["5号楼"]
    typed = f" {token[:4].lower()}-{token[4:].lower()} "
    assert phone().get("/", query_string={"code": typed}).location == f"/c/{token}"
    assert phone().get("/", query_string={"code": "AAAA"}).status_code == 404


def test_a_retired_code_leads_on_to_the_one_that_replaced_it(phone, cast) -> None:
    with writing():
        old = cast.code("5号楼")
        new = print_code(old.place, "demo")
        retire_code(old, "demo", None, new)
        token = new.token
    answer = phone().get(f"/c/{cast.codes['5号楼']}")
    assert (answer.status_code, answer.location) == (302, f"/c/{token}")


def test_a_member_of_staff_who_scans_is_led_to_the_work_there(phone, cast) -> None:
    worker, address = phone().sign_in("gao"), f"/c/{cast.codes['5号楼']}"
    assert worker.get(address).location == f"/desk/at/{cast.codes['5号楼']}"
    assert "报问题" in text(worker.get(f"{address}?view=resident"))


def test_scans_are_counted_per_code_and_day_and_never_per_person(phone, cast, app) -> None:
    token = cast.codes["5号楼"]
    for _ in range(3):
        phone().get(f"/c/{token}")
    flush()
    db.session.rollback()
    assert [(row.token, row.count) for row in db.session.query(ScanCount)] == [(token, 3)]
    assert set(ScanCount.__table__.columns.keys()) == {"token", "day", "count"}


def test_every_link_of_the_page_leads_somewhere(phone, cast, app) -> None:
    address = phone().report(cast.codes["3号院"], category="water")
    page = text(phone().get(f"/c/{cast.codes['5号楼']}"))
    links = set(re.findall(r'href="(/[^"]*)"', page))
    assert {address, "/me", f"/c/{cast.codes['5号楼']}/report"} <= links
    assert {phone().get(link).status_code for link in links} == {200}


def test_each_language_has_a_page_of_its_own(app, phone, cast, tmp_path) -> None:
    translate_into_english(app, tmp_path, {"报问题": "Report <it>", "今天": "today", "网格员": "Grid worker"})
    phone().report(cast.codes["5号楼"])
    address = f"/c/{cast.codes['5号楼']}"
    english, chinese = text(phone().get(f"{address}?lang=en")), text(phone().get(address))
    assert "<b>Report &lt;it&gt;</b>" in english and ">today " in english and 'lang="en"' in english
    assert "<b>报问题</b>" in chinese and ">今天 " in chinese
    assert "Grid worker" in english and "网格员" in chinese


def test_the_page_in_large_text_is_kept_apart(phone, cast) -> None:
    address = f"/c/{cast.codes['5号楼']}"
    assert 'class="elder"' in text(phone().get(f"{address}?elder=1"))
    assert 'class="elder"' not in text(phone().get(address))


def test_the_large_name_says_courtyard_and_building(phone, cast) -> None:
    assert "<h1>3号院 5号楼</h1>" in text(phone().get(f"/c/{cast.codes['5号楼']}"))


def test_me_and_large_text_stand_before_everything_else(phone, cast) -> None:
    page = text(phone().get(f"/c/{cast.codes['5号楼']}"))
    assert page.index('href="/me"') < page.index("长辈版") < page.index("<h1>") < page.index("报问题")


def test_a_retired_code_without_a_successor_says_so(phone, cast) -> None:
    address = f"/c/{cast.codes['5号楼']}"
    with writing():
        retire_code(cast.code("5号楼"), "demo", None)
    assert "这张贴纸已经停用" in text(phone().get(address))


def test_who_stands_elsewhere_finds_the_right_building_and_is_told_whose_code_it_was(phone, cast) -> None:
    one, scanned, right = phone(), cast.codes["5号楼"], cast.codes["6号楼"]
    one.get(f"/c/{scanned}/around")
    assert "您扫的码贴在：<b>3号院 5号楼</b>" in one.page and ">3号院 6号楼<" in one.page and ">3号院<" in one.page
    one.get(re.search(rf'href="(/c/{right}[^"]*)"', one.page)[1])
    assert "您扫的是 3号院 5号楼 的码，现在看的是 3号院 6号楼。" in one.page and "<h1>3号院 6号楼</h1>" in one.page
    one.get("/me")
    assert f'href="/c/{right}"' in one.page


def test_a_place_is_found_by_what_its_neighbours_call_it(phone, cast) -> None:
    one = phone()
    for asked in ("3号院6号楼", "银杏 6号楼", "6号楼", "6"):
        one.get("/find", query_string={"q": asked})
        assert "3号院 6号楼" in one.page and "8号院" not in one.page, asked
    for asked in ("九号楼", "%", "_", "'"):
        one.get("/find", query_string={"q": asked})
        assert "没有找到" in one.page and "号楼</b></a>" not in one.page, asked


def test_a_torn_or_false_sticker_reaches_the_community_in_two_taps(phone, cast) -> None:
    one, code = phone(), cast.codes["5号楼"]
    one.get(f"/c/{code}")
    one.get(re.search(r'href="(/c/[^"]*/sticker)"', one.page)[1])
    photo = {"photos": (io.BytesIO(photos.png()), "sticker.png")}
    ticket = one.post(f"/c/{code}/sticker", what="false", **photo).location
    desk = phone().sign_in("shen")
    desk.get("/desk?tab=new")
    assert "像是假的码" in desk.page and ticket in desk.page
    assert "照片" in text(phone().sign_in("gao").get(ticket))


def press(one: Phone, code: str, what: str = "broken") -> TestResponse:
    one.get(f"/c/{code}/sticker")
    return one.post(f"/c/{code}/sticker", what=what)


def test_who_presses_again_or_after_a_neighbour_joins_the_same_ticket(phone, cast) -> None:
    first, code = phone(), cast.codes["5号楼"]
    address = press(first, code).location
    assert press(first, code).location == address and "您已经报过了" in text(first.get(address))
    neighbour = phone()
    assert press(neighbour, code).location == address and "记下了您也遇到" in text(neighbour.get(address))
    assert "共 2 位邻居" in text(neighbour.get(address))
    assert press(phone(), code, "false").location != address
    assert press(phone(), cast.codes["6号楼"]).location != address


def test_a_false_code_is_urgent_and_a_torn_one_is_not(phone, cast) -> None:
    torn, false = (press(phone(), cast.codes["5号楼"], what).location for what in ("broken", "false"))
    tickets = {ticket.ref: ticket for ticket in db.session.scalars(select(Ticket))}
    hasty, calm = tickets[false.removeprefix("/t/")], tickets[torn.removeprefix("/t/")]
    assert hasty.urgent and not calm.urgent
    assert hasty.due_at - hasty.submitted_at < timedelta(hours=5) < calm.due_at - calm.submitted_at


def test_presses_at_a_code_have_limits_of_their_own_and_leave_room_for_reports(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr("governance.tickets.reporting.sticker_routes.AN_ADDRESS", "3/hour")
    monkeypatch.setattr("governance.tickets.routes.REPORTS_A_PLACE", "1/hour")
    code = cast.codes["5号楼"]
    assert [press(phone(), code).status_code for _ in range(4)] == [303] * 3 + [429]
    phone().report(code)
    late = phone()
    late.get(f"/c/{code}/report")
    assert late.post(f"/c/{code}/report", category="light", words="灯不亮").status_code == 429
    assert "这里报的人太多了" in late.page and "您今天" not in late.page and 'href="tel:010-00000001"' in late.page


def test_a_code_never_issued_is_told_to_the_community_of_the_place_scanned_before(phone, cast) -> None:
    one = phone()
    one.get(f"/c/{cast.codes['5号楼']}")
    one.get("/c/ABCDEFGH")
    assert f'href="/c/{cast.codes["5号楼"]}/sticker"' in one.page
    stranger = phone()
    stranger.get("/c/ABCDEFGH")
    assert 'href="/find"' in stranger.page
