"""Routes for sign-in, sign-out and 我的."""

from typing import Any

from flask import redirect, render_template, request, session, url_for
from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Missing
from governance.core.web.acknowledgement import ABOUT_ME, acknowledgement
from governance.core.web.forms import attempt
from governance.core.web.pages import back, inside
from governance.core.web.security import refills
from governance.people.access.current import COOKIE, current, open_to, staff_session
from governance.people.access.permissions import anyone, newcomer, staff
from governance.people.access.wechat_redirect import OUT, WORKERS_ASKED, asks_wechat, asks_wecom
from governance.people.blueprint import bp
from governance.people.forms import PasswordForm, SignInForm
from governance.people.model import Person, StaffSession
from governance.people.residents import departure
from governance.people.staff import signin as actions
from governance.people.staff.session_cookie import signed_in
from governance.people.wechat.identity import handle
from governance.wechat.gateway import gateway
from governance.wechat.oauth import in_wecom


@bp.route("/signin", methods=["GET", "POST"])
@open_to(anyone)
@asks_wecom
@refills
def signin() -> Any:
    form = SignInForm()
    from_where = (request.user_agent.string, request.remote_addr or "")
    token = attempt(form, lambda: actions.sign_in(form.account.data, form.password.data, *from_where))
    if token:
        return signed_in(token, request.values.get("next"))
    next_, by_wecom = inside(request.values.get("next")), gateway().has("app") and in_wecom(request.user_agent.string)
    return render_template("people/signin.html", form=form, next=next_, by_wecom=by_wecom), form.status


@bp.post("/signout")
@open_to(anyone)
def signout() -> Any:
    here = staff_session()
    if here:
        actions.sign_out(here)
    if gateway().has("app"):
        session[WORKERS_ASKED] = OUT  # so that WeCom does not sign them in again at once
    answer = redirect(url_for("people.signin"), 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return answer


@bp.get("/me")
@open_to(anyone)
@asks_wechat
def me() -> Any:
    return _me(PasswordForm())


def _me(form: PasswordForm) -> Any:
    here = staff_session()
    person = here.identity.person if here else None
    facts = {
        "sessions": _sessions_of(person) if person else (),
        "next": inside(request.values.get("next")),
        "by_wecom": gateway().has("app"),
        "in_wecom": in_wecom(request.user_agent.string),
        "done": acknowledgement(ABOUT_ME),
        "name_taken": departure.name_taken_for(current().person_id) if current().known else "",
        "wecom_bound": bool(person and handle(person.id, "userid")),
    }
    page = render_template("people/me.html", person=person, here=here, form=form, **facts)
    return page, 422 if request.method == "POST" else 200


@bp.post("/me/password")
@open_to(staff | newcomer)
@refills
def change_password() -> Any:
    """Change one's own password."""
    form, here = PasswordForm(), staff_session()
    first = current().must_change
    if here:
        attempt(form, lambda: actions.change_password(here, form.old.data, form.password.data))
    if not form.taken:
        return _me(form)
    return redirect(inside(request.form.get("next")) or url_for("desk.home" if first else "people.me"), 303)


@bp.post("/me/sessions/<int:number>/end")
@open_to(staff)
def end_session(number: int) -> Any:
    """Sign out one of one's own browsers."""
    here = staff_session()
    mine = _sessions_of(here.identity.person) if here else []
    chosen = next((session for session in mine if session.id == number), None)
    if chosen is None:
        raise Missing
    actions.sign_out(chosen)
    return back("people.me")


def _sessions_of(person: Person) -> list[StaffSession]:
    query = select(StaffSession).join(StaffSession.identity).filter_by(person_id=person.id)
    return list(
        db.session.scalars(
            query.where(StaffSession.revoked_at.is_(None), StaffSession.awake())
            .order_by(StaffSession.id.desc())
            .limit(20)
        )
    )
