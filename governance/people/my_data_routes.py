"""Routes of what is stored about me: the list, the export, erasure; and the privacy page for everybody."""

from typing import Any

from flask import Response, render_template, request, session
from sqlalchemy import select

from governance.core import limits
from governance.core.db import db, now
from governance.core.personal import sections
from governance.core.web.acknowledgement import ABOUT_DATA, acknowledgement
from governance.core.web.pages import back, local
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone
from governance.people.access.wechat_redirect import ASKED, OUT
from governance.people.blueprint import bp
from governance.people.model import Person
from governance.people.residents import departure, personal_data
from governance.places.model import Place

EXPORTS = "6/hour"


@bp.get("/me/data")
@open_to(anyone)
def data() -> Any:
    """The list of what is stored about me."""
    return data_page()


def data_page(status: int = 200, sent: Any = None) -> Any:
    """`sent` is the form of a contact to show refilled."""
    person_id = current().person_id
    person = db.session.get(Person, person_id) if person_id else None
    page = render_template(
        "people/data.html",
        parts=personal_data.stored(personal_data.ids_of(person_id)),
        looks=departure.looks_at(person) if person else [],
        erased="erased" in request.args,
        sent=sent,
        done=acknowledgement(ABOUT_DATA),
    )
    return page, status


@bp.route("/me/export", methods=["GET", "POST"])
@open_to(anyone)
def export() -> Any:
    """GET asks once more; POST is the file."""
    if request.method != "POST":  # HEAD too
        return render_template("people/export.html")
    person_id = current().person_id
    limits.require(EXPORTS, "export", str(person_id or request.remote_addr))
    packed = personal_data.export(personal_data.ids_of(person_id))
    answer = Response(packed, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{local(now()):%Y%m%d}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/me/erase", methods=["GET", "POST"])
@open_to(anyone)
def erase() -> Any:
    """GET says what goes and what stays; POST erases."""
    if request.method != "POST":  # HEAD too
        return render_template(
            "people/erase.html", parts=personal_data.stored(personal_data.ids_of(current().person_id))
        )
    if current().person_id:
        found = as_person(personal_data.erase_myself)
        personal_data.scrub(found)
    session.clear()  # this device is a new one from now on
    session[ASKED] = OUT  # so that WeChat does not recognise them again by itself
    answer = back("people.data", erased=1)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@bp.get("/privacy")
@open_to(anyone)
def privacy() -> Any:
    """What is stored of residents, for what and for how long: made from the marks of the models."""
    offices = select(Place).where(Place.kind == "community", Place.phone.is_not(None)).order_by(Place.id).limit(20)
    return render_template("people/privacy.html", sections=sections(), offices=db.session.scalars(offices).all())
