"""The main job in a real browser, by four people: from a printed poster to a closed ticket and told groups.

Told twice: with script and without.
"""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from governance.core.web.page_cache import FRESH
from tests import photos
from tests.browser.people import Person, as_file, bind_groups, heard
from tests.cast import Cast
from tests.peers.browser import axe
from tests.peers.receiver import Receiver
from tests.site import Site, site

pytestmark = pytest.mark.browser
SHIFT = """() => new Promise((done) => new PerformanceObserver((list) =>
    done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({ type: "layout-shift", buffered: true })
    || setTimeout(done, 300, 0))"""
WORKERS, RESIDENTS = "key-of-the-workers-group", "key-of-the-residents-group"


@pytest.fixture
def town(settled: tuple[Path, Cast], tmp_path: Path, receiver: Receiver) -> Iterator[Site]:
    """The running site, with a workers' group at the grid and a residents' group at the building."""
    with site(settled, tmp_path, WECOM_API_BASE=receiver.url) as running:
        bind_groups(running, ("第一网格", "workers", WORKERS), ("5号楼", "residents", RESIDENTS))
        yield running


def _address_on_paper(town: Site, folder: Path) -> str:
    """Print the building's poster and read its code from a picture of the page, as a phone's camera would."""
    sheet = folder / "poster.pdf"
    building = str(town.cast.places["5号楼"])
    town.run("codes", "print", "--under", building, "--format", "a4", "--out", str(sheet))
    picture = pypdfium2.PdfDocument(sheet)[0].render(scale=2).to_pil()
    read = zxingcpp.read_barcodes(picture)
    assert [found.text for found in read if found.text.startswith(town.url)]
    return str(read[0].text)


def test_a_poster_becomes_a_closed_ticket_and_told_groups(
    town: Site, people: tuple[Person, ...], receiver: Receiver, tmp_path: Path, script: bool
) -> None:
    reporter, neighbour, worker, mechanic = people
    code = _address_on_paper(town, tmp_path)

    reporter.page.goto(code)
    expect(reporter.page.get_by_role("heading", name="5号楼")).to_be_visible()
    reporter.page.get_by_role("link", name="报问题").click()
    reporter.page.get_by_label("电梯").check(force=True)
    reporter.page.get_by_label("怎么了？").fill("电梯关门哐当响")
    reporter.page.locator("[name=photos]").set_input_files(as_file("lift.jpg", photos.jpeg_with_gps()))
    if script:
        expect(reporter.page.get_by_text("已收到")).to_be_visible()
        assert axe(reporter.page) == []
    reporter.page.get_by_role("button", name="交给网格员").click()
    expect(reporter.page.get_by_text("收到了，已经送到网格员那里")).to_be_visible()
    ticket = reporter.page.url
    heard(receiver, WORKERS, "电梯")
    assert receiver.heard(RESIDENTS) == []

    time.sleep(FRESH)  # the scan page may be as old as that
    neighbour.page.goto(code)
    neighbour.page.get_by_role("link", name="电梯").first.click()
    neighbour.page.get_by_role("button", name="我也遇到").click()
    expect(neighbour.page.get_by_text("共 2 位邻居")).to_be_visible()
    expect(neighbour.page.get_by_text("电梯关门哐当响")).not_to_be_visible()

    worker.sign_in("gao")
    _let_out(worker, ticket)
    expect(worker.page.get_by_text("看过了，接下来办").first).to_be_visible()
    worker.page.locator("#move-dispatch summary").click()
    worker.page.get_by_label("派给谁").select_option(label="顺达电梯")
    worker.page.get_by_role("button", name="派单").click()
    expect(worker.page.get_by_text("已经交给顺达电梯")).to_be_visible()
    _photo_is_clean(neighbour, ticket)

    mechanic.sign_in("ding")
    mechanic.page.get_by_role("button", name="开始办").click()
    mechanic.finish(code, ticket, "换了门机皮带")
    heard(receiver, RESIDENTS, "办")

    _found_by_scanning_again(reporter, code, ticket, script)
    reporter.answer(ticket, "解决了")
    neighbour.answer(ticket, "没解决")
    expect(neighbour.page.get_by_text("第 2 轮")).to_be_visible()
    heard(receiver, WORKERS, "重")

    worker.finish(code, ticket, "又调了一次，现场试了十趟")
    reporter.answer(ticket, "解决了")
    neighbour.answer(ticket, "解决了")
    expect(neighbour.page.get_by_text("办完了，这件事结束了").first).to_be_visible()
    told = heard(receiver, RESIDENTS, "办", 2)
    assert not any("哐当" in text or "1380" in text for text in told + receiver.heard(WORKERS))
    assert len(receiver.heard(WORKERS)) == len(set(receiver.heard(WORKERS)))


def _found_by_scanning_again(person: Person, code: str, ticket: str, script: bool) -> None:
    """The question stands on the scan page, moves nothing as it comes, and leads to the answer."""
    person.page.goto(code)
    if script:
        line = person.page.get_by_role("link", name="等您说一声：电梯关门哐当响")
        expect(line).to_be_visible()
        assert person.page.evaluate(SHIFT) == 0
        line.click()
    else:
        person.page.get_by_role("link", name="我在这里报过的").click()
        person.page.get_by_role("link", name="等您说一声").first.click()
    expect(person.page).to_have_url(f"{ticket}#answer")


def _let_out(worker: Person, ticket: str) -> None:
    """Accept with the tick beside the large photo, once that is cleaned."""
    worker.page.goto(ticket)
    form = worker.page.locator("form[action$='/moves/accept']")
    tick = form.get_by_label("看过了，这张给邻居看")
    for _ in range(40):
        if tick.count():
            break
        time.sleep(0.25)
        worker.page.reload()
    tick.check()
    form.get_by_role("button", name="受理").click()


def _photo_is_clean(viewer: Person, ticket: str) -> None:
    """Once a worker has let it out, a neighbour sees the photo: without the position it was taken at."""
    viewer.page.goto(ticket)
    address = viewer.page.get_by_alt_text("照片 1").first.get_attribute("src") or ""
    answer = viewer.page.context.request.get(viewer.town.url + address)
    assert answer.status == 200
    assert not Image.open(io.BytesIO(answer.body())).getexif()
