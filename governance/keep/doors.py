"""Endpoints of households' doors: the doors of a building, who is known there, slips to print."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template, request, send_file
from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Missing, Refused
from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.keep.blueprint import bp, page_of
from governance.keep.forms import DoorsForm
from governance.keep.posters import UNSAID, drawn
from governance.people.access.current import current, open_to
from governance.people.access.lookup import find_permitted
from governance.people.access.permissions import keeper, may
from governance.people.households import Door, Residence
from governance.people.residents import departure
from governance.people.residents import doors as actions
from governance.people.residents.verification import new_slip_secret
from governance.places.layouts.slip import Slip
from governance.places.model import Place

MOST_SLIPS = 200
ON_PAGE = 100


@bp.route("/places/<int:place_id>/doors", methods=["GET", "POST"])
@open_to(keeper)
@refills
def doors(place_id: int) -> Any:
    place, form = _building(place_id), DoorsForm()
    added = attempt(form, lambda: actions.add_doors(place, current(), form.lines.data))
    if added is not None:
        return back("keep.doors", place_id=place_id, added=len(added))
    return _list(place, form)


def _building(place_id: int) -> Place:
    """A place that has doors: a building or a courtyard."""
    place = find_permitted(Place, place_id, "place.keep")
    if place.kind not in actions.HELD_IN:
        raise Missing
    return place


def _list(place: Place, form: DoorsForm) -> Any:
    doors = page_of(select(Door).filter_by(place_id=place.id), Door.id, ON_PAGE)
    answer = render_template(
        "keep/doors.html",
        place=place,
        page=doors,
        state=actions.with_state(doors.rows),
        form=form,
        added=request.args.get("added", type=int),
    )
    return answer, form.status


@bp.post("/places/<int:place_id>/doors/slips")
@open_to(keeper)
def print_slips(place_id: int) -> Any:
    """New slips for the chosen doors as one PDF; they become valid once every code in it was decoded."""
    place = _building(place_id)
    chosen = {int(id_) for id_ in request.form.getlist("door") if id_.isdecimal() and len(id_) < 10}
    known = Door.residences.any(Residence.until.is_(None))
    which = ~known if "all" in request.form else Door.id.in_(chosen)
    found = select(Door).where(Door.place_id == place.id, which).order_by(Door.id)
    rows = db.session.scalars(found.limit(MOST_SLIPS + 1)).all()
    if not rows:
        raise Refused("请先在门牌前面打勾，再印住户条")
    if len(rows) > MOST_SLIPS:
        raise Refused(f"一次最多印 {MOST_SLIPS} 张，请分几次")
    return _printed(place, rows)


def _printed(place: Place, doors: Sequence[Door]) -> Any:
    phone = place.contact_phone()
    if phone is None:
        raise Refused(f"“{place.name}”和它上面的地点都没有电话，请先在社区填上电话再印")
    base = current_app.extensions["settings"].base_url
    secrets = {door.id: new_slip_secret() for door in doors}
    above = tuple(outer.name for outer in place.above()[:-1] if outer.kind not in UNSAID)
    slips = [
        Slip(f"{base}/d/{secrets[door.id]}", secrets[door.id], door.label, place.name, above, phone) for door in doors
    ]
    name = f"{place.name}-住户条-{len(slips)}张.pdf"
    db.session.rollback()  # drawing takes seconds; the database is let go first
    out = drawn(slips, "slip")
    actions.hand_out(secrets, current())
    return send_file(out, mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/doors/<int:door_id>")
@open_to(keeper)
def door(door_id: int) -> Any:
    return _door_page(find_permitted(Door, door_id, "door.keep"), {})


@bp.post("/doors/<int:door_id>/who")
@open_to(keeper)
def door_who(door_id: int) -> Any:
    """Show the nicknames of who is known behind a door; each look is recorded."""
    row = find_permitted(Door, door_id, "door.keep")
    known = [home.person for home in row.residences if home.until is None and home.person.known_at]
    seen = {person.id: departure.who(person, current()) for person in known if may(current(), "person.who", person)}
    return _door_page(row, seen)


def _door_page(row: Door, seen: dict[int, departure.Who]) -> str:
    state = actions.with_state([row])[row.id]
    return render_template("keep/one_door.html", door=row, place=row.place, state=state, seen=seen)


@bp.post("/doors/<int:door_id>/slip")
@open_to(keeper)
def reissue(door_id: int) -> Any:
    """A new slip for a door, as a PDF; the one before becomes invalid at once."""
    row = find_permitted(Door, door_id, "door.keep")
    return _printed(row.place, [row])


@bp.post("/doors/<int:door_id>/revoke")
@open_to(keeper)
def revoke(door_id: int) -> Any:
    actions.end_slip(find_permitted(Door, door_id, "door.keep"), current())
    return back("keep.door", door_id=door_id)


@bp.post("/doors/<int:door_id>/remove")
@open_to(keeper)
def remove_door(door_id: int) -> Any:
    row = find_permitted(Door, door_id, "door.keep")
    place_id = row.place_id
    actions.remove_door(row, current())
    return back("keep.doors", place_id=place_id)


@bp.post("/residences/<int:residence_id>/end")
@open_to(keeper)
def end_residence(residence_id: int) -> Any:
    row = find_permitted(Residence, residence_id, "door.keep")
    actions.end_residence(row, current())
    return back("keep.door", door_id=row.door_id)
