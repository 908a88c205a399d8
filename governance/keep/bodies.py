"""Endpoints of bodies: list, add, change."""

from typing import Any

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.keep.blueprint import bp, page_of
from governance.keep.forms import BodyForm
from governance.people.access.areas import area_names
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, visible
from governance.people.model import Body
from governance.people.staff import bodies as actions
from governance.places.finding import find_place
from governance.places.model import Place


@bp.get("/bodies")
@open_to(keeper)
def bodies() -> Any:
    query = select(Body).where(visible(current(), "body.keep", Body)).options(selectinload(Body.place))
    return render_template("keep/bodies.html", page=page_of(query, Body.id))


@bp.route("/bodies/new", methods=["GET", "POST"])
@open_to(keeper)
@refills
def new_body() -> Any:
    form = BodyForm()
    if attempt(
        form, lambda: actions.add_body(current(), form.name.data, form.kind.data, form.phone.data or "", _place(form))
    ):
        return back("keep.bodies")
    return render_template("keep/body.html", body=None, form=form, areas=area_names(current())), form.status


@bp.route("/bodies/<int:body_id>", methods=["GET", "POST"])
@open_to(keeper)
@refills
def body(body_id: int) -> Any:
    row = find_permitted(Body, body_id, "body.keep")
    form = BodyForm(name=row.name, kind=row.kind, phone=row.phone, place=row.place.full_path)
    if attempt(form, lambda: _change(row, form)):
        return back("keep.bodies")
    return render_template("keep/body.html", body=row, form=form, areas=area_names(current())), form.status


def _change(row: Body, form: BodyForm) -> bool:
    facts = {
        "name": form.name.data,
        "kind": form.kind.data,
        "phone": form.phone.data or None,
        "place_id": _place(form).id,
    }
    actions.change_body(row, current(), **facts)
    return True


def _place(form: BodyForm) -> Place:
    return find_place(form.place.data, visible(current(), "place.keep", Place))
