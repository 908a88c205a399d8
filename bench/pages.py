"""Pages for residents and staff, and a resident's whole report, each against a bare Flask hello."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import select

from bench.asking import ask, request
from bench.bare import Hello
from bench.demo import PASSWORD, codes, signed_in
from bench.forms import cookie_of, filled_in
from bench.goals import on
from bench.row import Row, interleaved
from bench.stage import Stage, running
from governance.core.db import db
from governance.core.web import page_cache
from governance.demo import district
from governance.tickets.model import Ticket

KEEP_HOME, DISTRICT = "keep home, a district's", "district"
TICKETS = 2_000  # of the district; its places, codes, groups and posts have their whole number


def rows(stage: Stage) -> Iterator[Row]:
    for kind in stage.kinds:
        with stage.community(kind) as app:
            pages = _pages()
            doings = {title: _asking(app, page) for title, page in pages.items()}
            report = _Report(app, codes()[-1])  # the other pages must not grow
            with patch.object(page_cache, "FRESH", 0.0):  # people come further apart than that
                spent = interleaved({"bare": Hello()} | doings | {"report": report}, rounds=15, times=5)
            for title in doings:
                yield Row(on(title, kind), spent[title], "ms", spent["bare"])
            whole = on("a resident's whole report: scan, form, post, ticket", kind)
            yield Row(whole, spent["report"], "ms", spent["bare"])
    yield _grown(stage)


def _pages() -> dict[str, dict[str, Any]]:
    code = codes()[0]
    ref = db.session.scalars(select(Ticket.ref).order_by(Ticket.id)).first()  # a lift, being repaired
    stranger = {"Accept-Encoding": "gzip"}
    grid, street, over = (signed_in(account) for account in ("wanggrid", "street", DISTRICT))
    return {
        "report form": request(f"/c/{code}/report", headers=stranger),
        "ticket page, a stranger's": request(f"/t/{ref}", headers=stranger),
        "hall": request(f"/c/{code}/topics", headers=stranger),
        "desk of a grid worker, new": request("/desk?tab=new", headers=grid),
        "desk of a grid worker, at a place": request(f"/desk/at/{code}", headers=grid),
        "desk of a street, all": request("/desk?tab=all", headers=street),
        KEEP_HOME: request("/keep/", headers=over),
    }


def _asking(app: Flask, page: dict[str, Any]) -> Any:
    return lambda: ask(app, page)


class _Report:
    """A new phone scans, opens the form, sends it and reads the ticket's page: four requests.

    The report before has changed the place, so both pages of the place are made anew.
    """

    def __init__(self, app: Flask, code: str) -> None:
        self.app, self.code = app, code

    def __call__(self) -> None:
        ask(self.app, request(f"/c/{self.code}", headers={"Accept-Encoding": "gzip"}))
        headers, page = ask(self.app, request(f"/c/{self.code}/report"))
        cookie = cookie_of(headers)
        sent, _ = ask(self.app, filled_in(self.code, page, cookie), 303)
        ask(self.app, request(sent["Location"], headers={"Cookie": cookie}))


def _grown(stage: Stage) -> Row:
    """The same page for the demo's one street and for a district of the published size."""
    large = stage.empty("SQLite")
    with running(large):
        accounts = district.fill(PASSWORD, district.Size(), 100_000 if stage.full else TICKETS, lambda said: None)
        over = next(account for account in accounts if account.role == "district")
    spent = {}
    for size, settings, account in (("few", stage.filled("SQLite"), DISTRICT), ("many", large, over.account)):
        with running(settings) as app:
            page = request("/keep/", headers=signed_in(account))
            spent[size] = interleaved({"page": _asking(app, page)}, rounds=30)["page"]
    return Row("keep home, demo → district", spent["many"], "ms", spent["few"], note="bare: the demo's")
