"""The scan page: one body for every visitor, rendered once per version of the place and cached with its gzip.

In WeChat's browser, where there is an official account, it has one script more for the card when it is shared. Personal
parts are on the pages behind it. A member of staff who scans is sent to the work at this place.
"""

from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState

from governance.core.db import connection, db
from governance.core.errors import Missing
from governance.core.web import page_cache
from governance.core.web.pages import elder, language
from governance.people.access.current import COOKIE, current, open_to
from governance.people.access.permissions import anyone
from governance.places.codes import NeverIssued, find_code, living
from governance.places.landing import land, near
from governance.places.model import Code, near_name_of
from governance.relay.channels import qr_image
from governance.relay.groups import entry_codes
from governance.scan import around_here, counts, page, way_back
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
    if "scanned" in request.args:
        return _taken_for(code, request.args["scanned"])
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
    return way_back.remember(page_cache.response_of(found), token)


def _asked(name: str, code: str, language: str, elder: bool, in_wechat: bool) -> page_cache.Kept[page_cache.Page]:
    """The cached page when nothing has changed, else a new one. Raises NeverIssued."""
    with db.engine.connect() as connection, connection.begin():
        scanned = land(connection, code)
        version = (scanned.place.id, scanned.place.version, scanned.token)
        make = partial(page.body, connection, scanned, language, elder, in_wechat)
        return page_cache.current_page((name, code, language, elder, in_wechat), version, make)


def _taken_for(code: str, scanned: str) -> Any:
    """The page of a place that was picked after the code of another was scanned. It says so, and is not kept."""
    found = land(connection(), code)
    other = way_back.of_code(scanned)
    taken_for = other if other and other.token != found.token else None
    in_wechat = jssdk.wanted(request.user_agent.string)
    answer = current_app.make_response(page.body(connection(), found, language(), elder(), in_wechat, taken_for))
    return way_back.remember(answer, found.token)


@bp.get("/c/<code>/around")
@open_to(anyone)
def around(code: str) -> Any:
    """不是这栋楼？ The places around the one of this code, and a search by name."""
    found = living(code)
    there = {one.id for one in near(connection(), found.place)}
    return _find_page(found, around_here.coded(there))


@bp.get("/find")
@open_to(anyone)
def find() -> Any:
    """For who has no code of ours: the search alone."""
    return _find_page(None, [])


def _find_page(code: Code | None, beside: list[around_here.Coded]) -> Any:
    asked = request.args.get("q", "").strip()[:40]
    return render_template(
        "scan/around.html",
        code=code.token if code else "",
        place=code.place if code else None,
        name=near_name_of(code.place.above()) if code else "",
        near=beside,
        asked=asked,
        found=around_here.named(asked, code.place if code else None) if asked else [],
    )


@bp.get("/c/<code>/group")
@open_to(anyone)
def groups(code: str) -> Any:
    """进群: the QR codes of the groups here that can be entered now."""
    found = living(code)
    entries = entry_codes.shown(found.place.ancestors)
    return render_template("scan/groups.html", place=found.place, code=found.token, entries=entries)


@bp.get("/c/<code>/group/<int:group_id>.png")
@open_to(anyone)
def group_picture(code: str, group_id: int) -> Any:
    """An image, because WeChat recognises a code that is pressed long only in one."""
    scanned = find_code(code)
    found = {entry.id: entry for entry in entry_codes.shown(scanned.place.ancestors)} if scanned else {}
    if group_id not in found:
        raise Missing
    return Response(qr_image.png(found[group_id].address), mimetype="image/png")


def _to_work(code: str) -> Any:
    found = living(code)
    answer = current_app.make_response(redirect(url_for("desk.at", code=found.token), 302))
    proof_of_place.remember(answer, current(), found.place)
    return answer


def _warning(code: str) -> Any:
    """A token that was never issued, perhaps a false sticker: a plain warning without a form."""
    return render_template("scan/false.html", code=code[:20]), 404


@bp.get("/back")
@open_to(anyone)
def back() -> Any:
    """For pages that are the same for everybody: back to the place scanned last."""
    home = way_back.way_back_from("")
    return redirect(url_for("scan.show", code=home.token) if home else url_for("scan.home"), 302)


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
