"""订阅通知: a tick in WeChat's window is consent, a rejection withdraws it, for our templates only."""

import pytest
from sqlalchemy import select

from governance.core.db import db, writing
from governance.people.model import Identity
from governance.people.wechat import identity
from governance.relay.model import Group
from governance.relay.subscriptions.recipients import own_group_of
from tests.assistant.callbacks import say, work
from tests.connected import gateway, wechat  # noqa: F401 - fixtures
from tests.peers.platform import AES_KEY, APP_ID, TOKEN, chosen

POPUP, CHANGE = "subscribe_msg_popup_event", "subscribe_msg_change_event"
OURS, ANOTHER, THEIRS = "template-accepted", "template-finished", "template-of-a-clinic"
IN_WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}


@pytest.fixture
def zhou(app, cast, gateway, phone):  # noqa: F811
    """The phone of somebody whom WeChat knows, at an account whose notices need a tick."""
    settings = app.extensions["settings"]
    settings.wechat_app_id, settings.wechat_token, settings.wechat_aes_key = APP_ID, TOKEN, AES_KEY
    settings.wechat_subscribed = True
    settings.wechat_template_accepted = f"{OURS},thing1=事项"
    settings.wechat_template_finished = f"{ANOTHER},thing1=事项"
    resident = phone().known_as("三楼老周", cast)
    with app.app_context(), writing():
        subject = identity.openid_hash("openid-zhou")
        db.session.add(
            Identity(person_id=cast.people["三楼老周"], kind="openid", subject=subject, handle="openid-zhou")
        )
    return resident


def choose(app, name: str, *choices: tuple[str, str], openid: str = "openid-zhou") -> None:
    assert say(app, "official", chosen(name, list(choices), openid)) == "success"
    work()


def wanted(cast) -> bool:
    db.session.rollback()
    line = own_group_of(cast.people["三楼老周"], "resident")
    return line is not None and line.hears


def test_a_tick_is_the_agreement_and_a_refusal_takes_it_back(app, cast, zhou):
    zhou.report(cast.code("5号楼").token)
    choose(app, POPUP, (OURS, "reject"), (ANOTHER, "accept"))
    assert wanted(cast)
    choose(app, CHANGE, (OURS, "reject"))
    assert not wanted(cast)


@pytest.mark.parametrize("choice", [(THEIRS, "accept"), (OURS, "reject"), (OURS, "ban"), (OURS, ""), ("", "accept")])
def test_no_other_choice_is_an_agreement(app, cast, zhou, choice):
    zhou.report(cast.code("5号楼").token)
    choose(app, POPUP, choice)
    assert not wanted(cast)


@pytest.mark.parametrize("name,choice", [(POPUP, (OURS, "reject")), (CHANGE, (THEIRS, "reject")), (CHANGE, (OURS, ""))])
def test_no_other_choice_takes_it_back(app, cast, zhou, name, choice):
    zhou.report(cast.code("5号楼").token)
    choose(app, POPUP, (OURS, "accept"))
    choose(app, name, choice)
    assert wanted(cast)


def test_who_has_no_ticket_or_is_not_known_agrees_to_nothing(app, cast, zhou):
    choose(app, POPUP, (OURS, "accept"))
    choose(app, POPUP, (OURS, "accept"), openid="openid-nobody")
    choose(app, CHANGE, (OURS, "reject"), openid="openid-nobody")
    assert db.session.scalars(select(Group)).all() == []


def test_where_notices_need_no_tick_its_window_says_nothing(app, cast, zhou):
    app.extensions["settings"].wechat_subscribed = False
    zhou.report(cast.code("5号楼").token)
    choose(app, POPUP, (OURS, "accept"))
    assert not wanted(cast)


def test_wechats_own_button_is_on_the_page_in_wechat_alone(app, cast, zhou):
    ticket = zhou.report(cast.code("5号楼").token)
    for path in (ticket, "/me"):
        inside, outside = zhou.get(path, headers=IN_WECHAT), zhou.get(path)
        page = inside.get_data(as_text=True)
        assert f'<wx-open-subscribe template="{OURS},{ANOTHER}">' in page and "js/wechat.js" in page
        assert "frame-src https://*.qq.com webcompt:" in inside.headers["Content-Security-Policy"]
        page = outside.get_data(as_text=True)
        assert "用微信打开这一页" in page and "wx-open" not in page and "js/wechat.js" not in page
        assert "qq.com" not in outside.headers["Content-Security-Policy"]


def test_it_is_not_offered_to_who_has_nothing_to_hear_of(zhou):
    assert "有进展用微信告诉我" not in zhou.get("/me", headers=IN_WECHAT).get_data(as_text=True)


def test_who_agreed_may_take_it_back_on_the_page_too(app, cast, zhou):
    ticket = zhou.report(cast.code("5号楼").token)
    assert zhou.post("/me/news", wanted="1", back=ticket).status_code == 303 and wanted(cast)
    assert "不用告诉我了" in zhou.get("/me").get_data(as_text=True)
    assert zhou.post("/me/news").status_code == 303 and not wanted(cast)
