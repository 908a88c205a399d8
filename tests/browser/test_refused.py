"""A refused form is brought to the eye and the ear: title, summary, focus, links to the fields, reasons beside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import become_known, device_of
from tests.cast import Cast
from tests.peers.browser import PHONE, axe, page
from tests.site import Site, site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def town(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(settled, tmp_path_factory.mktemp("refused")) as started:
        yield started


def refused(view: Page, script: bool, title: str, *reasons: str) -> None:
    expect(view).to_have_title(f"出错了：{title} · 一码共治")
    summary = view.locator("#refused")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    assert summary.locator("li").all_inner_texts() == list(reasons)
    for reason in reasons:
        marked = view.locator("[aria-invalid=true]").filter(visible=True)
        said = [one.get_attribute("aria-describedby") for one in marked.all()]
        assert reason in [view.locator(f"#{name}").inner_text() for name in said if name]
    assert not script or axe(view) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_every_residents_form_says_on_top_what_is_missing_and_leads_there(
    browser: Browser, town: Site, script: bool
) -> None:
    code = f"{town.url}/c/{town.cast.codes['5号楼']}"
    with page(browser, **PHONE, java_script_enabled=script) as view:
        view.goto(f"{code}/report")
        if not script:  # else the outbox says it beside the button, before anything is sent
            view.get_by_role("button", name="交给网格员").click()
            refused(view, script, "报问题", "请选一类，说不准就选“别的”")
            view.locator("#refused li a").click()
            expect(view.locator("[name=category]").first).to_be_in_viewport()
        view.goto(f"{town.url}/me/known/slip")
        view.get_by_role("button", name="下一步").click()
        summary = view.locator("#refused")
        expect(view).to_have_title("出错了：用住户条 · 一码共治")
        reason = summary.locator("li").inner_text()
        refused(view, script, "用住户条", reason)
        summary.locator("a").click()
        if script:
            expect(view.get_by_label("20 位")).to_be_focused()
        view.goto(f"{town.url}/signin")
        become_known(town.folder / "var", device_of(view), f"邻居{script}")
        view.goto(f"{code}/topics/new")
        if not script:
            view.get_by_role("button", name="提出来").click()
            expect(view.locator("#refused li")).to_have_count(1)


def test_too_many_words_are_counted_before_and_refused_not_cut(browser: Browser, town: Site) -> None:
    with page(browser, **PHONE) as view:
        view.goto(f"{town.url}/c/{town.cast.codes['5号楼']}/report")
        words = view.get_by_label("怎么了？")
        words.fill("灯" * 420)
        expect(view.get_by_text("还能写 80 个字")).to_be_visible()
        words.fill("灯" * 512)
        expect(view.get_by_text("多了 12 个字，最多 500 个字")).to_be_visible()
        assert len(words.input_value()) == 512


def test_the_forms_first_screen_shows_the_first_field_and_folds_what_is_open_here(browser: Browser, town: Site) -> None:
    code = f"{town.url}/c/{town.cast.codes['5号楼']}"
    with page(browser, **PHONE) as view:
        for category in ("light", "light", "lift"):
            view.goto(f"{code}/report")
            view.locator(f"[name=category][value={category}]").check(force=True)
            view.get_by_label("怎么了？").fill(f"坏了 {category}")
            view.get_by_role("button", name="交给网格员").click()
            view.wait_for_url("**/t/*")
        view.goto(f"{code}/report")
        while "这里有 3 件还没办完" not in view.content():  # what a form says of a place may be a second old
            view.reload()
        box = view.get_by_label("怎么了？").bounding_box()
        assert box and box["y"] + box["height"] <= 740
        assert view.locator("[name=category]").filter(visible=True).count() == 9
        rows = view.locator("#open-here li")
        assert rows.filter(visible=True).count() == 0
        view.locator("[name=category][value=light]").check(force=True)
        expect(view.get_by_text("楼道灯、路灯不亮")).to_be_visible()
        expect(view.get_by_text("这一类有 2 件还没办完，先看看")).to_be_visible()
        assert rows.filter(visible=True).count() == 0
        again = view.get_by_label("怎么了？").bounding_box()
        assert again == box
        view.locator("#open-here summary").click()
        assert rows.filter(visible=True).count() == 2
        view.locator("[name=category][value=noise]").check(force=True)
        expect(view.get_by_text("这一类还没有人报")).to_be_visible()


def test_a_form_on_its_way_cannot_be_sent_twice(browser: Browser, town: Site) -> None:
    with page(browser, **PHONE) as view:
        view.goto(f"{town.url}/c/{town.cast.codes['5号楼']}/sticker")
        view.route("**/sticker", lambda route: None)  # no answer comes, so this page stays
        assert view.evaluate("""() => new Promise((done) => {
          const button = document.querySelector("main form [value=broken]");
          button.form.addEventListener("submit", () => setTimeout(() => done(button.disabled), 50));
          button.click();
        })""")
