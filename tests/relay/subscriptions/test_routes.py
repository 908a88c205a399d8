"""The consent box: offered to persons with an openid, off until ticked, withdrawn at any time."""

import pytest

from governance.core.db import db, writing
from governance.people.model import Identity
from governance.people.wechat import identity
from governance.relay.subscriptions.recipients import own_group_of
from tests.connected import gateway, wechat  # noqa: F401 - fixtures

BOX = 'name="wanted"'


@pytest.fixture
def met(app, cast, gateway, phone):  # noqa: F811
    """A phone in the hand of somebody whom WeChat knows."""
    app.extensions["settings"].wechat_template_accepted = "template-accepted,thing1=事项"
    resident = phone().known_as("三楼老周", cast)
    with app.app_context(), writing():
        subject = identity.openid_hash("openid-zhou")
        zhou = cast.people["三楼老周"]
        db.session.add(Identity(person_id=zhou, kind="openid", subject=subject, handle="openid-zhou"))
    return resident


def wanted(cast) -> bool:
    db.session.rollback()
    line = own_group_of(cast.people["三楼老周"], "resident")
    return line is not None and line.hears


def test_the_box_is_off_until_ticked_and_may_be_cleared_again(cast, met):
    ticket = met.report(cast.code("5号楼").token)
    page = met.get(ticket).get_data(as_text=True)
    assert BOX in page and "checked" not in page[page.index(BOX) :][:40] and not wanted(cast)
    answer = met.post("/me/news", wanted="1", back=ticket)
    assert answer.status_code == 303 and answer.location == ticket and wanted(cast)
    page = met.get("/me").get_data(as_text=True)
    assert "checked" in page[page.index(BOX) :][:40]
    assert met.post("/me/news").status_code == 303 and not wanted(cast)


def test_who_is_not_known_to_wechat_or_follows_nothing_cannot_agree(app, cast, met, phone):
    stranger = phone()
    ticket = stranger.report(cast.code("5号楼").token)
    assert BOX not in stranger.get(ticket).get_data(as_text=True)
    assert stranger.post("/me/news", wanted="1").status_code == 404
    assert met.post("/me/news", wanted="1").status_code == 409 and not wanted(cast)


def test_without_a_template_nobody_is_asked(app, cast, met):
    app.extensions["settings"].wechat_template_accepted = ""
    ticket = met.report(cast.code("5号楼").token)
    assert BOX not in met.get(ticket).get_data(as_text=True)
