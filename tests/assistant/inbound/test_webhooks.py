"""The platforms' endpoints: genuine callbacks are stored once and acknowledged, others are refused and counted."""

import base64
import json
import random
import threading
import time

import pytest
from sqlalchemy import func, select

from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound.inbox import Inbound
from governance.core.db import db
from governance.core.jobs import Job
from governance.tickets.model import Ticket
from tests.assistant.callbacks import DOORS, PLATFORMS, counts, heard, open_doors, say, send, work
from tests.peers.platform import AES_KEY, APP_ID, CORP_ID, TOKEN, Call, Platform, event, said, text

PLAIN = {
    "official": lambda words="帮助": text(words),
    "app": lambda words="帮助": text(words),
    "aibot": lambda words="帮助": said(f"@助手 {words}"),
}


@pytest.fixture(autouse=True)
def doors(app, cast) -> None:
    open_doors(app, cast)


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_official_accounts_address_is_checked_by_an_echo(app) -> None:
    theirs = PLATFORMS["official"]
    moment = str(int(time.time()))
    query = {"timestamp": moment, "nonce": "77", "echostr": "5813123123", "signature": theirs.sign(moment, "77")}
    answer = send(app, "official", Call(query), "GET")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"5813123123", "text/plain")
    for wrong in ({"signature": "0" * 40}, {"echostr": "<script>"}, {"timestamp": str(int(moment) - 900)}):
        assert send(app, "official", Call(query | wrong), "GET").status_code in (400, 403)


@pytest.mark.parametrize("door", ["app", "aibot"])
def test_wecoms_addresses_are_checked_by_opening_an_echo(app, door: str) -> None:
    theirs = PLATFORMS[door]
    sealed = theirs.sealed("1616140317555161061")
    query = theirs.signed(sealed) | {"echostr": sealed}
    assert send(app, door, Call(query), "GET").data == b"1616140317555161061"
    assert send(app, door, Call(query | {"msg_signature": "0" * 40}), "GET").status_code == 403


@pytest.mark.parametrize("door", DOORS)
def test_what_is_theirs_is_answered_at_once_and_worked_afterwards(app, door: str) -> None:
    at_once = say(app, door, PLAIN[door]())
    assert at_once == {"official": "success", "app": ""}.get(door, at_once)
    assert (rows(Inbound), rows(Job), rows(ReceivedMessage)) == (1, 1, 0)
    work()
    assert rows(ReceivedMessage) == (0 if door == "aibot" else 1)  # the robot's group is bound to nothing yet
    assert db.session.scalars(select(Inbound.reply)).one()


@pytest.mark.parametrize("door", DOORS)
def test_the_same_again_is_answered_the_same_and_worked_once(app, door: str) -> None:
    call = PLATFORMS[door].call(PLAIN[door]("报事 灯不亮"))
    before = counts(door)
    first = send(app, door, call)
    again = [send(app, door, call) for _ in range(3)]
    assert {answer.status_code for answer in (first, *again)} == {200}
    work()
    assert send(app, door, call).status_code == 200
    work()
    assert rows(Inbound) == 1 and rows(Ticket) <= 1
    assert counts(door).get("duplicate", 0) - before.get("duplicate", 0) == 4


@pytest.mark.parametrize("door", DOORS)
def test_the_same_from_many_threads_at_one_instant_is_kept_and_worked_once(app, cast, door: str) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    call = PLATFORMS[door].call(PLAIN[door]("报事 灯不亮"))
    start, statuses = threading.Barrier(8), []

    def deliver() -> None:
        with app.app_context():
            start.wait()
            statuses.append(send(app, door, call).status_code)
            db.session.remove()

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    work()
    assert rows(Inbound) == 2
    assert rows(Ticket) == (1 if door == "official" else 0)  # only there somebody had scanned where they are


def _forged(chance: random.Random, theirs: Platform, plain: str) -> Call:
    return theirs.call(plain).with_(msg_signature="".join(chance.choices("0123456789abcdef", k=40)))


def _stale(chance: random.Random, theirs: Platform, plain: str) -> Call:
    return theirs.call(plain, time.time() - chance.choice((306, 400, 3600, 86_400, -400, -86_400)))


def _of_another_token(chance: random.Random, theirs: Platform, plain: str) -> Call:
    return Platform(theirs.receive_id, token=f"a-token-we-never-had-{chance.random()}").call(plain)


def _for_another(chance: random.Random, theirs: Platform, plain: str) -> Call:
    return theirs.carrying(theirs.sealed(plain, chance.choice(("wxWRONG", CORP_ID + "x", APP_ID[1:], " "))))


def _ill_padded(chance: random.Random, theirs: Platform, plain: str) -> Call:
    raw = bytearray(base64.b64decode(theirs.sealed(plain)))
    raw[-1 - chance.randrange(32)] ^= 1 << chance.randrange(8)
    return theirs.carrying(base64.b64encode(bytes(raw)).decode())


def _addressed_wrong(chance: random.Random, theirs: Platform, plain: str) -> Call:
    call = theirs.call(plain)
    name = chance.choice(("timestamp", "nonce", "msg_signature"))
    return call.with_(**{name: chance.choice(("", "0", "x" * 99, "-5", "١", call.query[name] + "1"))})


def _tampered(chance: random.Random, theirs: Platform, plain: str) -> Call:
    call = theirs.call(plain)
    at = chance.randrange(call.body.find(b"ncrypt") + 20, len(call.body) - 30)
    return Call(call.query, call.body[:at] + bytes([call.body[at] ^ 1]) + call.body[at + 1 :])


def _of_garbage(chance: random.Random, theirs: Platform, plain: str) -> Call:
    return theirs.carrying(theirs.sealed(chance.choice(("", "{", "<xml", "[]", "\ufffd", "<a/>", "null"))))


def _in_garbage(chance: random.Random, theirs: Platform, plain: str) -> Call:
    call = theirs.call(plain)
    bodies = (b"", b"\xff", b"<xml/>", b"{}", b"[1]", b"<xml>" * 9000, call.body[:-30], call.body[:20])
    return Call(call.query, chance.choice(bodies))


SPOILT = (_forged, _stale, _of_another_token, _for_another, _ill_padded) + (
    _addressed_wrong,
    _tampered,
    _of_garbage,
    _in_garbage,
)


@pytest.mark.parametrize("count", [300, pytest.param(6000, marks=(pytest.mark.faults, pytest.mark.timeout(1200)))])
def test_forged_tampered_and_stale_callbacks_are_all_refused_and_counted(app, count: int) -> None:
    chance, taken = random.Random(count), []
    before = {door: sum(counts(door).values()) for door in DOORS}
    for number in range(count):
        door = list(DOORS)[number % 3]
        answer = send(app, door, chance.choice(SPOILT)(chance, PLATFORMS[door], PLAIN[door]()))
        if answer.status_code not in (400, 403):
            taken.append((door, answer.status_code))
    assert taken == []
    assert (rows(Inbound), rows(Job)) == (0, 0)
    assert sum(sum(counts(door).values()) - before[door] for door in DOORS) == count


def test_the_plain_mode_is_refused_however_well_it_is_signed(app) -> None:
    theirs = PLATFORMS["official"]
    moment = str(int(time.time()))
    query = {"timestamp": moment, "nonce": "1", "signature": theirs.sign(moment, "1")}
    assert app.extensions["settings"].is_demo
    assert send(app, "official", Call(query, text("帮助").encode())).status_code == 403
    assert rows(Inbound) == 0


def test_doors_that_nobody_set_up_are_not_there(app) -> None:
    call = PLATFORMS["official"].call(text("帮助"))
    assert send(app, "/wecom/aibot/nobody", call).status_code == 403
    settings = app.extensions["settings"]
    settings.wechat_token = settings.wecom_aes_key = ""
    assert send(app, "official", call).status_code == send(app, "app", call).status_code == 404


def test_a_message_for_one_robot_opens_at_no_other_door(app) -> None:
    call = PLATFORMS["aibot"].call(said("@助手 帮助"))
    assert send(app, "app", call).status_code in (400, 403)
    assert send(app, "aibot", PLATFORMS["app"].call(text("帮助"))).status_code in (400, 403)


def test_what_was_sent_cannot_be_read_from_the_database(app) -> None:
    say(app, "official", text("报事 灯不亮", sender="o-secret-person"))
    kept = db.session.connection().exec_driver_sql("SELECT source, message_key, body FROM inbound").one()
    assert "灯不亮" not in str(kept) and "o-secret-person" not in str(kept)
    work()
    row = db.session.scalars(select(Inbound)).one()
    assert "o-secret-person" not in json.dumps([row.message_key, row.source])


def test_a_crowd_behind_one_address_is_not_a_flood(app) -> None:
    theirs = PLATFORMS["app"]
    assert {send(app, "app", theirs.call(event("VIEW", str(at)))).status_code for at in range(1300)} == {200}
    assert rows(Inbound) == 0  # nothing to be said to any of them


def test_secrets_are_never_shown_in_metrics_or_answers(app) -> None:
    answer = send(app, "official", Call({}, b""))
    assert answer.status_code == 403
    assert TOKEN.encode() not in answer.data and AES_KEY.encode() not in answer.data
