"""Signing in and out: the throttle, the sessions that end at once, and where `next` may lead."""

import re
import statistics
import time
from datetime import timedelta
from urllib.parse import quote, urljoin, urlsplit

import pytest
from argon2 import Type, extract_parameters
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.people.model import Identity, Post, StaffSession
from governance.people.staff import signin
from governance.people.staff.signin import end_all_sessions
from tests.app import forget_limits
from tests.cast import PASSWORD

OFF_SITE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/a",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    "//evil%2eexample",
    "//evil。example",
    "//evil．example",
    "//evil｡example",
    "／／evil.example",
    "/／evil.example",
    "http://evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//localhost@evil.example",
    "//user:pass@evil.example",
    "@evil.example",
    "/@evil.example",
    "//[::1]/",
    "//2130706433/",
    "?next=//evil.example",
    "evil.example",
    "/%0d%0aSet-Cookie:a=b",
    "/desk\r\nSet-Cookie: a=b",
    "/desk\r\nLocation: //evil.example",
    "/\u202e//evil.example",
    "/\ufeff/evil.example",
    "/./\u200b/evil.example",
    ".//evil.example",
    "/..//evil.example",
]


def attempt(phone, account: str, password: str, **form: str):
    phone.get("/signin")
    return phone.post("/signin", account=account, password=password, **form)


def test_the_right_pair_signs_in_and_leads_to_the_desk(phone, cast) -> None:
    gao = phone()
    answer = attempt(gao, " GAO ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert gao.get("/desk").status_code == 200


@pytest.mark.parametrize("account", ["gao", "nobody", "gao'--", "g%o"])
def test_a_wrong_pair_does_not_say_which_half_was_wrong(phone, cast, account: str) -> None:
    somebody = phone()
    answer = attempt(somebody, account, "wrong")
    assert answer.status_code == 422
    assert "账号或密码不对" in somebody.page
    assert somebody.client.get_cookie("staff") is None


def test_the_eleventh_try_on_an_account_waits_wherever_it_comes_from(phone, cast) -> None:
    assert [attempt(phone(), "gao", "wrong").status_code for _ in range(10)] == [422] * 10
    assert attempt(phone(), "GAO", PASSWORD).status_code == 429
    assert attempt(phone(), "lin", PASSWORD).status_code == 303


def test_every_sign_in_has_a_session_of_its_own_and_no_given_one_is_kept(phone, cast) -> None:
    gao = phone()
    gao.client.set_cookie("staff", "a token somebody planted")
    attempt(gao, "gao", PASSWORD)
    first = gao.client.get_cookie("staff")
    attempt(gao, "gao", PASSWORD)
    second = gao.client.get_cookie("staff")
    assert first and second and len({first.value, second.value, "a token somebody planted"}) == 3


def test_the_session_cookie_cannot_be_read_by_scripts_or_sent_from_elsewhere(phone, cast) -> None:
    cookie = attempt(phone(), "gao", PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_the_session_cookie_only_travels_encrypted(phone, app, cast) -> None:
    somebody = phone()
    somebody.get("/signin", base_url="https://onecode.example")
    form = {"account": "gao", "password": PASSWORD, "csrf_token": somebody.field("csrf_token")}
    answer = somebody.client.post(
        "/signin", data=form, base_url="https://onecode.example", headers={"Referer": "https://onecode.example/signin"}
    )
    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]


def _signed_out(gao, cast) -> None:
    gao.get("/me")
    assert gao.post("/signout").status_code == 303


def _disabled(gao, cast) -> None:
    with writing():
        db.session.query(Identity).filter_by(subject="gao").one().disabled_at = now()


def _revoked(gao, cast) -> None:
    with writing():
        end_all_sessions(cast.person("gao"))


def _expired(gao, cast) -> None:
    with writing():
        db.session.query(StaffSession).one().expires_at = now() - timedelta(seconds=1)


def _post_ended(gao, cast) -> None:
    with writing():
        db.session.query(Post).filter_by(person_id=cast.people["gao"]).one().until = now()


@pytest.mark.parametrize("end", [_signed_out, _disabled, _revoked, _expired, _post_ended])
def test_rights_end_at_the_next_request_and_an_old_cookie_brings_nothing_back(phone, cast, end) -> None:
    address = phone().report(cast.codes["5号楼"], category="care", words="老人三天没下楼")
    gao = phone().sign_in("gao")
    assert "老人三天" in gao.get(address).get_data(as_text=True)
    old = gao.client.get_cookie("staff").value
    end(gao, cast)
    for browser in (gao, phone()):
        browser.client.set_cookie("staff", old)
        assert browser.get("/desk").status_code in (303, 403)
        assert browser.get(address).status_code == 404
        assert "老人三天" not in browser.get("/me").get_data(as_text=True)


def test_a_disabled_account_cannot_sign_in(phone, cast) -> None:
    _disabled(None, cast)
    assert attempt(phone(), "gao", PASSWORD).status_code == 422


def test_a_post_of_tomorrow_gives_nothing_today(phone, cast) -> None:
    with writing():
        db.session.query(Post).filter_by(person_id=cast.people["gao"]).one().since = now() + timedelta(days=1)
    assert phone().sign_in("gao").get("/desk").status_code == 403


def test_next_never_leads_off_the_site(phone, app, cast) -> None:
    somebody = phone()
    for target in OFF_SITE:
        somebody.get(f"/signin?next={quote(target)}")
        kept = re.search(r'name="next" value="([^"]*)"', somebody.page)
        assert "\0" in target or (kept is not None and _is_inside(kept[1])), target
        for sent in (target, kept[1] if kept else ""):
            forget_limits(app)
            answer = somebody.post("/signin", account="gao", password=PASSWORD, next=sent)
            assert answer.status_code == 303
            assert _is_inside(answer.location), target
            assert all(cookie.startswith("staff=") for cookie in answer.headers.getlist("Set-Cookie")), target


def _is_inside(location: str) -> bool:
    """As a browser reads it: blanks cut off, tabs and newlines dropped, a backslash is a slash."""
    read = re.sub(r"[\t\r\n]", "", location.strip("\x00 \t\r\n")).replace("\\", "/")
    return urlsplit(urljoin("https://onecode.example/signin", read))[:2] == ("https", "onecode.example")


def test_next_leads_on_within_the_site(phone, cast) -> None:
    answer = attempt(phone(), "gao", PASSWORD, next="/desk?tab=late")
    assert answer.location == "/desk?tab=late"


def test_passwords_are_hashed_as_owasp_asks(hasher) -> None:
    """The product's own hasher, not the cheap one that tests sign in with."""
    used = extract_parameters(hasher.hash(PASSWORD))
    assert used.type is Type.ID
    assert used.memory_cost >= 19_456 and used.time_cost >= 2


def test_an_unknown_account_takes_as_long_as_a_wrong_password(phone, app, cast, hasher, monkeypatch) -> None:
    """Both do one argon2; a look-up that skipped it would be ten times faster."""
    monkeypatch.setattr(signin, "HASHER", hasher)
    monkeypatch.setattr(signin, "NOBODY", hasher.hash("nobody"))
    with writing():
        db.session.scalars(select(Identity).filter_by(kind="account", subject="gao")).one().secret = hasher.hash("mine")
    took: dict[str, list[float]] = {"gao": [], "nobody": []}
    somebody = phone()
    somebody.get("/signin")
    for account in ("gao", "nobody") * 8:
        began = time.process_time()
        assert somebody.post("/signin", account=account, password="wrong").status_code == 422
        took[account].append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.5 < known / unknown < 2
