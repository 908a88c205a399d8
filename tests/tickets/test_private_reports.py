"""A private category: its helpline and who can see it, on the form, on the receipt and on 我的, without script."""

import re

from sqlalchemy import select

from governance.core.db import db, writing
from governance.relay.delivery.fan_out import expand
from governance.relay.model import Delivery
from governance.relay.subscriptions.recipients import workers
from governance.tickets.model import Ticket

PRIVATE = "那天晚上的事"


def test_the_form_holds_the_helpline_of_each_private_category_and_that_it_is_never_public(phone, cast) -> None:
    page = phone().get(f"/c/{cast.codes['5号楼']}/report").text
    for slug, number in (("violence", "12338"), ("care", "120"), ("wages", "12333"), ("misconduct", "12388")):
        tile = re.search(rf'<input[^>]*value="{slug}".*?</label>(.*?)<label', page, re.S)
        assert tile and f'<a class="tel" href="tel:{number}">' in tile[1].partition("helpline")[2], slug
        assert re.search(rf'<input[^>]*data-private[^>]*value="{slug}"', page), slug
    assert not re.search(r'<input[^>]*data-private[^>]*value="light"', page)
    assert "这一类都不公开：只有您和办事的人看得到" in page


def test_its_receipt_says_who_can_see_it_and_nothing_untrue(phone, cast) -> None:
    mine = phone()
    there = mine.report(cast.codes["5号楼"], category="violence", words=PRIVATE)
    page = mine.get(there).text
    assert "只有您和办事的人看得到" in page and 'href="tel:12338"' in page
    assert not re.search(
        "邻居|扫楼里的码|大家", page[page.index("<main") : page.index("<footer")].replace("“我的”", "")
    )
    assert PRIVATE not in phone().get(f"/c/{cast.codes['5号楼']}").text


def test_mine_shows_it_without_its_words_and_it_can_be_taken_off_and_put_back(phone, cast) -> None:
    mine = phone()
    there = mine.report(cast.codes["5号楼"], category="violence", words=PRIVATE)
    page = mine.get("/me").text
    assert there in page and PRIVATE not in page
    mine.get(there)
    for shown, line in (("no", "不在“我的”里了"), ("yes", "放回“我的”里了")):
        assert mine.post(f"{there}/mine", shown=shown).status_code == 303
        assert line in mine.get(there).text
        assert (there in mine.get("/me").text) is (shown == "yes")
    stranger = phone()
    stranger.get("/me")
    assert stranger.post(f"{there}/mine", shown="no").status_code == 404
    with writing():
        ticket = db.session.query(Ticket).one()
        assert ticket.private


def test_numbers_of_the_city_are_a_setting(app, phone, cast) -> None:
    form = f"/c/{cast.codes['5号楼']}/report"
    assert "96116" not in phone().get(form).text
    app.extensions["settings"].local_numbers = "供水 96116 自来水集团官网; 燃气 96777 燃气集团官网"
    app.extensions["kept_pages"].clear()
    page = phone().get(form).text
    assert 'href="tel:96116"' in page and 'href="tel:96777"' in page
    mine = phone()
    assert 'href="tel:96116"' in mine.get(mine.report(cast.codes["5号楼"], words="停水了一整天")).text


def test_a_complaint_of_who_is_in_charge_goes_to_the_community_and_not_to_the_grid_worker(phone, cast, robot) -> None:
    groups = {place: robot(place, "workers") for place in ("5号楼", "第一网格", "银杏社区")}
    mine, gao, shen = phone(), phone().sign_in("gao"), phone().sign_in("shen")
    there = mine.report(cast.codes["5号楼"], category="misconduct", words="高师傅上班打牌")
    assert "已经送到社区那里" in mine.get(there).text and "网格员看过" not in mine.get(there).text
    assert gao.get(there).status_code == 404 and there not in gao.get("/desk?tab=all").text
    for step in ("accept", "decline", "finish"):
        assert gao.post(f"{there}/moves/{step}", note="没有的事").status_code == 404
    assert there in shen.get("/desk?tab=new").text
    ticket = db.session.query(Ticket).one()
    assert workers(ticket) == {cast.viewer("shen").staff_id}
    while expand():
        pass
    db.session.rollback()
    owed = set(db.session.scalars(select(Delivery.group_id)))
    assert owed & set(groups.values()) == {groups["银杏社区"]}
    shen.get(there)
    assert shen.post(f"{there}/moves/accept").status_code == 303


def test_the_slip_that_is_taken_home_prints_neither_the_words_nor_the_category(phone, cast) -> None:
    gao, address = phone().sign_in("gao"), f"/desk/at/{cast.codes['5号楼']}/report"
    gao.get(address)
    sent = {"category": "violence", "words": PRIVATE, "at": str(cast.places["5号楼"]), "source": "phone"}
    slip = gao.get(gao.post(address, **sent).location).text
    printed = slip[slip.index('<div class="slip">') : slip.index('<div class="slip__ways">')]
    assert "一件不公开的事" in printed and "家暴" not in printed.replace(PRIVATE, "")
    assert re.search(rf'class="words [^"]*no-print">{PRIVATE}', printed)
