"""Routes of verification. Each way ends with a redirect to the page that asked for it.

GET of a slip's address does not use the slip: messengers open addresses to draw a preview.
"""

from functools import partial
from typing import Any

from flask import redirect, render_template, request, session, url_for

from governance.core import limits
from governance.core.db import db, now
from governance.core.errors import Invalid, Missing, Stale
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form, attempt
from governance.core.web.pages import back, inside, public_url
from governance.core.web.security import refills, stale_form
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone
from governance.people.access.wechat_redirect import ASKED, SNAPSHOT, asks_wechat
from governance.people.blueprint import bp
from governance.people.households import DoorSlip, VerificationRequest
from governance.people.residents import sms, verification
from governance.people.residents.verification_forms import DigitsForm, KnownForm, PhoneForm, SlipForm
from governance.places.codes import NeverIssued, living
from governance.places.model import Place
from governance.places.qr import Square
from governance.wechat.gateway import gateway
from governance.wechat.oauth import in_wechat

NEXT, SHOWN = "known_next", "known_shown"
LONGEST_NEXT = 300
WRONG_SLIPS = "60/hour"
REFRESH = "10"  # seconds, sent as a header: works without script
NO_SLIP = _l("没有这张住户条。请对着纸再看一遍；还不行，打社区的电话问问")


@bp.get("/me/known")
@open_to(anyone)
@asks_wechat
def known() -> Any:
    """The ways to become known. `next` is kept in the session, so that each way leads back there."""
    next = inside(request.args.get("next"))[:LONGEST_NEXT]
    if next:
        session[NEXT] = next
    ways = {"by_phone": sms.offered(), "by_wechat": _by_wechat(), "snapshot": session.get(ASKED) == SNAPSHOT}
    return render_template("people/known.html", next=next or session.get(NEXT, ""), **ways)


def _by_wechat() -> bool:
    """Offered in WeChat's browser only."""
    return gateway().has("official") and in_wechat(request.user_agent.string)


def done() -> Any:
    session.pop(SHOWN, None)
    return back("people.known", next=session.pop(NEXT, None))


def _without_what_is_known(form: Any) -> Any:
    """Ask a known person for no nickname and no consent."""
    if current().known:
        for name in ("nickname", "consent"):
            if name in form:
                del form[name]
    return form


def _nickname(form: Form) -> str:
    return form["nickname"].data if "nickname" in form else ""


# By the slip of a door.


@bp.route("/me/known/slip", methods=["GET", "POST"])
@open_to(anyone)
@refills
def type_slip() -> Any:
    """Type the secret of a slip instead of scanning it."""
    form = SlipForm()
    secret = attempt(form, lambda: _typed_slip(form.secret.data))
    if secret:
        return back("people.slip", secret=secret)
    return render_template("people/slip_typed.html", form=form), form.status


def _typed_slip(text: str) -> str:
    secret = verification.read_slip(text)
    if secret and verification.find_slip(secret):
        return secret
    _wrong_slip()
    raise Invalid({"secret": NO_SLIP})


def _wrong_slip() -> None:
    limits.require(WRONG_SLIPS, "slip.wrong", request.remote_addr or "")


@bp.route("/d/<secret>", methods=["GET", "POST"])
@open_to(anyone)
@refills
def slip(secret: str) -> Any:
    found = verification.find_slip(secret)
    if found is None:
        _wrong_slip()
        raise Missing(NO_SLIP)
    if not found.is_good:
        return _slip_page(found, KnownForm.blank(), 409 if request.method == "POST" else 200)
    form = _without_what_is_known(KnownForm())
    attempt(form, lambda: as_person(lambda by: verification.use_slip(found, by, _nickname(form))))
    return done() if form.taken else _slip_page(found, form, form.status)


def _slip_page(slip: DoorSlip, form: Form, status: int) -> Any:
    place = slip.door.place
    mine = slip.used_by_id is not None and slip.used_by_id == current().person_id
    page = render_template(
        "people/slip.html", slip=slip, place=place, form=form, mine=mine, phone=place.contact_phone()
    )
    return page, status


# By a worker, face to face.


@bp.route("/me/known/worker", methods=["GET", "POST"])
@open_to(anyone)
@refills
def show_worker() -> Any:
    """Show six digits for the worker's phone. The page refreshes itself until they are used."""
    form = _without_what_is_known(KnownForm())
    asking = attempt(form, lambda: as_person(lambda by: verification.ask_worker(by, _nickname(form))))
    if asking:
        session[SHOWN] = asking.id
        return back("people.show_worker")
    if request.method == "GET" and SHOWN in session and "again" not in request.args:
        return _shown(db.session.get(VerificationRequest, session[SHOWN]), form)
    return render_template("people/worker.html", form=form), form.status


def _shown(asking: VerificationRequest | None, form: Form) -> Any:
    viewer = current()
    if asking is not None and asking.person_id == viewer.person_id:
        if asking.used_at:
            return done()
        if asking.expires_at > now():
            address = public_url("people.vouch", code=asking.code)
            page = render_template("people/shown.html", asking=asking, square=Square(address).proven())
            return page, {"Refresh": REFRESH}
    session.pop(SHOWN)
    return render_template("people/worker.html", form=form, expired=asking is not None)


# By a text message.


@bp.route("/me/known/phone", methods=["GET", "POST"])
@open_to(anyone)
@refills
def phone() -> Any:
    if not sms.offered():
        raise Missing
    asking = sms.asked(current().person_id)
    form = _without_what_is_known(PhoneForm(code=code_of_next()))
    attempt(form, lambda: _send_digits(form))
    if form.taken:
        return back("people.digits")
    return render_template("people/phone.html", form=form, asking=asking), form.status


def _send_digits(form: Any) -> None:
    place = place_of(form.code.data)
    as_person(partial(sms.ask, phone=form.phone.data, place=place, nickname=_nickname(form)))


def code_of_next() -> str:
    """The token of a code in the address to return to; empty when there is none."""
    parts = session.get(NEXT, "").split("?")[0].split("/")
    return parts[2] if parts[:2] == ["", "c"] and len(parts) > 2 else ""


def place_of(code: str) -> Place:
    try:
        return living(code).place
    except NeverIssued as trouble:
        raise Invalid({"code": _l("没有这个码，请对着墙上的二维码再看一遍")}) from trouble


@bp.route("/me/known/digits", methods=["GET", "POST"])
@open_to(anyone)
@refills
def digits() -> Any:
    """Type the digits of the message."""
    asking = sms.asked(current().person_id)
    if asking is None and not stale_form():
        return redirect(url_for("people.known"), 303)
    if asking is None:
        raise Stale
    form = _without_what_is_known(DigitsForm(nickname=asking.nickname))
    wrong = attempt(form, lambda: as_person(partial(sms.prove, digits=form.digits.data, nickname=_nickname(form))))
    if form.taken and not wrong:
        return done()
    if wrong:
        form.refuse(Invalid({"digits": wrong}))
    return render_template("people/digits.html", form=form, asking=asking), form.status
