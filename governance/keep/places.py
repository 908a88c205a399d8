"""Endpoints of places: browse and search the tree, show one, change it, add one inside it. Codes are in codes.py."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import Select, func, or_, select

from governance.core.db import db, like_prefix, now, writing
from governance.core.web.forms import attempt, options
from governance.core.web.pages import back, local
from governance.core.web.security import refills
from governance.keep.attention import ATTENTIONS
from governance.keep.blueprint import asked_id, asked_words, bp, page_of
from governance.keep.forms import NewPlaceForm, PlaceForm, RetireForm
from governance.keep.posters import MOST_PRINTED
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, visible
from governance.places import actions
from governance.places.codes import find_code
from governance.places.kinds import KINDS, may_hold
from governance.places.model import Code, Place, ScanCount, under
from governance.places.qr import Square
from governance.wechat import qrcodes
from governance.wechat.gateway import gateway

DAYS = 14


@bp.get("/places")
@open_to(keeper)
def places() -> Any:
    inside, attention, q = asked_id("under"), ATTENTIONS.get(request.args.get("care", "")), asked_words("q")
    place = find_permitted(Place, inside, "place.keep") if inside else None
    query = select(Place).where(visible(current(), "place.keep", Place))
    page = page_of(_narrowed(query, place, q, attention), Place.id)
    asked = {"under": inside, "care": attention.name if attention else None, "q": q or None}
    return render_template(
        "keep/places.html", place=place, page=page, codes=_codes_of(page.rows), attention=attention, q=q, asked=asked
    )


def _narrowed(query: Select[Place], place: Place | None, q: str, attention: Any) -> Select[Place]:
    """A search or an attention looks at everything below the place; browsing shows its children."""
    if q:
        query = query.where(_named(q))
    if attention:
        query = query.where(attention.condition)
    if q or attention:
        return query.where(under(place)) if place else query
    if place:
        return query.filter_by(parent_id=place.id)
    return query.where(Place.id.in_({post.place_id for post in current().posts if post.place_id}))


def _named(q: str) -> Any:
    code = find_code(q)
    found = [Place.name.like("%" + like_prefix(q), escape="\\"), Place.official_code == q[:12]]
    return or_(*found, Place.id == code.place_id) if code else or_(*found)


def _codes_of(rows: Sequence[Place]) -> dict[int, int]:
    count = select(Code.place_id, func.count()).where(
        Code.place_id.in_([place.id for place in rows]), Code.state != "retired"
    )
    return {row[0]: row[1] for row in db.session.execute(count.group_by(Code.place_id))}


@bp.route("/places/<int:place_id>", methods=["GET", "POST"])
@open_to(keeper)
@refills
def place(place_id: int) -> Any:
    row = find_permitted(Place, place_id, "place.keep")
    form = PlaceForm(obj=row)
    if attempt(form, lambda: _change(row, form)):
        return back("keep.place", place_id=place_id)
    return show_place(row, form), form.status


def show_place(row: Place, form: PlaceForm, retiring: dict[str, RetireForm] | None = None) -> str:
    """The page of one place; `retiring` holds a refused form under its code's token."""
    return render_template(
        "keep/place.html", place=row, form=form, retiring=retiring or {}, blank=RetireForm.blank(), **_around(row)
    )


def _change(row: Place, form: PlaceForm) -> bool:
    with writing():
        actions.change_place(
            find_permitted(Place, row.id, "place.keep"), current().label, current().staff_id, **form.facts
        )
    return True


def _around(row: Place) -> dict[str, Any]:
    codes = list(db.session.scalars(select(Code).filter_by(place_id=row.id).order_by(Code.number)))
    inside = db.session.scalar(select(func.count()).where(under(row), Place.id != row.id).select_from(Place))
    printable = db.session.scalar(
        select(func.count()).select_from(Code).join(Code.place).where(under(row), Code.state != "retired")
    )
    return {
        "codes": codes,
        "inside": inside,
        "printable": printable,
        "bare": actions.uncoded_under(row),
        "scans": _scans(codes),
        "most": MOST_PRINTED,
        "wechat": _wechat(row),
    }


def _wechat(row: Place) -> dict[str, Any] | None:
    """The official account's code of this place; None where there is no account."""
    if not gateway().has("official"):
        return None
    code = qrcodes.of_place(row.id)
    square = Square(code.url).proven() if code and code.url else None
    return {"code": code, "square": square, "left": qrcodes.PERMANENT_MOST - qrcodes.used()}


@bp.post("/places/<int:place_id>/wechat")
@open_to(keeper)
def ask_wechat_code(place_id: int) -> Any:
    """Request the place's permanent code of the official account, once: their number is limited."""
    with writing():
        row = find_permitted(Place, place_id, "place.keep")
        qrcodes.ask(row.id)
        actions.record_change(row, "ask_wechat_code", current().label, current().staff_id)
    return back("keep.place", place_id=place_id, _anchor="wechat")


def _scans(codes: list[Code]) -> list[tuple[Any, int]]:
    """The number of scans of the codes here on each of the last days, today first."""
    today = local(now()).date()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    query = select(ScanCount.day, func.sum(ScanCount.count)).where(
        ScanCount.token.in_([code.token for code in codes]), ScanCount.day >= days[-1]
    )
    counted = {day: int(count) for day, count in db.session.execute(query.group_by(ScanCount.day))}
    return [(day, counted.get(day, 0)) for day in days]


@bp.route("/places/<int:place_id>/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new_place(place_id: int) -> Any:
    outer, form = find_permitted(Place, place_id, "place.keep"), NewPlaceForm()
    kinds = ((kind.name, kind.label) for kind in KINDS.values() if may_hold(outer.kind, kind.name))
    form.kind.choices = options(*kinds)
    added = attempt(form, lambda: _add(outer, form))
    if added:
        return back("keep.place", place_id=added.id)
    return render_template("keep/place_new.html", outer=outer, form=form), form.status


def _add(outer: Place, form: NewPlaceForm) -> Place:
    with writing():
        inside = find_permitted(Place, outer.id, "place.keep")
        facts = form.facts
        return actions.add_place(
            form.kind.data, facts.pop("name"), inside, current().label, current().staff_id, **facts
        )
