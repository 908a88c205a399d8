"""The scan page: one body for every visitor, rendered once per state of the place and kept, with its gzip.

What is personal comes on the pages behind it. A member of staff who scans is led to the work at this place.
"""

import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState

from governance.core.db import db
from governance.core.pages import elder, language
from governance.people.permissions import anyone
from governance.people.viewers import COOKIE, current, open_to
from governance.places.codes import NeverIssued, find, living
from governance.places.landing import land
from governance.scan import counts, page
from governance.tickets import arrivals

bp = Blueprint("scan", __name__)
FRESH = 1.0  # seconds during which a place is not asked whether it has changed
OLDEST = 60.0  # seconds after which the page is made anew, as its times grow old
MOST = 20_000
SAME_FOR_ALL = {
    "Content-Type": "text/html; charset=utf-8",
    "Vary": "Accept-Encoding, Cookie",
    "Cache-Control": "private, max-age=0",
}
ZIPPED = SAME_FOR_ALL | {"Content-Encoding": "gzip"}


@dataclass
class Kept:
    body: bytes
    zipped: bytes
    version: tuple[int, int]
    made: float
    asked: float
    token: str


Key = tuple[str, str, bool]


@bp.record
def _own(state: BlueprintSetupState) -> None:
    """Each application keeps its own pages and counts."""
    state.app.extensions["scan_pages"] = {}
    state.app.extensions["scan_counts"] = counts.Buffer()


@bp.get("/c/<code>")
@open_to(anyone)
def show(code: str) -> Any:
    if COOKIE in request.cookies and request.args.get("view") != "resident" and current().posts:
        return _to_work(code)
    key = (code, language(), elder())
    kept = _kept(key)
    if kept is None:
        return _warning(code)
    if kept.token != code:
        return redirect(url_for("scan.show", code=kept.token), 302)
    if counts.buffer().add(kept.token):
        counts.flush()
    return _answer(kept)


def _kept(key: Key) -> Kept | None:
    """The page as kept, asked after or made anew; None for a code that is not ours."""
    pages: dict[Key, Kept] = current_app.extensions["scan_pages"]
    kept, moment = pages.get(key), time.monotonic()
    if kept is not None and moment - kept.asked < FRESH:
        return kept
    try:
        kept = _looked_after(key, kept, moment)
    except NeverIssued:
        return None
    if len(pages) > MOST:
        pages.clear()
    pages[key] = kept
    return kept


def _looked_after(key: Key, kept: Kept | None, moment: float) -> Kept:
    """The page as it was when nothing has changed, else made anew. Raises NeverIssued."""
    with db.engine.connect() as connection, connection.begin():
        code = land(connection, key[0])
        version = (code.id, code.version)
        if kept is None or kept.version != version or moment - kept.made > OLDEST or kept.token != code.token:
            body = page.body(connection, code, *key[1:])
            kept = Kept(body, page.zipped(body), version, moment, moment, code.token)
    kept.asked = moment
    return kept


def _answer(kept: Kept) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(kept.zipped, headers=ZIPPED)
    return Response(kept.body, headers=SAME_FOR_ALL)


def _to_work(code: str) -> Any:
    found = living(code)
    answer = current_app.make_response(redirect(url_for("desk.at", code=found.token), 302))
    arrivals.remember(answer, current(), found.place)
    return answer


def _warning(code: str) -> Any:
    """A token never issued: perhaps a false sticker. Said plainly, with no form to fill in."""
    return render_template("scan/false.html", code=code[:20]), 404


@bp.get("/")
@open_to(anyone)
def home() -> Any:
    """For those who come without scanning: type the letters under the code."""
    typed = request.args.get("code", "")
    if typed:
        try:
            return redirect(url_for("scan.show", code=find(typed).token), 302)
        except NeverIssued:
            return render_template("scan/home.html", typed=typed, wrong=True), 404
    return render_template("scan/home.html", typed="", wrong=False)
