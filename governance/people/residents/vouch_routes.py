"""Routes for a worker who confirms, by six digits, that a resident lives here."""

from typing import Any

from flask import render_template, request
from sqlalchemy import select

from governance.core import limits
from governance.core.db import db, numbered
from governance.core.errors import Invalid
from governance.core.translation import LazyText as _l
from governance.core.web.forms import attempt, options
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.people.access.current import current, open_to
from governance.people.access.permissions import may, on_foot, visible
from governance.people.blueprint import bp
from governance.people.households import VerificationRequest
from governance.people.model import Person
from governance.people.residents import verification
from governance.people.residents.doors import HELD_IN
from governance.people.residents.verification_forms import FindForm, VouchForm
from governance.places.model import Place

WRONG_DIGITS = "60/hour"
MOST_PLACES = 500


@bp.route("/desk/known", methods=["GET", "POST"])
@open_to(on_foot)
@refills
def vouch() -> Any:
    """Type or scan the digits, read the nickname, choose the place, confirm."""
    code = request.values.get("code", "")[:12]
    asking = _asking(code) if code else None
    if asking is None:
        form = FindForm.blank(code=code)
        if code:
            form.refuse(Invalid({"code": _l("没有人在出示这个数字：可能过了十分钟，请居民再出一个")}))
        page = render_template("people/vouch_find.html", form=form, confirmed=_confirmed(), code=code)
        return page, 422 if request.method == "POST" else 200
    return _confirm(asking)


def _asking(code: str) -> VerificationRequest | None:
    found = verification.find_asking(code)
    if found is None:
        limits.require(WRONG_DIGITS, "vouch.wrong", str(current().staff_id))
    return found


def _confirm(asking: VerificationRequest) -> Any:
    form = VouchForm(nickname=asking.nickname, code=asking.code, place=request.args.get("place", type=int))
    form.place.choices = options(("0", _l("请选楼栋或小区")), *_places())
    vouched = attempt(form, lambda: _vouched(asking, form))
    if vouched:
        person, place = vouched
        return back("people.vouch", confirmed=person.id, place=place.id)
    known = asking_person(asking).known_at is not None
    page = render_template("people/vouch.html", form=form, asking=asking, known=known)
    return page, form.status


def _vouched(asking: VerificationRequest, form: VouchForm) -> tuple[Person, Place]:
    place = _chosen(form)
    return verification.vouch(asking, current(), place, form.nickname.data, form.door.data or ""), place


def asking_person(asking: VerificationRequest) -> Person:
    return db.session.get_one(Person, asking.person_id)


def _chosen(form: VouchForm) -> Place:
    if not form.place.data:
        raise Invalid({"place": _l("请选住在哪里")})
    return db.session.get_one(Place, form.place.data)


def _places() -> list[tuple[str, str]]:
    """The buildings and courtyards the worker serves."""
    mine = select(Place).where(visible(current(), "place.vouch", Place), Place.kind.in_(HELD_IN))
    places = db.session.scalars(mine.order_by(Place.path).limit(MOST_PLACES)).all()
    names = {place.id: place.name for place in places}
    return [(str(place.id), _within(place, names)) for place in places]


def _within(place: Place, names: dict[int, str]) -> str:
    outer = names.get(place.parent_id or 0)
    return f"{outer} {place.name}" if outer else place.name


def _confirmed() -> Person | None:
    """The person whom this worker confirmed last, for the message on the page."""
    id_ = request.args.get("confirmed", type=int)
    person = numbered(Person, id_) if id_ else None
    seen = person is not None and person.known_place is not None and may(current(), "place.vouch", person.known_place)
    return person if seen else None
