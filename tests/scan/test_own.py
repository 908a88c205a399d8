"""What is one's own is found where one looks: behind the scan page, on the form, on 我的; nobody else learns of it."""

import re

import pytest


@pytest.fixture
def finished(phone, cast):
    """A phone whose report gao has finished: the phone and the ticket's address."""

    def make(mine=None, **form):
        mine, worker = mine or phone(), phone().sign_in("gao")
        address = mine.report(cast.codes["5号楼"], **{"category": "noise", "words": "半夜打桩"} | form)
        worker.get(address)
        assert worker.post(f"{address}/moves/finish", note="劝停了").status_code == 303
        return mine, address

    return make


def test_the_scan_page_asks_for_what_waits_for_this_phone_in_at_most_one_kilobyte(phone, cast, finished) -> None:
    asked = f"/c/{cast.codes['5号楼']}/mine"
    assert phone().get(asked).get_json() == {}
    mine, address = finished()
    answer = mine.get(asked)
    assert answer.get_json() == {"says": "等您说一声：半夜打桩", "to": f"{address}#answer", "asks": True}
    assert len(answer.data) + len(str(answer.headers)) <= 1024
    assert phone().get(asked).get_json() == {}
    finished(mine)
    assert mine.get(asked).get_json() == {"says": "有 2 件办好了，等您说一声", "to": "/me", "asks": True}
    mine.get(address)
    for one in re.findall(r"/t/\w+", mine.get("/me").get_data(as_text=True)):
        mine.get(one)
        mine.post(f"{one}/answer", solved="yes")
    assert mine.get(asked).get_json() == {}
    mine.report(cast.codes["5号楼"])
    assert mine.get(asked).get_json()["says"] == "我在这里报过的：1 件还没办完"
    assert mine.get(f"/c/{cast.codes['1号楼']}/mine").get_json() == {}


def test_who_was_declined_finds_it_and_that_one_may_answer_back(phone, cast) -> None:
    mine, gao = phone(), phone().sign_in("gao")
    address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    gao.get(address)
    assert gao.post(f"{address}/moves/decline", note="归城管管").status_code == 303
    asked, hint = f"/c/{cast.codes['5号楼']}/mine", "可以请上一级再看"
    line = mine.get(asked).get_json()
    assert hint in line["says"] and line["to"] == f"{address}#move-appeal" and line["asks"]
    assert "请上一级再看" in mine.get("/me").get_data(as_text=True)
    mine.get(address)
    assert 'id="move-appeal"' in mine.page
    assert mine.post(f"{address}/moves/appeal", note="城管说归社区").status_code == 303
    assert mine.get(asked).get_json().get("says") != line["says"] and phone().get(asked).get_json() == {}


def test_a_private_matter_is_named_without_its_words_and_its_kind(cast, finished) -> None:
    mine, _ = finished(category="care", words="老人三天没下楼")
    line = mine.get(f"/c/{cast.codes['5号楼']}/mine").get_json()["says"]
    listed = mine.get("/me").get_data(as_text=True).split("<main", 1)[1]
    form = mine.get(f"/c/{cast.codes['5号楼']}/report").get_data(as_text=True).split("<form", 1)[0]
    for page in (line, listed, form):
        assert "一件不公开的事" in page and "三天没下楼" not in page


def test_the_form_begins_with_what_waits_for_an_answer(phone, cast, finished) -> None:
    mine, address = finished()
    form = f"/c/{cast.codes['5号楼']}/report"
    assert f'href="{address}#answer"' in mine.get(form).get_data(as_text=True).split("<form", 1)[0]
    mine.post(form, category="", words="")
    assert f'href="{address}#answer"' in mine.page.split("<form", 1)[0]  # refused: still there
    assert "等您说一声" not in phone().get(form).get_data(as_text=True)


def test_my_page_begins_with_what_waits_then_the_latest_change(phone, cast, finished) -> None:
    mine, asks = finished()
    older, newer = (mine.report(cast.codes["5号楼"], category="light") for _ in range(2))
    mine.get(older)
    mine.post(f"{older}/nudge")
    page = mine.get("/me").get_data(as_text=True)
    listed = re.findall(r'href="(/t/\w+)', page)
    assert listed == [asks, older, newer]
    assert "等您说一声" in page and page.count("最近变化") == 3


def test_a_readable_cookie_says_only_that_this_device_has_something(phone, cast) -> None:
    mine, stranger = phone(), phone()
    stranger.get(f"/c/{cast.codes['5号楼']}/report")
    assert stranger.client.get_cookie("mine") is None
    mine.report(cast.codes["5号楼"])
    mark, device = mine.client.get_cookie("mine"), mine.client.get_cookie("device")
    assert mark is not None and device is not None
    assert (mark.value, mark.http_only, mark.same_site, mark.path) == ("1", False, "Lax", "/")
    assert device.http_only
    mine.client.set_cookie("device", "", path="/")
    mine.get("/me")
    assert mine.client.get_cookie("mine") is None  # nothing is theirs any more


def test_without_script_a_link_leads_to_what_one_reported(phone, cast) -> None:
    page = phone().get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True)
    assert 'href="/me">我在这里报过的</a>' in page and page.index("<h1>") < page.index("我在这里报过的")
