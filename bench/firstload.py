"""What a phone fetches when it opens a resident's page first: compressed bytes and requests, through real HTTP."""

import re
import urllib.request
from collections.abc import Iterator

from sqlalchemy import select

from bench.demo import codes
from bench.goals import on
from bench.row import Row
from bench.stage import Stage, running
from governance.core.config import ROOT
from governance.core.db import db
from governance.discussions.model import Topic
from governance.prepare import compress
from governance.tickets.model import Ticket
from tests.faults.deployment import deployed

FETCHED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src|img[^>]* src)="([^"]+)"')


def rows(stage: Stage) -> Iterator[Row]:
    compress(ROOT / "static")
    for kind in stage.kinds:
        settings = stage.filled(kind)
        with running(settings):
            code, others = codes()[0], _others()
        with deployed(settings) as deployment:
            scan, requests, parts = _first_load(deployment.url, f"/c/{code}")
            form, form_requests, form_parts = _first_load(deployment.url, f"/c/{code}/report")
            rest = {path: _first_load(deployment.url, path) for path in (*_behind(code), *others)}
        heaviest = max(rest, key=lambda path: rest[path][0])
        yield Row(on("first load of the scan page", kind), scan / 1000, "KB gzip", note=parts)
        yield Row(on("first load of the scan page, requests", kind), requests, "")
        yield Row(on("first load of the report form", kind), form / 1000, "KB gzip", note=form_parts)
        yield Row(on("first load of the report form, requests", kind), form_requests, "")
        heavy, _, parts = rest[heaviest]
        note = f"the heaviest of {len(rest)} pages: {heaviest}: {parts}"
        yield Row(on("first load of any other resident page", kind), heavy / 1000, "KB gzip", note=note)


def _behind(code: str) -> tuple[str, ...]:
    """The pages behind a code, and those of the phone's owner."""
    here = tuple(f"/c/{code}/{page}" for page in ("around", "sticker", "group", "topics", "topics/new", "deeds"))
    return (*here, "/me", "/me/data", "/me/known", "/privacy", "/signin", "/")


def _others() -> tuple[str, ...]:
    """The pages of what stands in the demo: each ticket a stranger may read, each topic with what belongs to it."""
    tickets = db.session.scalars(select(Ticket.ref).where(Ticket.private.is_(False)))
    topics = list(db.session.scalars(select(Topic.ref).where(Topic.checked_at.is_not(None))))
    parts = ("", "/say", "/statements", "/write")
    return (*(f"/t/{ref}" for ref in tickets), *(f"/topics/{ref}{part}" for ref in topics for part in parts))


def _first_load(base: str, path: str) -> tuple[int, int, str]:
    """Bytes in all, requests, and what they were for."""
    zipped, page = _fetch(base + path, keep=True)
    sizes = {path.rpartition("/")[2]: zipped}
    for part in FETCHED.findall(page):
        sizes[part.partition("?")[0].rpartition("/")[2]] = _fetch(base + part)[0]
    return sum(sizes.values()), len(sizes), ", ".join(f"{name} {size}" for name, size in sizes.items())


def _fetch(address: str, keep: bool = False) -> tuple[int, str]:
    """The bytes of the compressed body, as they travel; and the page itself when asked."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        size = len(answer.read())
    if not keep:
        return size, ""
    with urllib.request.urlopen(address) as answer:
        return size, answer.read().decode()
