"""The hall in a real browser: five tickets become a topic, forty devices answer, it is decided, done and counted.

Told twice: with script, and by fewer devices without. Most of them answer over plain HTTP, as a browser without a
screen would.
"""

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person as Somebody
from tests.browser.people import become_known, bind_groups, device_of, heard
from tests.cast import Cast
from tests.peers.browser import axe
from tests.peers.receiver import Receiver
from tests.site import Site, site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
GROUPS = {
    "5号楼": ("residents", "key-of-the-building"),
    "银杏社区": ("residents", "key-of-the-community"),
    "1号楼": ("residents", "key-of-the-neighbours"),
    "第一网格": ("workers", "key-of-the-workers"),
}
HERE, WIDER, NEXT_DOOR, WORKERS = (key for _, key in GROUPS.values())
TITLE, DEED = "电动车停哪儿、怎么充", "东门装好充电棚"
STATEMENTS = [f"{what}{where}" for what in ("先装", "多装", "不装") for where in ("东门", "西门", "北门", "车库")]


def devices(script: bool) -> int:
    return 40 if script else 12


class Plain:
    """A device that speaks HTTP: a cookie jar, the form token of the first page, forms."""

    def __init__(self, base: str) -> None:
        self.base, self.jar = base, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar), _Stay())
        self.token = self.field("/signin", "csrf_token")

    def get(self, path: str) -> str:
        text: str = self.opener.open(self.base + path, timeout=30).read().decode()
        return text

    def field(self, path: str, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.get(path))
        return found[1] if found else ""

    def post(self, path: str, **form: str) -> int:
        data = urlencode({"csrf_token": self.token, "submission": str(uuid.uuid4())} | form).encode()
        try:
            return int(self.opener.open(Request(self.base + path, data), timeout=30).status)
        except HTTPError as answer:
            return answer.code

    @property
    def device(self) -> str:
        return next(cookie.value or "" for cookie in self.jar if cookie.name == "device")


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@pytest.fixture
def town(settled: tuple[Path, Cast], tmp_path: Path, receiver: Receiver) -> Iterator[Site]:
    """The running site; groups at a building, its community and its grid, and at a building next door."""
    with site(settled, tmp_path, WECOM_API_BASE=receiver.url) as running:
        bind_groups(running, *((place, audience, key) for place, (audience, key) in GROUPS.items()))
        yield running


def sound(one: Somebody, script: bool) -> None:
    """Nothing on the page in hand for axe to find, nothing wider than the phone."""
    if script:
        assert axe(one.page) == []
    assert one.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def folded(one: Somebody, label: str) -> None:
    """Open a folded form."""
    one.page.locator("summary", has_text=label).first.click()


def test_five_tickets_become_a_topic_that_is_answered_decided_done_and_counted(
    town: Site, people: tuple[Somebody, ...], receiver: Receiver, script: bool
) -> None:
    reporter, neighbour, keeper, body = people
    code = town.cast.codes["5号楼"]

    reporter.page.goto(f"{town.url}/c/{code}/report")
    reporter.page.get_by_label("停车").check(force=True)
    reporter.page.get_by_label("怎么了？").fill("电动车没处停，飞线充电")
    reporter.page.get_by_role("button", name="交给网格员").click()
    reporter.page.wait_for_url("**/t/*")
    ticket = reporter.page.url
    plain = [Plain(town.url) for _ in range(devices(script) - 1)]
    for one in plain[:4]:
        assert one.post(f"/c/{code}/report", category="parking", words="没处充电") == 303
    _becomes_a_topic(keeper, ticket, script)
    topic = keeper.page.url.split("#")[0]
    assert any(TITLE in text and "请大家商量" in text for text in heard(receiver, HERE, TITLE))
    heard(receiver, WIDER, TITLE)

    reporter.page.goto(ticket)
    expect(reporter.page.get_by_text("大家商量").first).to_be_visible()
    reporter.page.get_by_role("link", name=TITLE).first.click()
    expect(reporter.page.get_by_text("正在商量").first).to_be_visible()
    assert reporter.page.url.split("?")[0] == topic
    sound(reporter, script)

    _speak(town, neighbour, plain[:2], topic, script)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda each: _answers(each[1], topic, each[0]), enumerate(plain[2:]))) == {len(STATEMENTS)}
    for one, left in ((plain[0], 6), (plain[1], 7)):
        assert _answers(one, topic, 0) == left
    _answer_by_hand(reporter, topic, script)
    _table_is_made(neighbour, topic, script)

    _decided(keeper, topic, script)
    heard(receiver, HERE, "商量出结果了")
    _done_by(body, "东门立棚", script)
    _counted(keeper, topic)
    told = heard(receiver, HERE, DEED)

    neighbour.page.goto(f"{topic}/say")
    neighbour.page.get_by_label("办了一部分", exact=True).check(force=True)
    neighbour.page.get_by_role("button", name="提交").click()
    neighbour.page.goto(topic)
    expect(neighbour.page.get_by_text("办得好 0 人 · 办了一部分 1 人")).to_be_visible()
    neighbour.page.goto(f"{town.url}/c/{town.cast.codes['6号楼']}/topics")
    neighbour.page.get_by_role("link", name="这里办成了 1 件实事").click()
    expect(neighbour.page.get_by_text(DEED)).to_be_visible()
    sound(neighbour, script)

    of_topic = [text for text in told if "/topics/" in text]
    assert [sum(word in text for text in of_topic) for word in ("请大家商量", "商量出结果了", "办成一件实事")] == [
        1,
        1,
        1,
    ]
    assert receiver.heard(NEXT_DOOR) == []
    assert not any("/topics/" in text for text in receiver.heard(WORKERS))
    secrets = ("飞线", "没处充电", "三楼老周", "钱由物业出", *STATEMENTS)
    assert not any(secret in text for text in receiver.heard() for secret in secrets)


def _becomes_a_topic(keeper: Somebody, ticket: str, script: bool) -> None:
    keeper.sign_in("shen")
    keeper.page.goto(ticket)
    keeper.page.locator("#move-to_topic summary").click()
    form = keeper.page.locator("#move-to_topic form")
    form.locator("[name=title]").fill(TITLE)
    form.get_by_role("button", name="转议事").click()
    keeper.page.get_by_role("link", name=TITLE).first.click()
    folded(keeper, "把上报转进来（4 件可以转）")
    for label in keeper.page.locator("label.check", has=keeper.page.locator("[name=ticket]")).all():
        label.click()
    sound(keeper, script)
    keeper.page.get_by_role("button", name="转进来").click()
    expect(keeper.page.locator("#chain a.card")).to_have_count(5)


def _speak(town: Site, neighbour: Somebody, plain: list[Plain], topic: str, script: bool) -> None:
    """Two over plain HTTP say eleven things between them; one more in the browser, after becoming known."""
    page = topic.removeprefix(town.url)
    for number, one in enumerate(plain):
        become_known(town.folder / "var", one.device, f"邻居{number}")
    for number, words in enumerate(STATEMENTS[1:]):
        assert plain[number % 2].post(f"{page}/statements", words=words) == 303
    neighbour.page.goto(topic)
    neighbour.page.get_by_role("link", name="去表态、说一句").click()
    expect(neighbour.page.get_by_role("link", name="去认识一下")).to_be_visible()
    sound(neighbour, script)
    become_known(town.folder / "var", device_of(neighbour.page), "三楼老周")
    neighbour.page.reload()
    neighbour.page.get_by_role("link", name="我也说一条").click()
    neighbour.page.get_by_label("我也说一条").fill(STATEMENTS[0])
    if script:  # what is being written waits while one looks at the others' words
        neighbour.page.wait_for_load_state()
        neighbour.page.goto(topic)
        neighbour.page.goto(f"{topic}/write")
        expect(neighbour.page.get_by_label("我也说一条")).to_have_value(STATEMENTS[0])
    neighbour.page.get_by_role("button", name="说出来，请大家表态").click()
    expect(neighbour.page.locator("#mine").get_by_text(STATEMENTS[0])).to_be_visible()
    sound(neighbour, script)


def _answers(one: Plain, topic: str, number: int) -> int:
    """Everything asked of this device, one at a time as the page offers it; how many there were."""
    page, count = topic.removeprefix(one.base), 0
    while found := re.search(r"/statements/(\d+)/voice", _asked(shown := one.get(f"{page}/say"))):
        words = re.search(r'class="question__words"[^>]*>([^<]*)', shown)
        assert words is not None
        answer = {"先装": "agree", "不装": "disagree", "多装": "agree" if number % 2 else "disagree"}[words[1][:2]]
        assert one.post(f"{page}/statements/{found[1]}/voice", answer=answer) == 303
        count += 1
    return count


def _asked(page: str) -> str:
    """The part of the page that asks, before what was answered already."""
    return page.split('id="mine"')[0].split("<details")[0]


def _answer_by_hand(reporter: Somebody, topic: str, script: bool) -> None:
    """The fortieth, thumb by thumb; and one mind is changed."""
    reporter.page.goto(f"{topic}/say")
    sound(reporter, script)
    for number in range(1, len(STATEMENTS) + 1):
        expect(reporter.page.get_by_text(f"第 {number} 条，共 {len(STATEMENTS)} 条")).to_be_visible()
        reporter.page.locator(".question").get_by_role("button", name="同意", exact=True).click()
    expect(reporter.page.get_by_text("都表过态了")).to_be_visible()
    folded(reporter, "我表过的态（12 条），可以改")
    card = reporter.page.locator("form.card", has_text="不装东门")
    card.get_by_role("button", name="不同意", exact=True).click()
    expect(reporter.page.get_by_text("都表过态了")).to_be_visible()
    sound(reporter, script)


def _table_is_made(neighbour: Somebody, topic: str, script: bool) -> None:
    """The worker counts within seconds; the table says what most agree on, reject, and what divides."""
    neighbour.page.goto(topic)
    for _ in range(60):
        if neighbour.page.get_by_text(f"{devices(script)} 人表过态").count():
            break
        neighbour.page.wait_for_timeout(500)
        neighbour.page.reload()
    expect(neighbour.page.get_by_text(f"{devices(script)} 人表过态").first).to_be_visible()
    for heading in ("多数人同意", "多数人不同意", "意见不一"):
        expect(neighbour.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    sound(neighbour, script)


def _decided(keeper: Somebody, topic: str, script: bool) -> None:
    keeper.page.goto(topic)
    folded(keeper, "定下来")
    keeper.page.get_by_label("定下来的是什么").fill("东门先装两个，钱由物业出")
    keeper.page.get_by_role("button", name="定下来").click()
    expect(keeper.page.locator("#decision")).to_contain_text("东门先装两个")
    for words, owner in (("东门立棚", "绿叶物业"), ("写一份充电守则", "社区自己办")):
        folded(keeper, "派一件任务")
        keeper.page.get_by_label("要做什么").fill(words)
        keeper.page.get_by_label("哪一类").select_option(label="停车")
        keeper.page.get_by_label("谁来做").select_option(label=owner)
        sound(keeper, script)
        keeper.page.get_by_role("button", name="派下去").click()
        expect(keeper.page.locator("#chain")).to_contain_text(words)
    expect(keeper.page.get_by_text("正在落实").first).to_be_visible()


def _done_by(body: Somebody, words: str, script: bool) -> None:
    body.sign_in("wu")
    body.page.get_by_text(words).first.click()
    expect(body.page.get_by_text("议事厅定下来的任务").first).to_be_visible()
    body.page.locator("#move-finish summary").click()
    body.page.locator("#move-finish form").get_by_label("办了什么").fill("棚子立好了")
    body.page.locator("#move-finish form").get_by_role("button", name="办结").click()
    expect(body.page.get_by_text("已办结待回访").first).to_be_visible()


def _counted(keeper: Somebody, topic: str) -> None:
    """The other task is the community's own; with both done its deed is recorded and people are asked."""
    keeper.page.goto(topic)
    keeper.page.locator("#chain a.card", has_text="写一份充电守则").click()
    keeper.page.locator("#move-finish summary").click()
    keeper.page.locator("#move-finish form").get_by_label("办了什么").fill("贴出来了")
    keeper.page.locator("#move-finish form").get_by_role("button", name="办结").click()
    keeper.page.goto(topic)
    folded(keeper, "记成一件实事")
    keeper.page.get_by_label("办成了什么").fill(DEED)
    keeper.page.get_by_role("button", name="记下").click()
    expect(keeper.page.locator("#chain")).to_contain_text(DEED)
