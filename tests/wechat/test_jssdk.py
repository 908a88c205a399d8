"""A page passed on in WeChat shows a card of ours; elsewhere, and without an account, nothing is loaded for it."""

import hashlib

import pytest

from governance.core.config import ROOT
from tests.peers.wechat import TICKET

WECHAT = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"
URL = "https://onecode.example/c/ABC?elder=1"


def asked(phone, agent: str, path: str):
    return phone().get(path, headers={"User-Agent": agent})


def test_the_signature_is_what_wechat_computes_itself(gateway, phone):
    answer = phone().get("/wechat/jssdk", query_string={"url": f"{URL}#top"})
    said = answer.json
    parts = f"jsapi_ticket=ticket-1&noncestr={said['nonceStr']}&timestamp={said['timestamp']}&url={URL}"
    assert said["signature"] == hashlib.sha1(parts.encode()).hexdigest()
    assert said["appId"] == gateway.settings.wechat_app_id


def test_the_ticket_is_fetched_once_for_many_pages(gateway, phone, wechat):
    for _ in range(5):
        assert phone().get("/wechat/jssdk", query_string={"url": URL}).status_code == 200
    assert wechat.times(TICKET) == 1


@pytest.mark.parametrize("url", ["", "https://evil.example/", "https://onecode.example.evil.example/", "/c/ABC"])
def test_no_other_address_is_signed(gateway, phone, wechat, url):
    assert phone().get("/wechat/jssdk", query_string={"url": url}).status_code == 422
    assert wechat.calls == []


def test_while_wechat_is_away_the_page_is_told_so(gateway, phone, wechat):
    wechat.always[TICKET] = "503"
    assert phone().get("/wechat/jssdk", query_string={"url": URL}).status_code == 503


def test_without_an_account_there_is_no_signature_and_no_script(phone, cast):
    assert phone().get("/wechat/jssdk", query_string={"url": URL}).status_code == 404
    page = asked(phone, WECHAT, f"/c/{cast.codes['5号楼']}")
    assert "wechat.js" not in page.get_data(as_text=True) and "wx.qq.com" not in page.headers["Content-Security-Policy"]


def test_the_script_comes_in_wechat_only_and_the_page_is_else_the_same_for_all(gateway, phone, cast):
    address = f"/c/{cast.codes['5号楼']}"
    plain, inside = asked(phone, "Safari", address), asked(phone, WECHAT, address)
    text = inside.get_data(as_text=True)
    assert "wechat.js" in text and "wechat.js" not in plain.get_data(as_text=True)
    assert "https://res.wx.qq.com" in inside.headers["Content-Security-Policy"]
    assert "wx.qq.com" not in plain.headers["Content-Security-Policy"]
    another = phone()
    another.report(cast.codes["6号楼"])
    assert asked(lambda: another, WECHAT, address).get_data(as_text=True) == text
    assert "wx.qq.com" not in asked(phone, WECHAT, "/signin").headers["Content-Security-Policy"]


def test_a_topic_passed_on_has_its_card_too(gateway, phone, cast):
    someone = phone().known_as("三楼老周", cast)
    shen, code = phone().sign_in("shen"), cast.codes["3号院"]
    someone.get(f"/c/{code}/topics/new")
    address = someone.post(f"/c/{code}/topics/new", title="院里装不装充电棚", words="大家商量", different="1").location
    ref = address.split("/")[2]
    shen.get(f"/topics/{ref}")
    assert shen.post(f"/topics/{ref}/moves/open").status_code == 303
    assert "wechat.js" in asked(phone, WECHAT, f"/topics/{ref}").get_data(as_text=True)
    assert "wechat.js" not in asked(phone, "Safari", f"/topics/{ref}").get_data(as_text=True)


def test_the_card_has_a_picture_of_ours():
    assert (ROOT / "static" / "img" / "share.png").stat().st_size < 5000


def test_the_files_that_prove_our_domain_hold_their_own_mark(app, phone):
    app.extensions["settings"].wechat_verify_files = "MP_verify_0123456789abcdef.txt, WW_verify_fedcba9876543210.txt"
    answer = phone().get("/MP_verify_0123456789abcdef.txt")
    assert (answer.data, answer.mimetype) == (b"0123456789abcdef", "text/plain")
    assert phone().get("/WW_verify_fedcba9876543210.txt").data == b"fedcba9876543210"
    for other in ("/MP_verify_fedcba9876543210.txt", "/MP_verify_.txt", "/XX_verify_0123456789abcdef.txt"):
        assert phone().get(other).status_code == 404
