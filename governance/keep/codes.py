"""Endpoints of codes: print one more, mark it posted, lost or torn, retire it, download files to print."""

from typing import Any

from flask import current_app, request, send_file

from governance.core.db import db, writing
from governance.core.errors import Invalid, Missing, Problem, Refused
from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.keep.blueprint import bp
from governance.keep.forms import MarkForm, PlaceForm, RetireForm
from governance.keep.places import show_place
from governance.keep.posters import MOST_PRINTED, codes_under, drawn, notices_of
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, may
from governance.places import actions
from governance.places.codes import find_code
from governance.places.model import Code, Place
from governance.places.posters import FORMATS

MOST_ISSUED = 1000
NAMES = {"a4": "A4告示", "sticker": "A6贴纸", "card": "门卡"}


@bp.post("/places/<int:place_id>/codes")
@open_to(keeper)
def print_code(place_id: int) -> Any:
    with writing():
        place = find_permitted(Place, place_id, "place.keep")
        actions.print_code(place, current().label, current().staff_id)
    return back("keep.place", place_id=place_id, _anchor="codes")


@bp.post("/places/<int:place_id>/codes/missing")
@open_to(keeper)
def issue_codes(place_id: int) -> Any:
    with writing():
        place = find_permitted(Place, place_id, "place.keep")
        if actions.uncoded_under(place) > MOST_ISSUED:
            raise Refused(f"一次最多给 {MOST_ISSUED} 处加码，请一个一个社区地加，或请管理员用命令 codes issue")
        actions.issue_codes(place, current().label, current().staff_id)
    return back("keep.place", place_id=place_id, _anchor="codes")


@bp.post("/codes/<token>/mark")
@open_to(keeper)
def mark_code(token: str) -> Any:
    with writing():
        code = _code(token)
        actions.mark_code(code, MarkForm().state.data or "", current().label, current().staff_id)
    return back("keep.place", place_id=code.place_id, _anchor="codes")


@bp.post("/codes/<token>/retire")
@open_to(keeper)
@refills
def retire_code(token: str) -> Any:
    code, form = _code(token), RetireForm()
    if attempt(form, lambda: _retire(token, form)):
        return back("keep.place", place_id=code.place_id, _anchor="codes")
    return show_place(code.place, PlaceForm.blank(obj=code.place), {code.token: form}), 422


def _retire(token: str, form: RetireForm) -> bool:
    with writing():
        code, successor = _code(token), form.successor.data
        new = _code(successor, Invalid({"successor": "没有找到替换它的码，请照贴纸上的 8 位填"})) if successor else None
        actions.retire_code(code, current().label, current().staff_id, new)
    return True


def _code(text: str, otherwise: Problem | None = None) -> Code:
    """A code within the viewer's places, as typed."""
    code = find_code(text)
    if code is None or not may(current(), "place.keep", code.place):
        raise otherwise or Missing
    return code


@bp.get("/places/<int:place_id>/poster.pdf")
@open_to(keeper)
def poster(place_id: int) -> Any:
    place, format = find_permitted(Place, place_id, "place.keep"), request.args.get("format", "a4")
    if format not in FORMATS:
        raise Missing
    title, codes = place.name, codes_under(place)
    if not codes:
        raise Refused("这里还没有码，请先“印一张”")
    if len(codes) > MOST_PRINTED:
        raise Refused(
            f"这里有 {len(codes)} 张码，一次最多 {MOST_PRINTED} 张。请一个一个小区地印，"
            "或请管理员用命令 codes print 印成一个文件"
        )
    notices = notices_of(codes, current_app.extensions["settings"].base_url)
    db.session.rollback()  # drawing takes seconds; the database is let go first
    out = drawn(notices, format)
    name = f"{title}-{NAMES[format]}-{len(codes)}张.pdf"
    return send_file(out, mimetype="application/pdf", as_attachment=True, download_name=name)
