"""Makes docs/img/tour.png, the picture in the README, from the running demo: `.venv/bin/python docs/tour.py`."""

import io
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 - the project's root must be found first
from playwright.sync_api import Page  # noqa: E402 - likewise

from tests.peers.browser import PHONE, chromium, page  # noqa: E402 - likewise
from tests.site import serving  # noqa: E402 - likewise

PASSWORD = "password-of-the-tour"  # noqa: S105 - of a demo that lives for seconds
GAP = 24


def shots(view: Page, url: str, scan: str) -> list[Image.Image]:
    """The scan page, the report form with a category chosen, a ticket, a topic, answering it, and the worker's desk."""
    taken = []
    view.goto(scan)
    ticket = view.locator("a.card").first.get_attribute("href") or ""
    taken.append(shot(view))
    view.goto(f"{scan}/report")
    view.get_by_label("电梯").check(force=True)
    taken.append(shot(view))
    view.goto(url + ticket)
    taken.append(shot(view))
    view.goto(f"{scan}/topics")
    topic = view.locator("a.card").nth(1).get_attribute("href") or ""
    view.goto(f"{url}{topic}#table")
    taken.append(shot(view))
    view.goto(f"{url}{topic}/say")
    taken.append(shot(view))
    view.goto(f"{url}/signin")
    view.get_by_label("账号").fill("wanggrid")
    view.get_by_label("密码").fill(PASSWORD)
    view.get_by_role("button", name="登录").click()
    view.goto(f"{url}/desk?tab=mine")
    taken.append(shot(view))
    return taken


def shot(view: Page) -> Image.Image:
    return Image.open(io.BytesIO(view.screenshot())).convert("RGB")


def beside(pictures: list[Image.Image]) -> Image.Image:
    width = sum(picture.width + GAP for picture in pictures) + GAP
    sheet = Image.new("RGB", (width, pictures[0].height + 2 * GAP), "#c9d2cc")
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    return sheet


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), DEMO_PASSWORD=PASSWORD) as (url, _settings):
        time.sleep(5)  # the worker cleans the demo's photos meanwhile
        log = (Path(folder) / "log").read_text()
        scan = next(line.split("\t")[1] for line in log.splitlines() if line.startswith("scan\t"))
        with chromium() as browser, page(browser, **PHONE) as view:
            picture = beside(shots(view, url, scan))
    picture.quantize(64).save(ROOT / "docs" / "img" / "tour.png", optimize=True)


if __name__ == "__main__":
    main()
