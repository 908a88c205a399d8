"""A scan of a code is answered at once, and once, with an encrypted card of its place."""

from contextvars import Context

import pytest
from sqlalchemy import select

from governance.assistant.dialogue import welcome
from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.inbound.inbox import Inbound
from governance.core.db import db, writing
from governance.places.actions import add_place
from governance.tickets.model import Ticket
from tests.assistant.callbacks import open_doors, send, work
from tests.peers.platform import Platform, event, text
from tests.peers.wechat import APP_ID, CUSTOM

THEIRS = Platform(APP_ID)


@pytest.fixture(autouse=True)
def doors(app, cast, gateway) -> None:
    open_doors(app, cast)
    app.extensions["settings"].wechat_app_id = APP_ID


def answered(app, plain: str):
    answer = send(app, "official", THEIRS.call(plain))
    assert answer.status_code == 200 and answer.mimetype == "application/xml"
    return THEIRS.read(answer.text)


@pytest.mark.parametrize(("name", "prefix"), [("SCAN", ""), ("subscribe", "qrscene_")])
def test_a_scan_is_answered_with_the_card_of_its_place_and_nothing_is_sent_besides(app, cast, wechat, name, prefix):
    reply = answered(app, event(name, f"{prefix}b:{cast.places['5号楼']}", "o-1"))
    assert (reply["FromUserName"], reply["ToUserName"]) == ("gh_1", "o-1")
    assert (reply["MsgType"], reply["ArticleCount"]) == ("news", "1")
    assert reply["Title"] == "3号院 5号楼" and reply["Url"] == f"https://onecode.example/c/{cast.codes['5号楼']}"
    assert "报事" in reply["Description"] and len(reply["Description"].encode()) < 512
    picture = reply["PicUrl"].removeprefix("https://onecode.example")
    shown = Context().run(app.test_client().get, picture)
    assert shown.status_code == 200 and shown.mimetype == "image/png"
    work()
    assert wechat.times(CUSTOM) == 0 and db.session.scalars(select(Inbound.state)).one() == "told"
    assert db.session.scalars(select(Conversation)).one().place_id == cast.places["5号楼"]
    send(app, "official", THEIRS.call(text("报事 楼道灯不亮", "o-1")))
    work()
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places["5号楼"] and wechat.times(CUSTOM) == 1


def test_the_same_scan_again_gets_the_same_card(app, cast):
    call = THEIRS.call(event("SCAN", cast.codes["3号院"], "o-1"))
    cards = [THEIRS.read(send(app, "official", call).text) for _ in range(3)]
    assert {(card["Title"], card["Url"]) for card in cards} == {("3号院", cards[0]["Url"])}


def test_a_place_without_a_code_leads_nowhere_and_says_the_rest(app, cast):
    reply = answered(app, event("SCAN", f"b:{cast.places['银杏社区']}", "o-1"))
    assert reply["Content"] == f"您在银杏社区。{welcome.HOW}"


@pytest.mark.parametrize("scene", ["00000000", "b:99999999999999999999", "<b>"])
def test_a_code_of_our_account_that_another_program_made_is_greeted_and_not_called_false(app, cast, scene):
    said = answered(app, event("SCAN", scene, "o-1"))["Content"]
    assert "不是我们的" not in said and "付钱" not in said
    assert "报事" in said and "https://onecode.example/" in said


def test_whatever_a_place_is_called_the_card_stays_one(app, cast):
    with writing():
        place = add_place("spot", "亭]]><Url>x</Url>子", cast.place("3号院"), "demo")
        id_ = place.id
    assert "]]><Url>x</Url>" in answered(app, event("SCAN", f"b:{id_}", "o-1"))["Content"]
