"""码破了，或像是假的？ One tap makes a ticket of it at the place of the code, for the grid worker and the community."""

from functools import partial
from typing import Any

from flask import render_template, request, session
from wtforms import RadioField
from wtforms.validators import InputRequired

from governance.core.db import connection
from governance.core.errors import SentBefore
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, attempt, options, submission
from governance.core.web.pages import back
from governance.core.web.security import refills, takes
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone
from governance.people.access.viewer import Viewer
from governance.places.codes import living
from governance.places.landing import PlaceRow, land
from governance.tickets import photos
from governance.tickets.categories import LAST_RESORT, active
from governance.tickets.forms import photos as photos_field
from governance.tickets.reporting import reports
from governance.tickets.routes import bp, require_room, stage_all

SLUG = "sticker"  # of the category; a deployment that retired it gets such tickets under 别的
SAID = {"broken": _l("这里的码破了、掉了，请来换一张"), "false": _l("这里贴着一张像是假的码，请来看看")}


class StickerForm(Form):
    what = RadioField("", [InputRequired(_l("请点下面的一个"))], choices=options(*SAID.items()))
    photos = photos_field(_l("照片"))
    submission = submission()


@bp.route("/c/<code>/sticker", methods=["GET", "POST"])
@open_to(anyone)
@refills
@takes(100)
def sticker(code: str) -> Any:
    place, form = land(connection(), code).place, StickerForm()
    ref = attempt(form, lambda: as_person(partial(_reported, place, form)), first=partial(stage_all, form))
    if ref is None:
        kept = photos.staged(current(), form.submission.data or "") if request.method == "POST" else []
        return render_template("tickets/sticker.html", place=living(code).place, form=form, kept=kept), form.status
    session["just_reported"] = ref
    return back("tickets.show", ref=ref)


def _reported(place: PlaceRow, form: StickerForm, viewer: Viewer) -> str:
    first, words = reports.reported(viewer.person_id, form.submission.data), SAID[form.what.data].in_chinese
    if first and first.words not in ("", words):  # empty once they were erased
        raise SentBefore("tickets.show", ref=first.ref)
    if first:
        return first.ref
    require_room(viewer, place)
    known = {one.slug: one for one in active()}
    category = known.get(SLUG) or known[LAST_RESORT]
    return reports.new_report(place, viewer, category, form.submission.data, words=words)
