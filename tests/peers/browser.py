"""Debian's Chromium as a phone and as a desktop, and axe on the page it shows. Only loopback is reachable."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
CHINA = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
AXE = "axe.run(document, {resultTypes: ['violations'], preload: false})"


def lacking() -> str | None:
    if not shutil.which("chromium"):
        return "no Chromium here (Debian package chromium)"
    return None if FONT.exists() else "no Chinese fonts here (Debian package fonts-noto-cjk)"


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def axe(page: Page) -> list[str]:
    """What axe finds wrong on the page, one line for each element; empty is the only good answer."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_axe())
    violations = page.evaluate(AXE)["violations"]
    return [f"{found['id']}: {node['html']}" for found in violations for node in found["nodes"]]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(browser: Browser, **options: object) -> Iterator[Page]:
    """A page with cookies and storage of its own."""
    context = browser.new_context(**CHINA, **options)
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for each test file: while it is open, this thread can run no other event loop."""
    with chromium() as made:
        yield made


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    with page(browser, **PHONE) as made:
        yield made


@pytest.fixture
def desktop_page(browser: Browser) -> Iterator[Page]:
    with page(browser, **DESKTOP) as made:
        yield made
