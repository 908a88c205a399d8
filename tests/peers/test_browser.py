"""The browser the tests look through: a Chinese phone and a desktop, with an axe that finds faults."""

import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Error, expect

from tests.peers.browser import axe

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>一码共治</title></head>
<body><main><h1>3号楼</h1>{body}</main></body></html>"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        body = '<img src="/x.png">' if self.path == "/bad" else "<p>正常</p>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(PAGE.format(body=body).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_phone_is_a_small_chinese_touch_screen(phone_page, site):
    phone_page.goto(site)
    expect(phone_page.get_by_role("heading")).to_have_text("3号楼")
    seen = phone_page.evaluate("[innerWidth, innerHeight, navigator.language, navigator.maxTouchPoints > 0]")
    assert seen == [360, 740, "zh-CN", True]


def test_a_desktop_is_wide(desktop_page, site):
    desktop_page.goto(site)
    assert desktop_page.evaluate("[innerWidth, innerHeight]") == [1280, 800]


def test_axe_names_what_is_wrong_even_under_a_strict_csp(phone_page, site):
    phone_page.goto(f"{site}/bad")
    assert axe(phone_page) == ['image-alt: <img src="/x.png">']
    phone_page.goto(site)
    assert axe(phone_page) == []


def test_chinese_is_drawn_with_a_chinese_font():
    family = subprocess.run(["fc-match", "-f", "%{family}", ":lang=zh-cn"], capture_output=True, text=True).stdout
    assert "CJK" in family


def test_no_host_but_this_one_can_be_reached(phone_page, site):
    other_name_of_this_host = site.replace("127.0.0.1", "other.localhost")
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        phone_page.goto(other_name_of_this_host)
