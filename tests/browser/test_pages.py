"""Every page of the demo, as each audience sees it: nothing for axe to find, nothing to scroll sideways for."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.people import become_known, device_of
from tests.peers.browser import DESKTOP, PHONE, axe, page
from tests.site import serving

pytestmark = pytest.mark.browser
PASSWORD = "demo-password-of-the-tests"
RESIDENT = (
    "/",
    "/signin",
    "/me",
    "/me/known",
    "/me/known?elder=1",
    "/me/known/slip",
    "/me/known/worker",
    "/me/data",
    "{scan}",
    "{scan}?elder=1",
    *("{scan}/report", "{scan}/report?elder=1", "{scan}/around", "{scan}/sticker", "{scan}/group", "/find?q=3号楼"),
    *("/privacy", "/me/erase", "/me/export", "/t/none"),
    "{ticket}",
    "/c/ABCDEFGH",
)
NOT_THERE = ("/c/ABCDEFGH", "/t/none")
WORKER = (
    "/desk",
    "/desk?tab=mine",
    "/desk?tab=all",
    "{at}",
    "{at}/report",
    "{ticket}",
    "/desk/relay",
    "/desk/known",
    "/me",
)
KEEPER = (
    *(
        "/desk",
        "{ticket}/record",
        "/keep",
        "/keep/places",
        "{place}",
        "{building}/doors",
        "/keep/places/import",
        "/keep/people",
    ),
    *("/keep/bodies", "/keep/groups", "/keep/relay"),
)
OFFICER = ("/keep/categories", "/keep/places", "/keep/people")
BODY = ("/desk", "/desk?tab=mine")
HALL = (
    *("{scan}/topics", "{scan}/topics/new", "{scan}/deeds", "{topic}", "{topic}/say", "{flag}", "{topic}/statements"),
    *("{ended}", "{ended}/say", "{topic}?elder=1"),
)
HALL_KNOWN = ("{scan}/topics/new", "{topic}/say", "{reply}", "{ended}/say", "/me/known", "/me")
HALL_STAFF = (
    *("/desk/topics", "/desk/topics/new", "{topic}", "{topic}/say", "{topic}/record", "{ended}", "{waiting}"),
    *("{waiting}/record",),
)


@dataclass(frozen=True)
class Demo:
    url: str
    scan: str
    log: str
    var: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with serving(folder, DEMO_PASSWORD=PASSWORD) as (url, _settings):
        while "person\tlift\t" not in (log := (folder / "log").read_text()):
            time.sleep(0.1)
        scan = next(line.split("\t")[1] for line in log.splitlines() if line.startswith("scan\t"))
        yield Demo(url, scan.removeprefix(url), log, folder / "var")


def test_serve_prints_what_scripts_read(demo: Demo) -> None:
    lines = [line.split("\t") for line in demo.log.splitlines() if "\t" in line]
    assert lines[0] == ["ready", demo.url]
    assert [line[0] for line in lines] == ["ready", *["scan"] * 3, *["person"] * (len(lines) - 4)]
    assert {line[3] for line in lines if line[0] == "person"} == {"grid", "community", "street", "district", "body"}
    assert all(len(line) == 5 and line[2] == PASSWORD for line in lines if line[0] == "person")


def _visit(browser: Browser, demo: Demo, account: str, paths: tuple[str, ...], shapes: tuple[str, ...]) -> list[str]:
    """What is wrong on these pages for this account; empty is the only good answer.

    Each page is loaded once and then shown in each shape. Where the style is the same axe looks once.
    """
    wrong = []
    with page(browser, **PHONE) as view:
        errors: list[str] = []
        view.add_init_script(WATCH)
        view.on("pageerror", lambda error: errors.append(str(error)))
        view.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        if account == KNOWN:
            view.goto(f"{demo.url}/signin")
            become_known(demo.var, device_of(view), "邻居三百六")
        elif account:
            _sign_in(view, demo, account)
        names = _addresses(view, demo)
        for path in paths:
            answer = view.goto(demo.url + path.format(**names))
            if answer is None or answer.status >= 500 or (answer.status >= 400 and path not in NOT_THERE):
                wrong.append(f"{path}: {answer and answer.status}")
            if shift := view.evaluate(SETTLED):
                wrong.append(f"{path}: the page shifts by {shift}")
            for shape in shapes:
                wrong += [f"{path}, {shape}: {found}" for found in _look(view, shape)]
            if account in ("", KNOWN):
                wrong += [
                    f"{path}: {found}" for found in [*unfolded_sizes(view), *_in_the_dark(view), *_on_paper(view)]
                ]
            view.set_viewport_size(SHAPES["phone"])
        return wrong + errors


SIZES = """() => {
  const elder = document.documentElement.classList.contains("elder"), wrong = [];
  const text = elder ? 25 : 18, tap = elder ? 60 : 44;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length;
  const shown = (one) => seen(one) && !one.closest(".skip");
  const begun = (one) => one.outerHTML.slice(0, 90);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, holder = node.parentElement;
    if (!node.data.trim() || holder.closest("script, style, svg, template, option") || !shown(holder)) continue;
    const size = parseFloat(getComputedStyle(holder).fontSize);
    if (size < text) wrong.push(`${size} px: ${node.data.trim().slice(0, 30)}`);
  }
  for (const one of document.querySelectorAll("a[href], button, select, textarea, summary, input:not([type=hidden])")) {
    const box = (one.closest("label") || one).getBoundingClientRect();
    if (!shown(one)) continue;
    if (box.height < tap - .5 || box.width < 43.5) wrong.push(`${box.width} x ${box.height}: ${begun(one)}`);
  }
  for (const one of document.querySelectorAll("body *")) {
    if (["sticky", "fixed"].includes(getComputedStyle(one).position)) wrong.push(`covers: ${begun(one)}`);
  }
  return wrong;
}"""


WATCH = """
  window.shifted = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifted += one.value; })
    .observe({ type: "layout-shift", buffered: true });
"""
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.shifted))))"


def _in_the_dark(view: Page) -> list[str]:
    """What cannot be read well when the phone is dark."""
    view.emulate_media(color_scheme="dark")
    pale = view.evaluate("axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
    view.emulate_media(color_scheme="light")
    return [f"in the dark: {node['html']}" for found in pale for node in found["nodes"]]


def _on_paper(view: Page) -> list[str]:
    """What can only be pressed has no place on paper."""
    view.emulate_media(media="print")
    left: list[str] = view.evaluate(
        "[...document.querySelectorAll('button, .button, form, .way, footer')].filter(one => one.checkVisibility())"
        ".map(one => 'on paper: ' + one.outerHTML.slice(0, 90))"
    )
    view.emulate_media(media="screen")
    return left


def unfolded_sizes(view: Page) -> list[str]:
    """What is too small to read or to hit on a resident's page, or sticks over what it is about; folded parts too."""
    view.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found: list[str] = view.evaluate(SIZES)
    return found


def _look(view: Page, shape: str) -> list[str]:
    view.set_viewport_size(SHAPES[shape])
    wide = view.evaluate("document.documentElement.scrollWidth - innerWidth")
    return ([f"{wide} px too wide"] if wide > 0 else []) + (axe(view) if shape != "narrow phone" else [])


def _sign_in(view: Page, demo: Demo, account: str) -> None:
    view.goto(f"{demo.url}/signin")
    view.get_by_label("账号").fill(account)
    view.get_by_label("密码").fill(PASSWORD)
    view.get_by_role("button", name="登录").click()


def _addresses(view: Page, demo: Demo) -> dict[str, str]:
    view.goto(f"{demo.url}{demo.scan}?view=resident")
    ticket = view.locator("a.card").first.get_attribute("href") or ""
    names = {"scan": demo.scan, "ticket": ticket, "at": f"/desk/at/{demo.scan.split('/')[-1]}", "place": "/keep/places"}
    names |= _topics(view, demo)
    view.goto(f"{demo.url}/keep/places")
    place = view.locator("main a[href*='/keep/places/']").first
    if not place.count():
        return names
    names["place"] = place.get_attribute("href") or ""
    view.goto(f"{demo.url}/keep/places?q=1号楼")
    return names | {"building": view.locator("main a", has_text="1号楼").first.get_attribute("href") or ""}


def _topics(view: Page, demo: Demo) -> dict[str, str]:
    """A topic that is talked over, one that is over, and for staff one that waits for a look."""
    view.goto(f"{demo.url}{demo.scan}/topics")
    hrefs = view.locator("a.card[href^='/topics/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    names = {"topic": hrefs[0], "ended": hrefs[-1]}
    view.goto(f"{demo.url}{names['topic']}")
    for name, end in (("flag", "/flag"), ("reply", "#reply")):
        names[name] = view.locator(f"a[href$='{end}']").first.get_attribute("href") or ""
    view.goto(f"{demo.url}/desk/topics")
    waiting = view.locator("a.card[href^='/topics/']")
    return names | ({"waiting": waiting.first.get_attribute("href") or ""} if waiting.count() else {})


KNOWN = "known"
NARROW = PHONE | {"viewport": {"width": 320, "height": 640}}
# By the style a page has two shapes, below and above 62rem; the narrowest phone is where things become too wide.
SHAPES = {"phone": PHONE["viewport"], "narrow phone": NARROW["viewport"], "desktop": DESKTOP["viewport"]}
SEEN = {
    "resident": ("", RESIDENT, ("phone", "narrow phone", "desktop")),
    "worker": ("wanggrid", WORKER, ("phone", "narrow phone")),
    "keeper": ("yinxing", KEEPER, ("phone", "desktop")),
    "officer": ("district", OFFICER, ("desktop",)),
    "body": ("property", BODY, ("phone",)),
    "hall": ("", HALL, ("phone", "narrow phone", "desktop")),
    "hall, known": (KNOWN, HALL_KNOWN, ("phone", "narrow phone", "desktop")),
    "hall, keeper": ("yinxing", HALL_STAFF, ("phone", "narrow phone", "desktop")),
    "hall, officer": ("district", ("/desk/topics/words", "/desk/topics"), ("phone", "narrow phone", "desktop")),
}


@pytest.mark.parametrize("who", SEEN)
@pytest.mark.timeout(180)
def test_every_page_is_sound(browser: Browser, demo: Demo, who: str) -> None:
    assert _visit(browser, demo, *SEEN[who]) == []


TWICE = PHONE | {"viewport": {"width": 180, "height": 370}}  # what is left of 360 px at 200 %
STICKS_OUT = """() => [...document.querySelectorAll("main *, header *, footer *")].filter(one => {
  const box = one.parentElement.closest(".card, .note, .entrance, form, main, header, footer");
  const free = one.closest(".scroll, .tabs, .action-bar, svg") || getComputedStyle(one).position === "absolute";
  const edge = box.getBoundingClientRect().right - parseFloat(getComputedStyle(box).paddingRight);
  return one.offsetWidth && !free && one.getBoundingClientRect().right > edge + 1;
}).map(one => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("account", ["", KNOWN])
@pytest.mark.timeout(180)
def test_at_twice_its_size_in_large_letters_nothing_sticks_out_or_scrolls_sideways(
    browser: Browser, demo: Demo, account: str
) -> None:
    notice, wrong = _told_notice(browser, demo), []
    with page(browser, **TWICE) as view:
        view.goto(f"{demo.url}{demo.scan}?elder=1")
        if account:
            view.goto(f"{demo.url}/signin")
            become_known(demo.var, device_of(view), "邻居一百八")
        names = _addresses(view, demo)
        own = (*HALL_KNOWN, "/me/data", "/me/nickname", "/me/leave")
        for path in dict.fromkeys(own if account else (*RESIDENT, *HALL, notice)):
            view.goto(demo.url + path.format(**names))
            assert view.locator(".elder").count()
            root = "document.documentElement"
            if view.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
                wrong.append(f"{path} scrolls sideways")
            wrong += [f"{path}: {found}" for found in view.evaluate(STICKS_OUT)]
            view.set_viewport_size(SHAPES["phone"])
            wrong += [f"{path}: {found}" for found in unfolded_sizes(view)]
            view.set_viewport_size(TWICE["viewport"])
    assert wrong == []


def _told_notice(browser: Browser, demo: Demo) -> str:
    """The public page of a notice that a community has told its groups."""
    with page(browser, **DESKTOP) as view:
        _sign_in(view, demo, "yinxing")
        view.goto(f"{demo.url}/keep/notices/new")
        view.locator("[name=title]").fill("周四停水")
        view.locator("[name=place]").fill("银杏社区")
        view.locator("[name=words]").fill(f"九点到十五点停水。\nhttps://example.org/{'long' * 20}")
        view.locator("[name=audience][value=residents]").check(force=True)
        view.locator("main form button").last.click()
        view.get_by_role("button", name="发出").first.click()
        return view.locator("main a[href^='/notices/']").first.get_attribute("href") or ""


def test_a_worker_makes_a_resident_known_and_every_page_on_the_way_is_sound(browser: Browser, demo: Demo) -> None:
    with page(browser, **NARROW) as resident, page(browser, **PHONE) as worker:
        resident.goto(f"{demo.url}/me/known?next={demo.scan}")
        resident.get_by_role("link", name="请网格员当面确认").click()
        resident.get_by_role("textbox", name="昵称").fill("北窗下")
        resident.get_by_role("checkbox").check()
        resident.get_by_role("button", name="出一个数字").click()
        wrong = axe(resident)
        digits = resident.locator(".digits").inner_text()
        _sign_in(worker, demo, "wanggrid")
        worker.get_by_role("link", name="认识居民").click()
        worker.get_by_label("居民手机上的 6 位数字").fill(digits)
        worker.get_by_role("button", name="找他").click()
        wrong += axe(worker)
        worker.get_by_label("住在哪里").select_option(index=1)
        worker.get_by_role("button", name="他住这里，确认").click()
        assert "已确认：北窗下" in worker.locator("main").inner_text()
        resident.get_by_role("link", name="看看好了没有").click()
        wrong += axe(resident)
        resident.get_by_role("link", name="回去接着说").click()
        assert resident.url == demo.url + demo.scan
        for address in ("/me", "/me/data", "/me/nickname", "/me/leave"):
            resident.goto(demo.url + address)
            wrong += axe(resident)
            assert resident.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert wrong == []


def test_resident_pages_do_without_the_staff_cookie_and_script(browser: Browser, demo: Demo) -> None:
    with page(browser, **PHONE, java_script_enabled=False) as view:
        view.goto(demo.url + demo.scan)
        view.get_by_role("link", name="报问题").click()
        assert view.get_by_role("button", name="交给网格员").is_visible()
        assert view.locator("[name=photos]").is_visible()
