"""In WeChat's browser: its script is let in, the page says what its card shows, and its own button is the agreement.

WeChat's script cannot come here; what it is asked, and what its button would answer, is all that a stand-in does.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cast import Cast
from tests.connected import credentials
from tests.peers.browser import PHONE, axe, page
from tests.peers.wechat import WeChat
from tests.site import Site, site

pytestmark = pytest.mark.browser
AGENT = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"
STAND_IN = """
const noted = document.documentElement.dataset;
window.wx = {
  config: (given) => { noted.config = JSON.stringify(given); },
  ready: (then) => setTimeout(then),
  updateAppMessageShareData: (card) => { noted.card = JSON.stringify(card); },
  updateTimelineShareData: () => {},
};
"""
SCRIPT = "https://res.wx.qq.com/**"
CHOICE = {"errMsg": "subscribe:ok", "subscribeDetails": json.dumps({"t-accepted": json.dumps({"status": "accept"})})}


@pytest.fixture(scope="module")
def town(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town whose account tells of 已受理 and 已办好 by notices that need a tick."""
    with WeChat(holder="o-zhou") as wechat:
        account = {name.upper(): value for name, value in credentials(wechat.url).items() if "wechat" in name}
        news = {f"WECHAT_TEMPLATE_{name.upper()}": f"t-{name},thing1=事项" for name in ("accepted", "finished")}
        with site(settled, tmp_path_factory.mktemp("town"), **account, **news, WECHAT_SUBSCRIBED="1") as served:
            yield served


@pytest.fixture
def phone(browser: Browser, town: Site) -> Iterator[Page]:
    """A phone in WeChat."""
    with page(browser, **PHONE, user_agent=AGENT) as made:
        made.route(SCRIPT, lambda route: route.fulfill(body=STAND_IN, content_type="text/javascript"))
        yield made


def _report(phone: Page, town: Site) -> None:
    phone.goto(f"{town.url}/c/{town.cast.codes['5号楼']}/report")
    phone.get_by_label("路灯照明").check(force=True)
    phone.get_by_label("怎么了？").fill("楼道灯不亮")
    phone.get_by_role("button", name="交给网格员").click()
    expect(phone.get_by_text("收到了，已经送到网格员那里")).to_be_visible()


def _noted(phone: Page, what: str) -> dict[str, Any]:
    """What the stand-in was given, once it was."""
    page_itself = phone.locator("html")
    expect(page_itself).to_have_attribute(f"data-{what}", re.compile("{"))
    found: dict[str, Any] = json.loads(page_itself.get_attribute(f"data-{what}") or "")
    return found


def test_a_page_passed_on_shows_its_place(phone: Page, town: Site) -> None:
    address = f"{town.url}/c/{town.cast.codes['5号楼']}"
    phone.goto(f"{address}?elder=1")
    card = _noted(phone, "card")
    assert "5号楼" in card["title"] and card["link"] == address
    assert _noted(phone, "config")["openTagList"] == []


def test_its_own_button_is_the_agreement(phone: Page, town: Site) -> None:
    _report(phone, town)
    assert _noted(phone, "config")["openTagList"] == ["wx-open-subscribe"]
    expect(phone.get_by_text("没有看到按钮？")).to_be_hidden()
    assert axe(phone) == []
    button = phone.locator("wx-open-subscribe")
    assert button.get_attribute("template") == "t-accepted,t-finished"
    with phone.expect_navigation():
        button.evaluate("(one, detail) => one.dispatchEvent(new CustomEvent('success', { detail }))", CHOICE)
    expect(phone.get_by_text("您同意过了")).to_be_visible()
    phone.get_by_role("button", name="不用告诉我了").click()
    expect(phone.get_by_text("您同意过了")).to_be_hidden()


@pytest.mark.parametrize("why", ["its script does not come", "it knows no such button"])
def test_where_the_button_cannot_be_shown_the_page_says_so(phone: Page, town: Site, why: str) -> None:
    if why == "its script does not come":
        phone.unroute(SCRIPT)
        phone.route(SCRIPT, lambda route: route.abort())
    _report(phone, town)
    if why == "it knows no such button":
        expect(phone.get_by_text("没有看到按钮？")).to_be_hidden()
        phone.evaluate("document.dispatchEvent(new CustomEvent('WeixinOpenTagsError'))")
    expect(phone.get_by_text("没有看到按钮？")).to_be_visible()
    assert axe(phone) == []
