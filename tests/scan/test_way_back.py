"""Every page leads back to the place it is about, else to the one that was scanned last."""

import io
import re

import pytest

from governance.core.db import writing


def ways(page: str) -> dict[str, str]:
    """The links of the bar on top: what they are called, and where they lead."""
    bar = re.search(r'<nav class="way".*?</nav>', page, re.S)
    return {label.strip(): to for to, label in re.findall(r'<a[^>]*href="([^"]+)">([^<]+)</a>', bar[0])} if bar else {}


@pytest.fixture
def resident(phone, cast):
    """Somebody who has scanned 6号楼."""
    one = phone()
    one.get(f"/c/{cast.codes['6号楼']}")
    return one


def test_a_page_about_a_place_leads_to_that_place(resident, cast) -> None:
    there = f"/c/{cast.codes['5号楼']}"
    ticket = resident.report(cast.codes["5号楼"])
    for page in (ticket, f"{there}/report", f"{there}/topics", f"{there}/topics/new", f"{there}/deeds"):
        resident.get(page)
        assert ways(resident.page)["‹ 3号院 5号楼"] == there, page


def test_a_page_about_what_lies_around_the_scanned_place_leads_back_to_where_one_scanned(resident, cast) -> None:
    ticket = resident.report(cast.codes["3号院"], category="water")
    resident.get(ticket)
    assert ways(resident.page)["‹ 3号院 6号楼"] == f"/c/{cast.codes['6号楼']}"


@pytest.mark.parametrize(
    "page", ["/me", "/me/data", "/me/known", "/privacy", "/t/none", "/topics/none", "/notices/none"]
)
def test_a_page_about_no_place_leads_to_the_one_scanned_last(resident, cast, page) -> None:
    resident.get(page)
    assert ways(resident.page)["‹ 3号院 6号楼"] == f"/c/{cast.codes['6号楼']}"


def test_who_never_scanned_is_led_to_the_page_for_typing_a_code(phone) -> None:
    stranger = phone()
    stranger.get("/me")
    assert ways(stranger.page)["‹ 扫码首页"] == "/"
    assert stranger.get("/back").location == "/"


def test_a_page_that_is_the_same_for_all_leads_back_by_the_cookie(resident, cast) -> None:
    assert resident.get("/back").location == f"/c/{cast.codes['6号楼']}"


def test_a_cookie_that_names_no_code_of_ours_leads_nowhere_wrong(phone) -> None:
    for given in ("ABCDEFGH", "x" * 300, "'; DROP", ""):
        one = phone()
        one.client.set_cookie("place", given)
        assert one.get("/me").status_code == 200
        assert ways(one.page)["‹ 扫码首页"] == "/"


def test_an_error_page_gives_the_number_of_the_place_as_a_link_else_12345(resident, phone, cast) -> None:
    with writing():
        cast.place("银杏社区").phone = "010-55550101"
    resident.get("/t/none")
    assert 'href="tel:010-55550101"' in resident.page and "3号院 6号楼" in resident.page
    large = {"photos": (io.BytesIO(b"x" * 110_000_000), "large.jpg"), "csrf_token": "x"}
    assert resident.post(f"/c/{cast.codes['6号楼']}/report", **large).status_code == 413
    assert 'href="tel:010-55550101"' in resident.page
    stranger = phone()
    stranger.get("/t/none")
    assert 'href="tel:12345"' in stranger.page


def test_the_switch_of_size_keeps_the_rest_of_the_address(resident, cast) -> None:
    resident.get("/me/known?next=/c/x&elder=0")
    assert 'href="?next=%2Fc%2Fx&amp;elder=1"' in resident.page
    ticket = resident.report(cast.codes["5号楼"])
    resident.post(f"{ticket}/more", words="字" * 501)
    assert f'href="{ticket}?elder=1"' in resident.page
