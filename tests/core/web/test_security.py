"""Security of every endpoint: form tokens, headers, pages without scripts of others, whatever people write."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from governance.core.db import db
from governance.core.events import Event
from governance.tickets.model import Photo, Ticket
from tests.people.access.walking import Line, Walk, answers, filled

WHOLE_ON = "sqlite"  # what a page holds is decided above the database; with --faults on both
LINES = answers()
CHANGING = [line for line in LINES if line.method == "POST" and set("tc") & {cell[0] for cell in line.cells.values()}]
FOR_PROGRAMS = {  # asked for a key or a signature instead, by name
    *("/bots/<name>/deliveries", "/bots/<name>/messages"),
    *("/wechat/official", "/wecom/app", "/wecom/aibot/<name>"),
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HOSTILE = (
    "<script>alert(1)</script>",
    "<ScRiPt/src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<script>alert(1)//-->",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>点这里</a>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "{{ 7 * 7 }}{% raw %}${7*7}<%= 7*7 %>",
    "%(n)s %s %d {0} {name}",
    "\u202eslaw\u202c\u2066x\u2069 灯\u200b不\ufeff亮",
    "Z\u0351\u036b\u0343a\u0325\u032bl\u0321\u0356g\u0321\u033bo" * 8,
    "一" * 400,
)


@pytest.fixture(scope="module")
def walk(shared_world) -> Walk:
    return Walk(*shared_world)


def test_every_page_carries_the_headers_and_only_our_own_scripts(walk) -> None:
    wrong = []
    for line in (line for line in LINES if line.method == "GET" and line.variant[:1] != ("key",)):
        for name in ("anon", "repo", "grid", "comm", "stre", "body", "left"):
            for whose in ("own", "missing"):
                given = walk.makers.arguments(name, whose, line.variant, line.wanted, False)
                answer = walk.send(name, "GET", filled(line.address, given), variant=line.variant)
                wrong += [f"{line} {name} {whose}: {one}" for one in faults(answer)]
    assert wrong == []


def faults(answer) -> list[str]:
    csp = answer.headers.get("Content-Security-Policy", "")
    found = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
    if "default-src 'none'" not in csp or "unsafe" in csp or "frame-ancestors 'none'" not in csp:
        found.append(f"CSP: {csp}")
    if answer.mimetype == "text/html":
        reader = Reader()
        reader.feed(answer.get_data().decode())
        found += reader.found
    return found


class Reader(HTMLParser):
    """Reads a page as a browser does, and notes what could run or bring in something that is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip().lower() for name, value in attrs}
        if tag in ("style", "base", "object", "embed", "iframe") or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("an inline script")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            address = given.get(name, "")
            if not re.match(r"(/(?!/)|\?|#|tel:|https://onecode\.example/|$)", address):
                self.found.append(f"{tag} {name}={address}")


@pytest.mark.parametrize("line", CHANGING, ids=str)
def test_nothing_changes_without_a_form_token_of_this_device(walk, line: Line) -> None:
    name = next(name for name in line.cells if line.cells[name][0] in "tc")
    given = walk.makers.arguments(name, "own", line.variant, line.wanted, True)
    form = walk.makers.form(line.rule, line.variant, given)
    form = {key: value for key, value in form.items() if not isinstance(value, tuple)}
    other = walk.audiences["devi" if name != "devi" else "anon"].token
    before = counts()
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "wrong"}, {"csrf_token": other}):
        walk.forget_limits()
        answer = walk.open(name, "POST", filled(line.address, given), data=form | token)
        assert answer.status_code in (400, 422), token
    as_text = walk.open(name, "POST", filled(line.address, given), json=form, content_type="text/plain")
    assert as_text.status_code in (400, 422)
    assert counts() == before


def counts() -> tuple[int, ...]:
    db.session.rollback()
    return tuple(db.session.query(table).count() for table in (Event, Ticket, Photo))


def test_only_endpoints_for_programs_ask_for_no_form_token(walk) -> None:
    tokenless = {
        rule.rule
        for rule in walk.app.url_map.iter_rules()
        if getattr(walk.app.view_functions[rule.endpoint], "tokenless", False)
    }
    assert tokenless == FOR_PROGRAMS


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_harmless_wherever_they_are_shown(phone, cast, payload: str) -> None:
    mine, joiner, worker = phone(), phone(), phone().sign_in("gao")
    code, field = cast.codes["5号楼"], {"where": payload[:40], "contact_name": payload[:20]}
    address = mine.report(code, category="parking", words=payload, **field)
    pages = [worker.get(page) for page in (address, "/desk", f"/desk/at/{code}")]
    joiner.get(address)
    joiner.post(f"{address}/join")
    mine.get(address)
    assert mine.post(f"{address}/more", words=payload).status_code == 303
    worker.get(address)
    assert worker.post(f"{address}/moves/accept", note=payload).status_code == 303
    assert worker.post(f"{address}/moves/finish", note=payload).status_code == 303
    mine.get(address)
    assert mine.post(f"{address}/answer", solved="partly", words=payload).status_code == 303
    refilled = mine.post(f"/c/{code}/report", category="parking", words=payload, csrf_token="stale", **field)
    assert refilled.status_code == 422
    worker.get(f"/desk/at/{code}/report")
    slip = worker.post(f"/desk/at/{code}/report", category="parking", words=payload, source="walk_in", **field)
    pages += [refilled, phone().get(slip.location)]
    pages += [mine.get(page) for page in (address, "/me")]
    pages += [joiner.get(page) for page in (address, f"/c/{code}", f"/c/{code}/report")]
    keeper = phone().sign_in("shen")
    pages += [keeper.get(page) for page in (f"{address}/record", "/desk?tab=all", "/desk/relay", "/keep/relay")]
    assert [page.status_code for page in pages] == [200, 200, 200, 422, *[200] * 10]
    pages += [phone().get("/", query_string={"code": payload}), phone().get(f"/c/{quote(payload, safe='')}")]
    assert payload[:8] in html.unescape(pages[0].get_data(as_text=True)) or not payload.isprintable()
    for page in pages:
        assert faults(page) == []


def test_a_page_with_an_inline_script_would_be_found(app) -> None:
    for page in ("<script>x()</script>", "<p onclick=x()>", '<p style="color:red">', "<a href='javascript:x()'>"):
        answer = app.response_class(f"<!doctype html>{page}", mimetype="text/html")
        assert faults(answer)[len(HEADERS) + 1 :]
