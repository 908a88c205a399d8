"""The scan page: one body for every visitor, rendered once per version of the place and cached with its gzip.

In WeChat's browser, where there is an official account, it has one script more for the card when it is shared. Personal
parts are on the pages behind it. A member of staff who scans is sent to the work at this place.
"""

from functools import partial
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState

from governance.core.db import db
from governance.core.web import page_cache
from governance.core.web.pages import elder, language
from governance.people.access.current import COOKIE, current, open_to
from governance.people.access.permissions import anyone
from governance.places.codes import NeverIssued, find_code, living
from governance.places.landing import land
from governance.scan import counts, page
from governance.tickets import proof_of_place
from governance.wechat import jssdk

bp = Blueprint("scan", __name__)


@bp.record
def _own(state: BlueprintSetupState) -> None:
    """Each application has its own counts."""
    state.app.extensions["scan_counts"] = counts.Buffer()


@bp.get("/c/<code>")
@open_to(anyone)
def show(code: str) -> Any:
    if COOKIE in request.cookies and request.args.get("view") != "resident" and current().posts:
        return _to_work(code)
    key = ("scan", code, language(), elder(), jssdk.wanted(request.user_agent.string))
    try:
        found = page_cache.fresh(key) or _asked(*key)
    except NeverIssued:
        return _warning(code)
    token = found.version[-1]
    if token != code:
        return redirect(url_for("scan.show", code=token), 302)
    if counts.buffer().add(token):
        counts.flush()
    return page_cache.response_of(found)


def _asked(name: str, code: str, language: str, elder: bool, in_wechat: bool) -> page_cache.Kept[page_cache.Page]:
    """The cached page when nothing has changed, else a new one. Raises NeverIssued."""
    with db.engine.connect() as connection, connection.begin():
        scanned = land(connection, code)
        version = (scanned.place.id, scanned.place.version, scanned.token)
        make = partial(page.body, connection, scanned, language, elder, in_wechat)
        return page_cache.current_page((name, code, language, elder, in_wechat), version, make)


def _to_work(code: str) -> Any:
    found = living(code)
    answer = current_app.make_response(redirect(url_for("desk.at", code=found.token), 302))
    proof_of_place.remember(answer, current(), found.place)
    return answer


def _warning(code: str) -> Any:
    """A token that was never issued, perhaps a false sticker: a plain warning without a form."""
    return render_template("scan/false.html", code=code[:20]), 404


@bp.get("/")
@open_to(anyone)
def home() -> Any:
    """Without a scan: type the symbols under the code."""
    typed = request.args.get("code", "")
    if typed:
        found = find_code(typed)
        if found is None:
            return render_template("scan/home.html", typed=typed, wrong=True), 404
        return redirect(url_for("scan.show", code=found.token), 302)
    return render_template("scan/home.html", typed="", wrong=False)
