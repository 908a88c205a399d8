"""Photos come to the same picture with script and without; staff cover a part of one by finger or by ticks."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from governance.core import media
from governance.core.db import db
from governance.core.photos.clean import Cleaned, Unclean, clean
from governance.tickets.model import Photo, Ticket
from governance.tickets.photos import address
from tests import photos
from tests.browser.people import Person, as_file, beside
from tests.cast import Cast
from tests.core.photos.test_phones import CASES, jpeg, whole
from tests.peers.browser import axe
from tests.similar import ssim
from tests.site import Site, site

pytestmark = pytest.mark.browser
AT_ONCE = 6
LIKE = 0.95
KINDS: dict[str, Callable[[], bytes]] = {
    "a photo on its side": lambda: photos.jpeg_with_gps(2000, 1500, orientation=6),
    "a photo upside down": lambda: photos.jpeg_with_gps(1200, 900, orientation=3),
    "a mirrored photo": lambda: photos.jpeg_with_gps(1200, 900, orientation=5),
    "grey": lambda: photos._saved(photos.drawn(640, 480).convert("L"), "JPEG"),
    "cmyk": lambda: photos._saved(photos.drawn(640, 480).convert("CMYK"), "JPEG"),
    "progressive": lambda: photos._saved(photos.drawn(2000, 1500), "JPEG", progressive=True),
    "png of 16 bits": lambda: photos.png(mode="I;16"),
    "transparent png": photos.transparent_png,
    "webp": photos.webp,
    "moving webp": photos.moving_webp,
    "heic": photos.heic,
    "two_images.heic": lambda: (CASES / "two_images.heic").read_bytes(),
    "two_images_small.heic": lambda: (CASES / "two_images_small.heic").read_bytes(),
    "two_images_tiny.heic": lambda: (CASES / "two_images_tiny.heic").read_bytes(),
    "heic16mp.heic": lambda: (CASES / "heic16mp.heic").read_bytes(),
    "noeoi.jpg": lambda: whole()[:-2],
    "cut10bytes.jpg": lambda: whole()[:-10],
    "cut20pc.jpg": lambda: whole()[: len(whole()) * 4 // 5],
    "strip.png": lambda: photos._saved(Image.new("RGB", (6600, 2), "red"), "PNG"),
    "longshot.jpg": lambda: jpeg(1080, 16000),
    "pano59mp.jpg": lambda: jpeg(16382, 3628),
    "phone50mp.jpg": lambda: jpeg(8192, 6144),
}
REFUSED = {"cut20pc.jpg"}


@pytest.fixture(scope="module")
def town(settled: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(settled, tmp_path_factory.mktemp("town")) as running:
        yield running


def _report(somebody: Person, code: str, words: str, files: list[tuple[str, bytes]]) -> str:
    """Report with these photos; the address of the ticket."""
    page = somebody.page
    page.goto(f"{somebody.town.url}/c/{code}/report")
    page.get_by_label("路灯照明", exact=True).check(force=True)
    page.get_by_label("怎么了？").fill(words)
    page.locator("[name=photos]").set_input_files([as_file(name, data) for name, data in files])
    expect(page.locator("#report .photos li", has_text="已收到")).to_have_count(len(files), timeout=60_000)
    page.get_by_role("button", name="交给网格员").click()
    expect(page.get_by_text("收到了，")).to_be_visible(timeout=30_000)
    return page.url.partition("#")[0]


def _made(town: Site, words: str, count: int) -> list[Cleaned | str]:
    """What the worker made of the photos of a ticket, in their order; the reason of each that it refused."""
    with beside(town.folder / "var"):
        until = time.monotonic() + 60
        while True:
            ticket = db.session.scalars(db.select(Ticket).filter_by(words=words)).one()
            if len(ticket.photos) == count and all(photo.state != "quarantine" for photo in ticket.photos):
                return [_outcome(photo) for photo in ticket.photos]
            assert time.monotonic() < until
            db.session.rollback()
            db.session.expire_all()
            time.sleep(0.1)


def _outcome(photo: Photo) -> Cleaned | str:
    if not photo.shows:
        return photo.reason or ""
    full, thumb = (media.get(address(photo, size)) for size in ("full", "thumb"))
    return Cleaned(full, thumb, photo.width or 0, photo.height or 0)


def _plainly(data: bytes) -> Cleaned | str:
    try:
        return clean(data)
    except Unclean as refused:
        return refused.words


def test_every_kind_of_photo_becomes_the_same_picture_with_script_and_without(browser: Browser, town: Site) -> None:
    somebody, made = Person(browser, town, script=True), dict[str, Cleaned | str]()
    names = list(KINDS)
    for first in range(0, len(names), AT_ONCE):
        chosen = names[first : first + AT_ONCE]
        _report(somebody, town.cast.codes["5号楼"], f"照片{first}", [(name, KINDS[name]()) for name in chosen])
        made |= zip(chosen, _made(town, f"照片{first}", len(chosen)), strict=True)
    somebody.leave()
    wrong = []
    for name in names:
        plain, scripted = _plainly(KINDS[name]()), made[name]
        line = f"{name}: plain {_said(plain)}, script {_said(scripted)}"
        if isinstance(plain, str) or isinstance(scripted, str):
            alike = plain == scripted and name in REFUSED
        else:
            sizes = (plain.width, plain.height), (scripted.width, scripted.height)
            near = all(abs(one - other) <= 1 for one, other in zip(*sizes, strict=True))
            like = ssim(*(Image.open(io.BytesIO(one.full)) for one in (plain, scripted))) if near else 0
            line, alike = f"{line}, alike {like:.3f}", like >= LIKE
        print(line)
        wrong += [] if alike else [line]
    assert wrong == []


def _said(outcome: Cleaned | str) -> str:
    return outcome if isinstance(outcome, str) else f"{outcome.width}×{outcome.height}"


@pytest.fixture
def white(browser: Browser, town: Site) -> str:
    """The address of a ticket with one white photo."""
    somebody, words = Person(browser, town, script=True), f"白的{time.monotonic_ns()}"
    data = photos._saved(Image.new("RGB", (800, 600), "white"), "PNG")
    ticket = _report(somebody, town.cast.codes["5号楼"], words, [("a.png", data)])
    _made(town, words, 1)
    somebody.leave()
    return ticket


def test_a_worker_covers_a_part_before_the_photo_goes_out(
    browser: Browser, town: Site, script: bool, white: str
) -> None:
    gao, neighbour = Person(browser, town, script), Person(browser, town, script=False)
    gao.sign_in("gao")
    gao.page.goto(white)
    gao.page.locator("#move-finish summary, #move-accept summary").first.click()
    gao.page.get_by_role("link", name="先遮住一块").first.click()
    photo = gao.page.locator(".cover")
    if script:
        gao.page.get_by_role("button", name="改用手指拖方块").click()
        box = photo.bounding_box()
        assert box is not None
        gao.page.mouse.move(box["x"] + 2, box["y"] + 2)
        gao.page.mouse.down()
        gao.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        gao.page.mouse.up()
        assert axe(gao.page) == []
        expect(gao.page.locator(".cover__box")).to_have_count(1)
    else:
        for row, column in ((1, 1), (1, 2), (2, 1), (2, 2)):
            gao.page.get_by_label(f"第 {row} 行第 {column} 格").check(force=True)
    assert gao.page.evaluate("document.documentElement.scrollWidth") <= 360
    gao.page.get_by_label("遮住什么").fill("人脸")
    gao.page.get_by_role("button", name="遮住，找不回来").click()
    expect(gao.page.get_by_text("遮住了照片的一部分")).to_be_visible()
    gao.page.locator("#move-finish summary, #move-accept summary").first.click()
    accept = gao.page.locator("#move-accept form, form[action$='/moves/accept']").first
    accept.get_by_label("看过了，这张给邻居看").check()
    accept.get_by_role("button", name="受理").click()
    neighbour.page.goto(white)
    link = neighbour.page.locator(".photos a").get_attribute("href")
    answer = neighbour.page.request.get(f"{town.url}{link}")
    seen = np.asarray(Image.open(io.BytesIO(answer.body())).convert("L")).astype(int)
    assert seen[10:100, 10:150].max() < 30 and seen[400:, 500:].min() > 225
    gao.leave()
    neighbour.leave()


def test_staff_choose_photos_by_the_same_widget(browser: Browser, town: Site) -> None:
    """Seven chosen and six taken is said, one taken back, and five go with the report that a worker writes."""
    gao = Person(browser, town, script=True)
    gao.sign_in("gao")
    gao.page.goto(f"{town.url}/desk/at/{town.cast.codes['5号楼']}/report")
    gao.page.get_by_label("巡查看到").check(force=True)
    gao.page.get_by_label("路灯照明", exact=True).check(force=True)
    gao.page.get_by_label("怎么了？").fill("巡查拍的")
    chosen = [as_file(f"{n}.png", photos._saved(Image.new("RGB", (60 + n, 40), "white"), "PNG")) for n in range(7)]
    gao.page.locator("[name=photos]").set_input_files(chosen)
    expect(gao.page.get_by_text("选了 7 张，收下 6 张")).to_be_visible()
    gao.page.get_by_role("button", name="去掉照片 2").click()
    expect(gao.page.locator(".photos li")).to_have_count(5)
    gao.page.get_by_role("button", name="交上，出凭条").click()
    expect(gao.page.get_by_text("工作人员替您报了")).to_be_visible()
    assert sorted(one.width for one in _made(town, "巡查拍的", 5) if isinstance(one, Cleaned)) == [60, 62, 63, 64, 65]
    gao.page.get_by_role("link", name="看办到哪了").click()
    gao.page.locator("#move-finish summary").click()
    form = gao.page.locator("#move-finish form")
    form.locator("[name=photos]").set_input_files(chosen[:2])
    form.get_by_role("button", name="去掉照片 1").click()
    form.get_by_label("办了什么").fill("换了灯")
    form.get_by_role("button", name="办结").click()
    expect(gao.page.locator(".steps").get_by_text("换了灯")).to_be_visible()
    assert len(_made(town, "巡查拍的", 6)) == 6
    gao.leave()
