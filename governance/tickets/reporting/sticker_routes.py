"""码破了，或像是假的？ One tap makes a ticket of it at the place of the code, for the grid worker and the community.

Whoever presses while such a ticket is open there joins it. A code that looks false is urgent: someone may pay at it.
The limits are its own, so that many presses leave room for the reports at the place.
"""

from functools import partial
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from wtforms import RadioField
from wtforms.validators import InputRequired

from governance.core import limits
from governance.core.db import connection, db, in_literals, locked
from governance.core.errors import SentBefore, TooMuch
from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import acknowledge
from governance.core.web.forms import Form, attempt, options, submission
from governance.core.web.pages import back
from governance.core.web.security import refills, takes
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone
from governance.people.access.viewer import Viewer
from governance.people.residents import newcomer_limits
from governance.places.codes import living
from governance.places.landing import PlaceRow, land
from governance.places.model import Place
from governance.tickets import photos
from governance.tickets.categories import LAST_RESORT, active
from governance.tickets.forms import photos as photos_field
from governance.tickets.lifecycle import LISTED
from governance.tickets.model import Follow, Ticket
from governance.tickets.reporting import reports
from governance.tickets.responses import feedback
from governance.tickets.routes import bp, owe_receipt, stage_all

SLUG = "sticker"  # of the category; a deployment that retired it gets such tickets under 别的
JOINED = _l("这里已经有人报了，记下了您也遇到。有进展，点“我的”看。")
REPORTED = _l("您已经报过了，不用再报。有进展，点“我的”看。")
A_DEVICE, AN_ADDRESS = "6/hour", "30/hour"
FALSE = {"urgent": True, "hours": 4}  # half a shift
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
        there = living(code).place
        page = render_template("tickets/sticker.html", place=there, phone=there.contact_phone(), form=form, kept=kept)
        return page, form.status
    return back("tickets.show", ref=ref)


def _reported(place: PlaceRow, form: StickerForm, viewer: Viewer) -> str:
    first, words = reports.reported(viewer.person_id, form.submission.data), SAID[form.what.data].in_chinese
    if first and first.words not in ("", words):  # empty once they were erased
        raise SentBefore("tickets.show", ref=first.ref)
    if first:
        owe_receipt(first.ref)
        return first.ref
    open_one = _open_one(place, words)
    if open_one:
        _join(open_one, viewer, form.submission.data)
        return open_one.ref
    _require_room(viewer)
    ref = _new(place, form, viewer, words)
    owe_receipt(ref)
    return ref


def _open_one(place: PlaceRow, words: str) -> Ticket | None:
    """The open ticket of this kind at the place, if any. Waits for whoever is making it at this moment."""
    locked(db.session.get_one(Place, place.id))
    same = (
        select(Ticket)
        .filter_by(place_id=place.id, words=words, private=False)
        .where(in_literals(Ticket.state, tuple(LISTED)))
    )
    return db.session.scalars(same.order_by(Ticket.id).limit(1)).first()


def _join(ticket: Ticket, viewer: Viewer, submission: str) -> None:
    """Count the viewer once, and add the photos they staged."""
    reported_it = db.session.get(Follow, (ticket.id, viewer.person_id)) is not None
    if not reported_it:
        _require_room(viewer)
        newcomer_limits.require_room("join", ticket.id, viewer)
        feedback.join(ticket, viewer)
    if photos.staged(viewer, submission):
        feedback.more(ticket, viewer, "", submission)
    acknowledge(ticket.ref, REPORTED if reported_it else JOINED)


def _require_room(viewer: Viewer) -> None:
    """Raises TooMuch for a device, or an address, that pressed too often."""
    address = limits.network(request.remote_addr or "")
    mine = limits.within_limit(A_DEVICE, "sticker", str(viewer.person_id))
    if not (mine and limits.within_limit(AN_ADDRESS, "sticker.from", address)):
        raise TooMuch("点得有点多了，请过一会儿再点；着急请打页面上的电话")


def _new(place: PlaceRow, form: StickerForm, viewer: Viewer, words: str) -> str:
    known = {one.slug: one for one in active()}
    category = known.get(SLUG) or known[LAST_RESORT]
    hurry = FALSE if form.what.data == "false" else {}
    return reports.new_report(place, viewer, category, form.submission.data, words=words, **hurry)
