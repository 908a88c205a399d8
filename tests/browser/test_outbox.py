"""What residents hand in is neither lost nor taken twice, whatever network, server and phone do meanwhile."""

import base64
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Request, Route, expect

from governance.core import media
from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.discussions.actions import begin
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets.model import Photo, Ticket
from governance.tickets.photos import address, quarantine
from governance.tickets.reporting.reports import submit_report
from tests.browser.people import as_file, become_known, beside, device_of
from tests.cast import Cast
from tests.peers.browser import CHINA, PHONE
from tests.site import Site, site

pytestmark = pytest.mark.browser
AGENT = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"
A_PHONE = 10  # how many reports one phone writes; a device may send twenty in an hour
PLACES = {8: "6号楼", 20: "3号院", 200: "8号院"}
FAULTS = ("none", "offline", "aborted", "answer lost", "503", "a stranger's page", "closed")
REFUSING = """
const refuse = () => { throw new DOMException("full", "QuotaExceededError"); };
if (%s) IDBObjectStore.prototype.put = refuse; else Object.defineProperty(window, "indexedDB", { get: refuse });
"""


@pytest.fixture(scope="module")
def town(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(settled, tmp_path_factory.mktemp("town")) as running:
        yield running


@dataclass
class Phone:
    """A phone in WeChat at a place, whose requests to the server meet the `fault` of the moment."""

    town: Site
    context: BrowserContext
    place: str = "5号楼"
    fault: str = "none"
    met: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(10_000)
        self.context.route("https://res.wx.qq.com/**", lambda route: route.abort())
        self.context.route(lambda address: "/static/" not in address, self._meet)
        self.page = self.context.new_page()

    def _meet(self, route: Route, request: Request) -> None:
        posting = request.method == "POST" or request.url.endswith("/token")
        if not posting or self.fault in ("none", "offline"):
            route.continue_()
            return
        self.met.append(request.url)
        if self.fault == "503":
            route.fulfill(status=503, body="busy")
        elif self.fault == "a stranger's page":
            route.fulfill(status=200, body="<html>please sign in to this network</html>", content_type="text/html")
        elif self.fault == "answer lost" and request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        elif self.fault == "answer lost":
            route.continue_()
        elif self.fault == "aborted":
            route.abort()
        # "closed": no answer comes; the page is closed meanwhile

    def meet(self, fault: str) -> None:
        self.fault = fault
        self.context.set_offline(fault == "offline")

    @property
    def form(self) -> str:
        return f"{self.town.url}/c/{self.town.cast.codes[self.place]}/report"

    @property
    def scan_page(self) -> str:
        return self.form.removesuffix("/report")

    def write(self, words: str, category: str = "路灯照明", photos: tuple[bytes, ...] = ()) -> None:
        self.page.get_by_label(category, exact=True).check(force=True)
        self.page.get_by_label("怎么了？").fill(words)
        for number, photo in enumerate(photos, 1):
            self.page.locator("[name=photos]").set_input_files(as_file(f"{number}.jpg", photo))
            expect(self.page.locator("#report .photos li")).to_have_count(number)

    def hand_in(self) -> None:
        self.page.get_by_role("button", name="交给网格员").click()

    def another_page(self) -> None:
        self.page.close()
        self.page = self.context.new_page()

    def sent_from(self, address: str) -> None:
        """Open a page with a sound network and wait until nothing waits any more."""
        self.meet("none")
        self.page.goto(address)
        self.page.evaluate(NOTHING_WAITS)


NOTHING_WAITS = """async () => {
  const waiting = () => new Promise((done) => {
    const ask = indexedDB.open("outbox");
    ask.onsuccess = () => {
      const all = ask.result.transaction("items").objectStore("items").getAll();
      all.onsuccess = () => { ask.result.close(); done(all.result.filter((one) => one.state === "waiting").length); };
    };
  });
  while (await waiting()) await new Promise((again) => setTimeout(again, 50));
}"""


@pytest.fixture
def phone(browser: Browser, town: Site) -> Iterator[Phone]:
    with_phone = browser.new_context(**CHINA, **PHONE, user_agent=AGENT)
    try:
        yield Phone(town, with_phone)
    finally:
        with_phone.close()


def picture(seed: int) -> bytes:
    """A small photo that can be told from every other: its one colour."""
    file = BytesIO()
    Image.new("RGB", (64, 48), colour(seed)).save(file, "JPEG", quality=95)
    return file.getvalue()


def colour(seed: int) -> tuple[int, int, int]:
    return (seed * 37) % 256, (seed * 91) % 256, (seed * 151) % 256


def _bytes_of(photo: Photo) -> bytes:
    """The picture as it is stored now: the worker moves it out of quarantine while this test reads."""
    try:
        return media.get(quarantine(photo))
    except FileNotFoundError:
        return media.get(address(photo, "full"))


def _is_of(photo: Photo, seed: int) -> bool:
    """Whether it is the picture drawn from this seed, which was encoded anew on the phone and perhaps by the worker."""
    drawn = Image.open(BytesIO(_bytes_of(photo))).convert("RGB").resize((1, 1)).getpixel((0, 0))
    return all(abs(one - other) <= 6 for one, other in zip(drawn, colour(seed), strict=True))


def tickets(town: Site, beginning: str) -> list[tuple[str, int]]:
    """The words and the number of photos of every ticket whose words begin so."""
    with beside(town.folder / "var"):
        return [(ticket.words, len(ticket.photos)) for ticket in _beginning(beginning)]


def _beginning(words: str) -> list[Ticket]:
    return list(db.session.scalars(db.select(Ticket).where(Ticket.words.startswith(words)).order_by(Ticket.id)))


@pytest.mark.parametrize("fault", FAULTS[1:])
def test_a_report_that_meets_a_fault_is_sent_once_from_the_scan_page(phone: Phone, fault: str) -> None:
    phone.page.goto(phone.form)
    phone.write(f"遇到{fault}", photos=(picture(1),))
    phone.meet(fault)
    phone.hand_in()
    if fault == "closed":
        expect(phone.page.locator("#state")).to_have_text("正在送…")
    else:
        expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    expect(phone.page.get_by_label("怎么了？")).to_have_value("")
    phone.another_page()
    phone.sent_from(phone.scan_page)
    expect(phone.page.get_by_text("送到了")).to_be_visible()
    assert phone.page.url == phone.scan_page
    assert tickets(phone.town, f"遇到{fault}") == [(f"遇到{fault}", 1)]


def test_a_danger_without_a_signal_has_its_numbers_before_and_after_it_was_sent(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.write("我真的不想活了")
    phone.meet("offline")
    phone.hand_in()
    said = phone.page.locator("#state")
    for number in ("119", "120", "110", "12356"):
        expect(said.get_by_role("link", name=number, exact=True)).to_be_in_viewport()
    expect(said.get_by_role("link").first).to_have_text("119")
    phone.another_page()
    phone.sent_from(phone.scan_page)
    first = phone.page.locator("main a").first
    expect(first).to_have_attribute("href", "tel:12356")
    expect(first).to_be_in_viewport()


def test_a_form_without_words_is_refused_as_the_server_does_it(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.page.get_by_label("路灯照明", exact=True).check(force=True)
    phone.hand_in()
    expect(phone.page.locator("#refused")).to_be_focused()
    expect(phone.page).to_have_title(re.compile("出错了："))
    phone.page.locator("#refused a").click()
    expect(phone.page.get_by_label("怎么了？")).to_be_focused()
    phone.write("这回写了")
    phone.meet("offline")
    phone.hand_in()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    expect(phone.page.locator("#refused")).to_have_count(0)
    assert "出错了" not in phone.page.title()


def test_two_reports_written_one_after_the_other_without_a_signal_are_two_tickets(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.meet("offline")
    for words, category in (("先后甲", "路灯照明"), ("先后乙", "电梯")):
        phone.write(words, category)
        phone.hand_in()
        expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    expect(phone.page.get_by_text("有 2 件存在这台手机里")).to_be_visible()
    phone.meet("none")  # and the page that is open notices
    expect(phone.page.get_by_text("送到了 2 件")).to_be_visible()
    assert sorted(tickets(phone.town, "先后")) == [("先后乙", 0), ("先后甲", 0)]


@pytest.mark.parametrize("full", ["true", "false"], ids=["full", "refused"])
def test_what_the_phone_does_not_keep_stays_on_the_page_and_can_still_be_sent(phone: Phone, full: str) -> None:
    phone.context.add_init_script(REFUSING % full)
    phone.page.goto(phone.form)
    phone.write(f"存不下{full}", photos=(picture(2),))
    phone.meet("aborted")
    phone.hand_in()
    said = phone.page.get_by_text("写的还在这一页")
    expect(said).to_be_visible()
    for number in ("119", "010-00000001"):
        expect(said.get_by_role("link", name=number)).to_be_visible()
    expect(phone.page.get_by_label("怎么了？")).to_have_value(f"存不下{full}")
    expect(phone.page.locator("#report .photos li")).to_have_count(1)
    phone.meet("none")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    assert tickets(phone.town, f"存不下{full}") == [(f"存不下{full}", 1)]


def test_what_the_server_refuses_is_set_aside_can_be_mended_and_does_not_block_the_next(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.meet("offline")
    phone.write("太长")
    phone.page.get_by_label("怎么了？").evaluate("box => { box.value = '字'.repeat(600); }")
    phone.hand_in()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    phone.write("不被挡住")
    phone.hand_in()
    expect(phone.page.get_by_text("有 2 件")).to_be_visible()
    phone.another_page()
    phone.sent_from(phone.scan_page)
    expect(phone.page.get_by_text("没送成：最多 500 个字")).to_be_visible()
    assert tickets(phone.town, "不被挡住") == [("不被挡住", 0)]

    phone.page.get_by_role("button", name="改一改").click()
    expect(phone.page.get_by_label("怎么了？")).to_have_value("字" * 600)
    expect(phone.page.get_by_label("路灯照明", exact=True)).to_be_checked()
    phone.page.get_by_label("怎么了？").fill("改短了")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    expect(phone.page.get_by_text("没送成")).not_to_be_visible()
    assert tickets(phone.town, "改短了") == [("改短了", 0)]


def test_what_was_set_aside_can_be_thrown_away(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.meet("offline")
    phone.write("扔掉的")
    phone.page.get_by_label("怎么了？").evaluate("box => { box.value = '扔'.repeat(600); }")
    phone.hand_in()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    phone.another_page()
    phone.sent_from(phone.scan_page)
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.page.get_by_role("button", name="扔掉").click()
    expect(phone.page.get_by_text("没送成")).not_to_be_visible()
    phone.page.reload()
    expect(phone.page.get_by_text("没送成")).not_to_be_visible()


def test_a_report_that_is_only_a_photo_goes_with_words_until_the_photo_comes(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.meet("offline")
    phone.write("", photos=(picture(3), picture(4)))
    phone.hand_in()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    phone.another_page()
    phone.sent_from(f"{phone.town.url}/me")
    assert ("见照片", 2) in tickets(phone.town, "见照片")


def test_a_photo_taken_back_does_not_come_along(phone: Phone) -> None:
    phone.page.goto(phone.form)
    phone.write("拿掉一张", photos=(picture(5), picture(6), picture(7)))
    expect(phone.page.get_by_text("已收到")).to_have_count(3)
    phone.page.get_by_role("button", name="去掉照片 1").click()
    expect(phone.page.locator("#report .photos li")).to_have_count(2)
    phone.page.reload()
    expect(phone.page.locator("#report .photos li")).to_have_count(2)
    phone.meet("aborted")  # the server cannot be told of the next: the form becomes another submission
    before = phone.page.locator("[name=submission]").input_value()
    phone.page.get_by_role("button", name="去掉照片 1").click()
    expect(phone.page.locator("#report .photos li")).to_have_count(1)
    expect(phone.page.locator("#report [name=submission]")).not_to_have_value(before)
    phone.meet("none")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    phone.page.evaluate(NOTHING_WAITS)
    assert tickets(phone.town, "拿掉一张") == [("拿掉一张", 1)]


def test_a_canvas_that_gives_nothing_sends_the_file_as_it_is(phone: Phone) -> None:
    phone.context.add_init_script("HTMLCanvasElement.prototype.toBlob = (done) => done(null);")
    phone.page.goto(phone.form)
    phone.write("画布不行", photos=(picture(8),))
    expect(phone.page.get_by_text("已收到")).to_be_visible()
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    assert tickets(phone.town, "画布不行") == [("画布不行", 1)]


def test_more_photos_than_are_taken_is_said(phone: Phone) -> None:
    phone.page.goto(phone.form)
    chosen = [as_file(f"{number}.jpg", picture(number)) for number in range(10, 17)]
    phone.page.locator("[name=photos]").set_input_files(chosen)
    expect(phone.page.get_by_text("选了 7 张，收下 6 张")).to_be_visible()
    expect(phone.page.locator("#report .photos li")).to_have_count(6)


def test_words_answers_and_joining_wait_as_reports_do(phone: Phone, browser: Browser) -> None:
    phone.page.goto(phone.form)
    phone.write("先报一件")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    ticket = phone.page.url
    phone.page.locator("summary", has_text="补一句").click()
    phone.page.get_by_label("补一句").fill("还在闪")
    phone.page.locator("[name=photos]").set_input_files(as_file("more.jpg", picture(9)))
    expect(phone.page.locator(".photos li")).to_have_count(1)
    phone.meet("answer lost")
    phone.page.get_by_role("button", name="补上").click()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    phone.another_page()
    phone.sent_from(phone.scan_page)
    with beside(phone.town.folder / "var"):
        found = db.session.scalars(db.select(Ticket).filter_by(ref=ticket.rpartition("/")[2])).one()
        said = db.session.scalars(db.select(Event).filter_by(noun="ticket", subject_id=found.id, verb="more")).all()
        assert sorted((event.words or "", event.data["photos"]) for event in said) == [("", 1), ("还在闪", 0)]
        assert [photo.step for photo in found.photos] == ["more"]
    _is_joined_once(phone, browser, ticket)


def _is_joined_once(phone: Phone, browser: Browser, ticket: str) -> None:
    context = browser.new_context(**CHINA, **PHONE, user_agent=AGENT)
    neighbour = Phone(phone.town, context)
    neighbour.page.goto(ticket)
    neighbour.meet("answer lost")
    neighbour.page.get_by_role("button", name="我也遇到").click()
    expect(neighbour.page.get_by_text("先存在这台手机里了")).to_be_visible()
    neighbour.sent_from(neighbour.scan_page)
    neighbour.page.goto(ticket)
    expect(neighbour.page.get_by_text("共 2 位邻居")).to_be_visible()
    context.close()


@dataclass
class Around:
    """What one known resident can act upon, beside their own new words."""

    own: str
    resolved: str
    neighbours: str
    topic: str


def _around(phone: Phone) -> Around:
    """Become known, with a report of one's own, one that is finished, one of a neighbour, and an open topic."""
    phone.page.goto(phone.form)
    phone.page.goto(f"{phone.town.url}/me")
    become_known(phone.town.folder / "var", device_of(phone.page), f"邻居{phone.fault}")
    with beside(phone.town.folder / "var"):
        me = db.session.scalars(db.select(Person).filter_by(nickname=f"邻居{phone.fault}")).one()
        place, light = phone.town.cast.place(phone.place), phone.town.cast.category("light")
        with writing():
            stranger = Person()
            db.session.add(stranger)
            db.session.flush()
            own, resolved, neighbours = (
                submit_report(place, Viewer(person_id=one), light, str(uuid.uuid4()), words="灯坏了")
                for one in (me.id, me.id, stranger.id)
            )
            resolved.state, resolved.resolved_at = "resolved", now()
            refs = own.ref, resolved.ref, neighbours.ref
        topic = begin(
            place,
            phone.town.cast.viewer("tang" if phone.place == "1号楼" else "shen"),
            str(uuid.uuid4()),
            f"充电棚{phone.place}",
            "",
        )
        return Around(*(f"{phone.town.url}/t/{ref}" for ref in refs), f"{phone.town.url}/topics/{topic.ref}")


def _every_kind(phone: Phone, around: Around) -> list[tuple[str, Callable[[], None], str]]:
    """Each kind of item: the page, what is filled in there, and the button that hands it in."""
    page = phone.page

    def unfold(label: str, words: str) -> None:
        page.locator("summary", has_text=label).click()
        page.get_by_label(label).fill(words)

    def more_words() -> None:
        page.locator("summary", has_text="想多说几句").click()
        page.get_by_label("回一句").fill("装在东门")

    return [
        (around.own, lambda: unfold("补一句", "还在闪"), "补上"),
        (around.resolved, lambda: page.get_by_label("好了一部分", exact=True).check(force=True), "提交"),
        (around.neighbours, lambda: None, "我也遇到"),
        (f"{phone.scan_page}/topics/new", lambda: page.get_by_label("想商量什么事？").fill("装一个晾衣架"), "提出来"),
        (f"{around.topic}/write", lambda: page.get_by_label("我也说一条").fill("先装两个"), "说出来，请大家表态"),
        (f"{around.topic}/write", more_words, "说"),
    ]


@pytest.mark.parametrize("fault", ["offline", "503"])
def test_every_kind_is_kept_without_a_signal_and_sent_once_from_any_page(
    browser: Browser, town: Site, fault: str
) -> None:
    context = browser.new_context(**CHINA, **PHONE, user_agent=AGENT)
    phone = Phone(town, context, {"offline": "1号楼", "503": "5号楼"}[fault], fault)
    for count, (where, fill, button) in enumerate(_every_kind(phone, _around(phone)), 1):
        phone.meet("503")  # pages come, nothing is taken
        phone.page.goto(where)
        fill()
        phone.meet(fault)
        phone.page.get_by_role("button", name=button, exact=True).click()
        kept = phone.page.get_by_text("先存在这台手机里了")
        expect(kept).to_be_visible()
        for number in ("119", "120", "110"):
            expect(kept.get_by_role("link", name=number)).to_be_visible()
        expect(phone.page.get_by_text(f"有 {count} 件存在这台手机里")).to_be_visible()
    phone.sent_from(f"{town.url}/me")
    with beside(town.folder / "var"):
        me = db.session.scalars(db.select(Person).filter_by(nickname=f"邻居{fault}")).one()
        mine = db.session.scalars(db.select(Event).filter_by(actor_id=me.id).order_by(Event.id)).all()
        said = sorted(f"{event.noun}.{event.verb}" for event in mine)
        assert said == [
            *("ticket.answer", "ticket.join", "ticket.more", "ticket.report", "ticket.report"),
            *("topic.propose", "topic.reply_say", "topic.statement_say"),
        ]
    context.close()


def test_what_an_earlier_version_kept_is_sent_and_then_forgotten_there(phone: Phone) -> None:
    phone.page.goto(phone.form)
    data = "data:image/jpeg;base64," + base64.b64encode(picture(21)).decode()
    kept = [{"category": "light", "words": f"早先存的{one}", "private": False, "where": ""} for one in "甲乙"]
    kept.append({"category": "lift", "words": "", "private": True, "where": "早先的照片"})
    submission, form = str(uuid.uuid4()), {"action": phone.form, "page": phone.form, "stage": ""}
    waiting = [form | {"body": one | {"submission": submission}, "photos": []} for one in kept]
    waiting[2] |= {"photos": [data]}
    phone.page.evaluate("kept => localStorage.setItem('waiting', JSON.stringify(kept))", waiting)
    phone.page.goto(phone.scan_page)
    phone.page.wait_for_function("() => !localStorage.getItem('waiting')")
    phone.page.evaluate(NOTHING_WAITS)
    assert sorted(tickets(phone.town, "早先存的")) == [("早先存的乙", 0), ("早先存的甲", 0)]
    with beside(phone.town.folder / "var"):
        photo = db.session.scalars(db.select(Ticket).filter_by(where="早先的照片")).one()
        assert (photo.words, photo.private, len(photo.photos)) == ("见照片", True, 1)


def test_a_known_submission_with_other_words_is_told_of_the_first_and_can_be_sent_anew(phone: Phone) -> None:
    phone.page.goto(phone.form)
    submission = phone.page.locator("#report [name=submission]").input_value()
    phone.write("先送到的")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    phone.page.goto(phone.form)
    phone.meet("offline")
    phone.write("后写的另一件")
    phone.page.locator("#report [name=submission]").evaluate("(field, id) => { field.value = id; }", submission)
    phone.hand_in()
    expect(phone.page.get_by_text("先存在这台手机里了")).to_be_visible()
    phone.another_page()
    phone.sent_from(phone.scan_page)
    expect(phone.page.get_by_text("没送成：这是刚才那件；新的事请再报一件")).to_be_visible()
    assert "/t/" in (phone.page.get_by_role("link", name="看刚才那件").get_attribute("href") or "")
    phone.page.get_by_role("button", name="改一改").click()
    expect(phone.page.get_by_label("怎么了？")).to_have_value("后写的另一件")
    phone.hand_in()
    expect(phone.page.get_by_text("收到了，")).to_be_visible()
    assert len(tickets(phone.town, "后写的另一件")) == len(tickets(phone.town, "先送到的")) == 1


def _survive(phone: Phone, chance: random.Random, numbers: range) -> list[tuple[str, list[int]]]:
    """Write reports under a random schedule of faults; what was typed, and the photos' seeds."""
    typed = []
    for number in numbers:
        words = f"第{number:03}件：" + "".join(chance.choices("楼道灯坏了水管漏门锁", k=chance.randint(3, 12)))
        seeds = [number * 7 + one for one in range(chance.choice((0, 0, 1, 2)))]
        phone.meet("none")
        phone.page.goto(phone.form)
        if chance.random() < 0.5:
            phone.meet(chance.choice(FAULTS[1:]))
        phone.write(words, chance.choice(("路灯照明", "电梯")), tuple(map(picture, seeds)))
        phone.meet(fault := chance.choice(FAULTS))
        phone.hand_in()
        typed.append((words, seeds))
        if fault == "none":
            expect(phone.page.get_by_text("收到了，")).to_be_visible()
        else:
            said = "正在送…" if fault == "closed" else "先存在这台手机里了"
            expect(phone.page.locator("#state")).to_contain_text(said)
        if fault == "closed" or chance.random() < 0.3:
            phone.another_page()
    phone.sent_from(phone.scan_page)
    return typed


def _reports(count: int) -> object:
    return pytest.param(count, marks=(pytest.mark.faults, pytest.mark.timeout(1800)))


@pytest.mark.parametrize("count", [8, _reports(20), _reports(200)])
def test_reports_under_a_schedule_of_faults_are_each_taken_once(browser: Browser, town: Site, count: int) -> None:
    chance, typed, place = random.Random(count), [], PLACES[count]
    for first in range(0, count, A_PHONE):
        context = browser.new_context(**CHINA, **PHONE, user_agent=AGENT)
        phone = Phone(town, context, place)
        typed += _survive(phone, chance, range(first, min(count, first + A_PHONE)))
        context.close()
    with beside(town.folder / "var"):
        here = db.select(Ticket).filter_by(place_id=town.cast.places[place]).order_by(Ticket.words)
        taken = db.session.scalars(here).all()
        assert [ticket.words for ticket in taken] == [words for words, _ in typed]
        for ticket, (words, seeds) in zip(taken, typed, strict=True):
            assert len(ticket.photos) == len(seeds), words
            assert all(any(_is_of(photo, seed) for photo in ticket.photos) for seed in seeds), words
