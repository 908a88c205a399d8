"""Recognised by WeChat, silently and once; a worker who opens the desk in WeCom is signed in, by the usual rules."""

import time
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, now, writing
from governance.people.access import wechat_redirect
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person, StaffSession
from governance.people.residents import departure
from governance.people.residents.merge import merge_persons
from governance.people.wechat import identity
from governance.tickets.model import Follow
from governance.wechat import circuit_breaker, oauth
from governance.wechat import gateway as module
from tests.peers.wechat import OPENID, USERID, WORK_TOKEN
from tests.phone import Phone

WHOLE_ON = "sqlite"  # what an answer means is decided above the database; with --faults on both
WECHAT = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"
WECOM = f"{WECHAT} wxwork/4.1.30"
PATH = "/wechat/back"


@pytest.fixture
def inside(app, gateway, phone):
    """Makes phones that open us in WeChat's browser, or in another that says so."""

    def one(agent: str = WECHAT) -> Phone:
        made = phone()
        made.client.environ_base["HTTP_USER_AGENT"] = agent
        return made

    return one


def sent(answer) -> tuple[str, str]:
    """Where WeChat would send the browser back to, and with which state."""
    assert answer.status_code in (302, 303), answer.status_code
    asked = urlsplit(answer.location)
    assert asked.path == "/connect/oauth2/authorize" and asked.fragment == "wechat_redirect"
    values = parse_qs(asked.query)
    back = urlsplit(values["redirect_uri"][0])
    assert f"{back.scheme}://{back.netloc}" == "https://onecode.example"
    return f"{back.path}?{back.query}", values["state"][0]


def go_back(someone: Phone, answer, code: str, state: str = ""):
    way_back, given = sent(answer)
    return someone.get(f"{way_back}&code={code}&state={state or given}")


def recognised(someone: Phone, wechat, openid: str, address: str) -> Phone:
    """By way of WeChat to a page, as the browser goes."""
    answer = go_back(someone, someone.get(address), wechat.code(openid))
    assert answer.status_code == 302 and answer.location == address
    assert someone.get(address).status_code == 200
    return someone


def person_of(someone: Phone) -> Person:
    db.session.rollback()
    db.session.expire_all()
    found = find_by(Identity, kind="device", subject=someone.subject)
    assert found is not None
    return found.person


def handle_of(person_id: int, kind: str) -> str:
    db.session.rollback()
    db.session.expire_all()
    return identity.handle(person_id, kind)


# Residents.


def test_the_way_to_the_form_leads_by_wechat_once_and_the_scan_page_never(inside, cast, wechat):
    someone, code = inside(), cast.codes["5号楼"]
    assert someone.get(f"/c/{code}").status_code == 200
    recognised(someone, wechat, "o-zhou", f"/c/{code}/report")
    assert wechat.times(OPENID) == 1
    for page in (f"/c/{code}/report", "/me", "/me/known", f"/c/{code}/topics/new"):
        assert someone.get(page).status_code == 200
    assert handle_of(person_of(someone).id, "openid") == "o-zhou"
    assert "o-zhou" not in db.session.execute(db.text("SELECT handle FROM identity WHERE kind='openid'")).scalar_one()


def test_wechat_reads_the_parameters_in_its_own_order(inside, cast):
    asked = urlsplit(inside().get("/me").location)
    names = [name for name, _ in parse_qsl(asked.query)]
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
    state = dict(parse_qsl(asked.query))["state"]
    assert state.isalnum() and len(state) <= 128
    assert dict(parse_qsl(asked.query))["scope"] == "snsapi_base"


@pytest.mark.parametrize("agent", ["Mozilla/5.0 Safari", WECOM])
def test_in_another_browser_nobody_is_led_away(inside, cast, agent):
    assert inside(agent).get(f"/c/{cast.codes['5号楼']}/report").status_code == 200


def test_a_script_that_fetches_the_form_is_not_led_away(inside, cast):
    someone = inside()
    assert someone.get(f"/c/{cast.codes['5号楼']}/report", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200


def test_without_an_account_nothing_changes(app, phone, cast):
    someone = phone()
    someone.client.environ_base["HTTP_USER_AGENT"] = WECHAT
    assert someone.get("/me").status_code == 200
    assert someone.get("/me/known/wechat").status_code == 404
    assert someone.get("/wechat/back?next=/me&code=a&state=b").status_code == 404


@pytest.mark.parametrize("fault", ["hang", "reset", "html", "500", "40029", "40163", "40125"])
def test_whatever_wechat_does_somebody_comes_to_the_form_in_time(inside, cast, wechat, monkeypatch, fault):
    monkeypatch.setattr(module, "SIGN_IN_SECONDS", 0.5)
    someone, address = inside(), f"/c/{cast.codes['5号楼']}/report"
    wechat.always[OPENID] = fault
    began = time.monotonic()
    answer = go_back(someone, someone.get(address), "a-code")
    assert (answer.status_code, answer.location) == (302, address)
    assert time.monotonic() - began < 5  # the other side would let us wait for ever
    assert someone.get(address).status_code == 200  # and is not sent again at once
    assert someone.report(cast.codes["5号楼"])
    if fault in ("hang", "reset", "html", "500"):
        assert inside().get(address).status_code == 200  # nor is anybody else


def test_while_wechat_is_away_nobody_is_led_there_and_afterwards_somebody_is(inside, cast, wechat, monkeypatch):
    monkeypatch.setattr(circuit_breaker, "FIRST_REST", 0.3)
    address, there = f"/c/{cast.codes['5号楼']}/report", circuit_breaker.host(wechat.url)
    for _ in range(circuit_breaker.IN_A_ROW):
        there.was_silent()
    assert inside().get(address).status_code == 200
    time.sleep(0.35)
    recognised(inside(), wechat, "o-zhou", address)
    assert not there.is_away and inside().get(address).status_code == 302


def test_nobody_waits_longer_than_three_seconds_for_wechat():
    assert module.SIGN_IN_SECONDS <= 3


def test_called_back_twice_is_as_good_as_once(inside, cast, wechat):
    someone, address = inside(), f"/c/{cast.codes['5号楼']}/report"
    way_back, state = sent(someone.get(address))
    code = wechat.code("o-zhou")
    for _ in range(2):
        answer = someone.get(f"{way_back}&code={code}&state={state}")
        assert (answer.status_code, answer.location) == (302, address)
    assert handle_of(person_of(someone).id, "openid") == "o-zhou"


@pytest.mark.parametrize("how", ["other phone", "other way back", "changed", "old", "none"])
def test_a_code_that_is_not_ours_to_use_recognises_nobody(inside, cast, wechat, monkeypatch, how):
    someone, address = inside(), f"/c/{cast.codes['5号楼']}/report"
    way_back, state = sent(someone.get(address))
    if how == "other phone":
        _, state = sent(inside().get(address))
    elif how == "other way back":
        way_back = way_back.replace("report", "topics")
    elif how == "changed":
        state = state[:-1] + ("0" if state[-1] != "0" else "1")
    elif how == "old":
        later = time.time() + oauth.GOOD_FOR + 5
        monkeypatch.setattr(oauth.time, "time", lambda: later)
    elif how == "none":
        state = ""
    assert someone.get(f"{way_back}&code={wechat.code('o-zhou')}&state={state}").status_code == 302
    assert wechat.times(OPENID) == 0
    assert find_by(Identity, kind="openid") is None


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_it_never_leads_off_the_site(inside, next):
    someone = inside()
    someone.get("/me")
    assert someone.get(PATH, query_string={"next": next, "code": "a", "state": "b"}).location == "/me"


def test_what_was_reported_before_goes_along_to_another_phone(inside, cast, wechat):
    first, second, code = inside(), inside(), cast.codes["5号楼"]
    recognised(first, wechat, "o-zhou", f"/c/{code}/report")
    first.report(code)
    second.client.environ_base["HTTP_USER_AGENT"] = "Safari"
    second.report(code, category="noise", words="又吵了")
    second.client.environ_base["HTTP_USER_AGENT"] = WECHAT
    recognised(second, wechat, "o-zhou", f"/c/{code}/report")
    assert person_of(first).id == person_of(second).id
    assert len(db.session.scalars(select(Follow).filter_by(person_id=person_of(first).id)).all()) == 2


def test_a_known_person_keeps_their_nickname_when_wechat_comes_to_it(inside, cast, wechat):
    code = cast.codes["5号楼"]
    other = recognised(inside(), wechat, "o-zhou", f"/c/{code}/report")
    someone = inside().known_as("三楼老周", cast)
    recognised(someone, wechat, "o-zhou", f"/c/{code}/report")
    assert person_of(someone).nickname == person_of(other).nickname == "三楼老周"
    assert person_of(other).id == cast.people["三楼老周"]


def test_two_known_persons_are_never_made_one_by_it(inside, cast, wechat):
    code = cast.codes["5号楼"]
    first = recognised(inside().known_as("三楼老周", cast), wechat, "o-zhou", f"/c/{code}/report")
    second = inside().known_as("爱种花的", cast)
    recognised(second, wechat, "o-zhou", f"/c/{code}/report")
    assert person_of(second).id == person_of(first).id == cast.people["三楼老周"]
    assert db.session.get_one(Person, cast.people["爱种花的"]).nickname == "爱种花的"


def test_two_wechats_on_one_phone_are_two_persons(inside, cast, wechat):
    code = cast.codes["5号楼"]
    someone = recognised(inside(), wechat, "o-zhou", f"/c/{code}/report")
    first = person_of(someone).id
    for openid in ("o-wu", "o-zhou", "o-wu"):
        with someone.client.session_transaction() as kept:
            del kept[wechat_redirect.ASKED]
        recognised(someone, wechat, openid, f"/c/{code}/report")
        assert (person_of(someone).id == first) == (openid == "o-zhou")


def test_who_has_two_wechats_by_a_merge_is_written_to_at_the_latest(inside, cast, wechat):
    code = cast.codes["5号楼"]
    first = recognised(inside(), wechat, "o-zhou", f"/c/{code}/report")
    second = recognised(inside(), wechat, "o-wu", f"/c/{code}/report")
    with writing():
        merge_persons(person_of(first), person_of(second))
    assert handle_of(person_of(first).id, "openid") == "o-wu"
    assert first.get("/me/known/wechat").status_code == second.get("/me/known/wechat").status_code == 200
    recognised(inside(), wechat, "o-zhou", f"/c/{code}/report")


def test_who_looks_at_a_snapshot_may_read_and_is_told_kindly_why_no_more(inside, cast, wechat):
    wechat.snapshot = True
    someone = recognised(inside(), wechat, "o-virtual", f"/c/{cast.codes['5号楼']}/report")
    assert find_by(Identity, kind="openid") is None
    page = someone.get("/me/known").get_data(as_text=True)
    assert "快照页" in page and "/me/known/wechat" not in page
    assert "快照页" in someone.get("/me/known/wechat").get_data(as_text=True)


def test_who_came_by_wechat_is_known_with_a_nickname(inside, cast, wechat):
    code = cast.codes["5号楼"]
    someone = recognised(inside(), wechat, "o-zhou", f"/c/{code}/report")
    page = someone.get("/me/known", query_string={"next": f"/c/{code}/topics/new"}).get_data(as_text=True)
    assert "/me/known/wechat" in page
    assert someone.get("/me/known/wechat").status_code == 200
    assert someone.field("code") == code
    answer = someone.post("/me/known/wechat", nickname="网格员小王", consent="y", code=code)
    assert answer.status_code == 422 and "像是单位或工作人员" in answer.get_data(as_text=True)
    answer = someone.post("/me/known/wechat", nickname="三楼老周", consent="y", code=code)
    assert answer.status_code == 303
    person = person_of(someone)
    assert (person.nickname, person.known_by, person.known_place_id) == ("三楼老周", "wechat", cast.places["5号楼"])
    assert f"/c/{code}/topics/new" in someone.get(answer.location).get_data(as_text=True)
    assert someone.get("/me/known/wechat").status_code == 303  # nothing more to ask


def test_who_was_not_recognised_on_the_way_is_sent_once_more_and_then_told(inside, cast, wechat):
    someone = inside()
    wechat.always[OPENID] = "40029"
    go_back(someone, someone.get("/me/known"), "a-code")
    answer = someone.get("/me/known/wechat")
    assert answer.status_code == 302  # asked for, so it is tried again
    answer = go_back(someone, answer, "a-code")
    assert answer.location == "/me/known/wechat?tried=1"
    assert "没有告诉我们您是谁" in someone.get(answer.location).get_data(as_text=True)
    someone.get("/signin")
    assert (
        someone.post("/me/known/wechat", nickname="三楼老周", consent="y", code=cast.codes["5号楼"]).status_code == 422
    )
    assert not any(person.known_at for person in db.session.scalars(select(Person)))


def test_who_leaves_is_not_recognised_again_by_itself(inside, cast, wechat):
    someone = recognised(inside().known_as("三楼老周", cast), wechat, "o-zhou", f"/c/{cast.codes['5号楼']}/report")
    assert "微信公众号给的一串码" in someone.get("/me/data").get_data(as_text=True)
    someone.get("/me/leave")
    assert someone.post("/me/leave").status_code == 303
    assert find_by(Identity, kind="openid") is None
    assert someone.get("/me").status_code == 200
    assert not departure.by_wechat(person_of(someone))


@pytest.mark.parametrize(("agent", "page"), [(WECHAT, "/me/known?next=/me"), (WECOM, "/signin?next=/desk")])
def test_a_browser_without_cookies_is_not_led_in_a_circle(app, gateway, wechat, agent, page):
    browser = app.test_client(use_cookies=False)
    way_back, state = sent(browser.get(page, headers={"User-Agent": agent}))
    answer = browser.get(f"{way_back}&code={wechat.code('o-zhou')}&state={state}", headers={"User-Agent": agent})
    assert answer.status_code in (302, 303)
    assert browser.get(answer.location, headers={"User-Agent": agent}).status_code == 200


# Workers.


def wecom_sign_in(someone: Phone, wechat, userid: str, page: str = "/desk"):
    answer = someone.get(page)
    assert answer.status_code == 303 and answer.location.startswith("/signin?next=")
    return go_back(someone, someone.get(answer.location), wechat.code(userid))


def bound(someone: Phone, wechat, account: str, userid: str) -> Phone:
    """Signed in by password once, then bound from 我的."""
    someone.get("/wecom/go")
    someone.sign_in(account)
    page = someone.get("/me").get_data(as_text=True)
    assert "绑定企业微信" in page
    answer = go_back(someone, someone.get("/me/wecom"), wechat.code(userid))
    assert answer.status_code == 303 and answer.location == "/me"
    return someone


def test_a_worker_bound_once_opens_the_desk_without_signing_in(inside, cast, wechat):
    bound(inside(WECOM), wechat, "gao", "gao-in-wecom")
    someone = inside(WECOM)
    answer = wecom_sign_in(someone, wechat, "gao-in-wecom")
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert someone.get("/desk").status_code == 200
    assert "已经绑定" in someone.get("/me").get_data(as_text=True)


def test_one_nobody_bound_comes_to_the_ordinary_page_and_reads_why(inside, wechat):
    someone = inside(WECOM)
    answer = wecom_sign_in(someone, wechat, "stranger")
    page = someone.get(answer.location)
    assert page.status_code == 200 and "没有在用的工作账号" in page.get_data(as_text=True)
    assert someone.field("next") == "/desk"
    assert db.session.scalar(select(StaffSession.id)) is None


def test_signing_in_by_wecom_gives_no_more_than_the_password_would(app, inside, cast, wechat):
    bound(inside(WECOM), wechat, "gao", "gao-in-wecom")
    with writing():
        account = cast.person("gao").account
        account.must_change = True
    someone = inside(WECOM)
    wecom_sign_in(someone, wechat, "gao-in-wecom")
    assert someone.get("/desk").location.startswith("/me")  # to change the password first
    with writing():
        cast.person("gao").account.must_change = False
        for post in cast.person("gao").posts:
            post.until = now()
    someone = inside(WECOM)
    wecom_sign_in(someone, wechat, "gao-in-wecom")
    assert someone.get("/desk").status_code == 403
    with writing():
        cast.person("gao").account.disabled_at = now()
    assert wecom_sign_in(inside(WECOM), wechat, "gao-in-wecom").location.startswith("/signin")


def test_who_signs_out_stays_out_until_they_ask(inside, cast, wechat):
    someone = bound(inside(WECOM), wechat, "gao", "gao-in-wecom")
    someone.post("/signout")
    page = someone.get("/signin?next=/desk")
    assert page.status_code == 200 and "用企业微信登录" in page.get_data(as_text=True)
    answer = go_back(someone, someone.get("/wecom/go?next=/desk"), wechat.code("gao-in-wecom"))
    assert answer.location == "/desk" and someone.get("/desk").status_code == 200


def test_one_member_is_one_worker_and_can_be_let_go(inside, cast, wechat):
    someone = bound(inside(WECOM), wechat, "gao", "shared")
    other = inside(WECOM)
    other.get("/wecom/go")
    other.sign_in("shen")
    answer = go_back(other, other.get("/me/wecom"), wechat.code("shared"))
    assert answer.status_code == 409 and "绑在另一个工作账号上" in answer.get_data(as_text=True)
    someone.get("/me")
    assert someone.post("/me/wecom/unbind").status_code == 303
    assert go_back(other, other.get("/me/wecom"), wechat.code("shared")).status_code == 303
    assert handle_of(cast.people["shen"], "userid") == "shared"
    bound_again = go_back(other, other.get("/me/wecom"), wechat.code("new-phone"))
    assert bound_again.status_code == 303 and handle_of(cast.people["shen"], "userid") == "new-phone"


@pytest.mark.parametrize("path", [USERID, WORK_TOKEN])
@pytest.mark.parametrize("fault", ["hang", "503", "html", "40029"])
def test_when_wecom_does_not_answer_the_ordinary_page_comes(inside, wechat, monkeypatch, path, fault):
    monkeypatch.setattr(module, "SECONDS", 0.5)
    wechat.always[path] = fault
    someone = inside(WECOM)
    answer = wecom_sign_in(someone, wechat, "gao-in-wecom")
    assert answer.location == "/signin?next=/desk"
    assert someone.get(answer.location).status_code == 200


def test_a_code_for_signing_in_does_not_bind(inside, cast, wechat):
    someone = inside(WECOM)
    someone.get("/wecom/go")
    someone.sign_in("gao")
    way_back, state = sent(someone.get("/wecom/go"))
    someone.get(f"{way_back.replace('purpose=in', 'purpose=bind')}&code={wechat.code('x')}&state={state}")
    assert handle_of(cast.people["gao"], "userid") == ""


def test_a_resident_has_no_account_by_being_in_wecom(inside, cast, wechat):
    with writing():
        identity.recognise(Viewer(person_id=cast.known("爱种花的").person_id), "o-zhou")
    assert identity.worker_of("o-zhou") is None
    assert identity.worker_of("") is None
