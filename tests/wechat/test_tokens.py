"""However many ask for a token, one fetches it; one that grows old is renewed while the others use it on."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from governance.core.config import ROOT
from governance.core.db import db, find_by, now, writing
from governance.wechat import token_store, tokens
from governance.wechat.answers import Later
from governance.wechat.model import WechatToken
from tests.peers.wechat import STABLE, TEMPLATE, TICKET

SEND = {"touser": "o-somebody"}


def change(**values: object) -> None:
    with writing():
        db.session.execute(update(WechatToken).values(**values))


def test_eight_threads_in_each_of_two_processes_fetch_a_cold_token_once(app, gateway, wechat):
    wechat.slow = 0.3  # long enough for all of them to find nothing
    settings = app.extensions["settings"]
    at = str(time.time() + 4)
    command = [sys.executable, "-m", "tests.wechat.asking", str(settings.var_dir), settings.database, wechat.url, at]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [line for one in running for line in one.communicate(timeout=60)[0].split("\n") if line.startswith("ok")]
    assert len(said) == 16
    assert (wechat.times(STABLE), wechat.times(TEMPLATE)) == (1, 16)


def test_one_that_grows_old_is_renewed_once_while_the_others_use_it_on(app, gateway, wechat):
    gateway.call("official", TEMPLATE, json=SEND)
    change(fetched_at=now() - timedelta(seconds=7000), expires_at=now() + timedelta(seconds=200))
    wechat.slow = 0.2
    done: list[float] = []

    def ask() -> None:
        with app.app_context():
            gateway.call("official", TEMPLATE, json=SEND)
            done.append(time.monotonic())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wechat.times(STABLE) == 2
    assert sum(at - began < 0.4 for at in done) >= 6  # did not wait for the fetch


def test_one_that_cannot_be_renewed_yet_is_used_to_its_end(gateway, wechat):
    gateway.call("official", TEMPLATE, json=SEND)
    change(fetched_at=now() - timedelta(seconds=7100), expires_at=now() + timedelta(seconds=100))
    wechat.always[STABLE] = "503"
    for _ in range(3):
        gateway.call("official", TEMPLATE, json=SEND)
    assert wechat.times(STABLE) == 2
    change(expires_at=now() + timedelta(seconds=1), rest_until=None)
    with pytest.raises(Later):
        gateway.call("official", TEMPLATE, json=SEND)


def test_tokens_that_live_shortly_are_renewed_and_every_call_arrives(gateway, wechat):
    wechat.ttl = 1
    until = time.monotonic() + 3.2
    while time.monotonic() < until:
        gateway.call("official", TEMPLATE, json=SEND)
        time.sleep(0.1)
    assert 3 <= wechat.times(STABLE) <= 6


def test_whoever_died_while_fetching_holds_nobody_up_for_long(gateway, wechat, monkeypatch):
    monkeypatch.setattr(tokens, "PATIENCE", 0.3)
    assert token_store.take_lease(token_store.look("official", gateway.settings.wechat_app_id))
    with pytest.raises(Later):
        gateway.call("official", TEMPLATE, json=SEND)
    change(lease_until=now())
    gateway.call("official", TEMPLATE, json=SEND)
    assert wechat.times(STABLE) == 1


def test_whoever_looked_before_a_fetch_cannot_fetch_once_more(gateway):
    seen = token_store.look("official", gateway.settings.wechat_app_id)
    lease = token_store.take_lease(seen)
    assert lease and token_store.take_lease(seen) is None
    token_store.put(lease, "a-token", 7200)
    assert token_store.take_lease(seen) is None
    again = token_store.look("official", gateway.settings.wechat_app_id)
    late = token_store.take_lease(again)
    assert late
    token_store.back_off(late, "mark", "不行", 60)
    assert token_store.take_lease(again) is None


def test_a_network_that_is_away_is_asked_once_in_a_while(gateway, wechat):
    wechat.always[STABLE] = "reset"
    for _ in range(10):
        with pytest.raises(Later):
            gateway.call("official", TEMPLATE, json=SEND)
    assert wechat.times(STABLE) == 1
    row = find_by(WechatToken, side="official")
    assert row is not None and row.trouble


def test_a_ticket_is_shared_like_a_token(gateway, wechat):
    assert {gateway.ticket() for _ in range(3)} == {"ticket-1"}
    assert (wechat.times(TICKET), wechat.times(STABLE)) == (1, 1)


def test_a_keeper_reads_why_there_is_no_token(gateway, wechat, phone):
    wechat.always[STABLE] = "40164"
    with pytest.raises(Later):
        gateway.call("official", TEMPLATE, json=SEND)
    page = phone().sign_in("shen").get("/keep/relay").get_data(as_text=True)
    assert "IP 白名单" in page and "都正常" not in page
