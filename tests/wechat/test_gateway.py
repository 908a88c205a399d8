"""What comes back from WeChat means one thing, nothing is asked for ever, and nobody waits for ever."""

import time

import pytest

from governance.core.db import db, find_by, writing
from governance.wechat import gateway as module
from governance.wechat.answers import GONE, NEVER, SIDES, WAITS, Gone, Later, Lost, Never, judged
from governance.wechat.gateway import Gateway
from governance.wechat.http import Wire, moved
from governance.wechat.model import WechatToken
from tests.peers import wechat as peer
from tests.peers.wechat import MESSAGE, STABLE, TEMPLATE, WORK_TOKEN

WHOLE_ON = "sqlite"  # what an answer means is decided above the database; with --faults on both
SEND = {"touser": "o-somebody"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    """People are slower than tests."""
    monkeypatch.setattr(module, "SECONDS", 0.6)
    monkeypatch.setattr(module, "SIGN_IN_SECONDS", 0.6)


def test_each_side_asks_its_own_host_with_its_own_token(gateway, wechat):
    gateway.call("official", TEMPLATE, json=SEND)
    gateway.call("app", MESSAGE, json=SEND)
    gateway.call("contact", MESSAGE, json=SEND)
    assert [call.path for call in wechat.calls] == [STABLE, TEMPLATE, WORK_TOKEN, MESSAGE, WORK_TOKEN, MESSAGE]
    assert len({call.query["access_token"] for call in wechat.done if call.path in (TEMPLATE, MESSAGE)}) == 3
    assert wechat.calls[0].body["grant_type"] == "client_credential"


def test_a_side_without_credentials_is_not_there(app):
    bare: Gateway = app.extensions["wechat"]
    assert [bare.has(side) for side in ("official", "app", "contact")] == [False] * 3
    with pytest.raises(Never):
        bare.call("official", TEMPLATE)


def test_files_go_as_they_are(gateway, wechat):
    gateway.call("app", "/cgi-bin/media/upload", params={"type": "image"}, files={"media": ("a.png", b"1" * 5000)})
    assert wechat.calls[-1].query["type"] == "image" and wechat.calls[-1].body["bytes"] > 5000


@pytest.mark.parametrize("code", ["40001", "40014", "42001"])
def test_a_token_that_stays_refused_makes_two_calls_and_at_most_two_fetches(gateway, wechat, code):
    wechat.always[TEMPLATE] = code
    with pytest.raises(Later) as told:
        gateway.call("official", TEMPLATE, json=SEND)
    assert told.value.whole and told.value.after >= 30
    assert (wechat.times(TEMPLATE), wechat.times(STABLE)) == (2, 2)
    for _ in range(20):  # and whoever asks next is told at once
        with pytest.raises(Later):
            gateway.call("official", TEMPLATE, json=SEND)
    assert (wechat.times(TEMPLATE), wechat.times(STABLE)) == (2, 2)


def test_a_token_refused_once_is_fetched_again_and_the_call_repeated_once(gateway, wechat):
    gateway.call("official", TEMPLATE, json=SEND)
    wechat.tokens.clear()  # somebody made WeChat forget them
    gateway.call("official", TEMPLATE, json=SEND)
    assert (wechat.times(TEMPLATE), wechat.times(STABLE), len(wechat.done)) == (3, 2, 4)


TROUBLES = [
    ("503", Later("", 0)),
    ("429", Later("", 60, True)),
    ("-1", Later("", 0)),
    ("45009", Later("", 600, True)),
    ("47003", Never(0, "")),
    ("99999", Never(0, "")),
    ("43004", Gone(0, "")),
    ("43101", Gone(0, "")),
    ("500", Lost("")),
    ("404", Lost("")),
    ("html", Lost("")),
    ("truncated", Lost("")),
    ("reset", Lost("")),
    ("lost", Lost("")),
    ("hang", Lost("")),
    ("drip", Lost("")),
]


@pytest.mark.parametrize(("fault", "expected"), TROUBLES, ids=[fault for fault, _ in TROUBLES])
def test_each_answer_to_a_sending_means_one_thing(gateway, wechat, fault, expected):
    wechat.always[TEMPLATE] = fault
    with pytest.raises(type(expected)) as told:
        gateway.call("official", TEMPLATE, json=SEND)
    assert wechat.times(TEMPLATE) == 1  # and is asked once
    if isinstance(expected, Later):
        assert (told.value.after, told.value.whole) == (expected.after, expected.whole)
    assert told.value.reason and "secret" not in repr(told.value) and "access_token" not in repr(told.value)


@pytest.mark.parametrize("fault", ["html", "truncated", "reset", "hang", "500"])
def test_what_only_reads_may_be_read_again(gateway, wechat, fault):
    wechat.always["/cgi-bin/get_current_selfmenu_info"] = fault
    with pytest.raises(Later):
        gateway.read("official", "/cgi-bin/get_current_selfmenu_info")


def test_nobody_there_at_all_is_surely_not_sent(app, gateway, wechat):
    gateway.call("official", TEMPLATE, json=SEND)
    away = Gateway(app.extensions["settings"].model_copy(update={"wechat_api_base": "http://127.0.0.1:9"}))
    with pytest.raises(Later):
        away.call("official", TEMPLATE, json=SEND)


@pytest.mark.parametrize("fault", ["hang", "drip"])
@pytest.mark.parametrize("path", [STABLE, TEMPLATE, peer.OPENID])
def test_whatever_hangs_ends_in_time(gateway, wechat, path, fault):
    wechat.always[path] = fault
    began = time.monotonic()
    with pytest.raises((Later, Lost)):
        if path == peer.OPENID:
            gateway.sign_in().asked("a-code")
        else:
            gateway.call("official", TEMPLATE, json=SEND)
    assert time.monotonic() - began < 5  # the other side would let us wait for ever


@pytest.mark.parametrize("code", ["40001", "40125", "40013", "40164"])
def test_a_refused_secret_is_not_asked_again_and_the_reason_is_kept(gateway, wechat, code):
    wechat.always[STABLE] = code
    for _ in range(10):
        with pytest.raises(Later) as told:
            gateway.call("official", TEMPLATE, json=SEND)
        assert told.value.whole and told.value.after > 500 and code in told.value.reason
    assert (wechat.times(STABLE), wechat.times(TEMPLATE)) == (1, 0)


def test_another_secret_is_tried_at_once(app, gateway, wechat):
    wrong = Gateway(app.extensions["settings"].model_copy(update={"wechat_app_secret": "wrong"}))
    with pytest.raises(Later):
        wrong.call("official", TEMPLATE, json=SEND)
    gateway.call("official", TEMPLATE, json=SEND)


def test_the_network_is_never_touched_while_the_database_is_held(gateway):
    with writing(), pytest.raises(RuntimeError):
        gateway.call("official", TEMPLATE, json=SEND)


def test_a_token_lies_encrypted(gateway):
    gateway.call("official", TEMPLATE, json=SEND)
    stored = db.session.execute(db.text("SELECT token FROM wechat_token")).scalar_one()
    row = find_by(WechatToken, side="official")
    assert row is not None and row.token and row.token not in stored and len(row.token) >= 512


def test_every_code_has_one_meaning():
    assert not (set(GONE) & set(NEVER)) and not (set(WAITS) & (set(GONE) | set(NEVER)))
    assert judged(0, "ok", "app") is None
    for code in (*GONE, *WAITS, *NEVER):
        trouble = judged(code, "", "robot")
        assert trouble is not None and str(code) in trouble.reason
    assert set(SIDES) == {"official", "app", "contact", "robot"}


def test_only_tencents_hosts_move():
    hosts = {"api.weixin.qq.com": "http://127.0.0.1:1/mp/"}
    assert moved("https://api.weixin.qq.com/a/b?c=d", hosts) == "http://127.0.0.1:1/mp/a/b?c=d"
    assert moved("https://example.org/a", hosts) == "https://example.org/a"
    assert Wire(hosts, 1.0).max_redirects  # a session like any other
