"""Routes to WeChat and WeCom and back from them."""

from typing import Any

from flask import redirect, render_template, request, session, url_for

from governance.core.errors import Missing
from governance.core.web.forms import attempt
from governance.core.web.pages import back, inside
from governance.core.web.security import known_device, refills
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone, staff
from governance.people.access.wechat_redirect import ASKED, MET, SNAPSHOT, onward, to_wechat, to_wecom
from governance.people.blueprint import bp
from governance.people.residents.verification_forms import WechatForm
from governance.people.residents.verification_routes import code_of_next, done, place_of
from governance.people.staff import signin
from governance.people.staff.session_cookie import signed_in
from governance.people.wechat import identity
from governance.wechat import oauth
from governance.wechat.gateway import gateway


@bp.get("/wechat/back")
@open_to(anyone)
def wechat_back() -> Any:
    """Back from WeChat. Redirects to the wanted page whatever WeChat answered; WeChat may call twice."""
    if not gateway().has("official"):
        raise Missing
    way_back, code = request.args.get("next", ""), request.args.get("code", "")
    if code and oauth.fits(request.args.get("state", ""), known_device(), "resident", way_back):
        _met(oauth.resident(code))
    return redirect(onward(inside(way_back) or url_for("people.me")))


def _met(met: oauth.Met | None) -> None:
    if met is None:
        return
    if not met.snapshot:
        as_person(lambda by: identity.recognise(by, met.openid))
    session[ASKED] = SNAPSHOT if met.snapshot else MET


@bp.route("/me/known/wechat", methods=["GET", "POST"])
@open_to(anyone)
@refills
def by_wechat() -> Any:
    """Verification by WeChat. Redirects to WeChat once when there is no openid yet, then shows why it failed."""
    if not gateway().has("official"):
        raise Missing
    if current().known and request.method != "POST":
        return done()
    recognised = bool(identity.handle(current().person_id, "openid"))
    snapshot, in_wechat = session.get(ASKED) == SNAPSHOT, oauth.in_wechat(request.user_agent.string)
    if not recognised and request.method != "POST" and in_wechat and not snapshot and "tried" not in request.args:
        return to_wechat(url_for("people.by_wechat", tried=1))
    form = WechatForm(code=code_of_next())
    if recognised:
        attempt(form, lambda: _become_known(form))
    if form.taken:
        return done()
    facts = {"form": form, "recognised": recognised, "snapshot": snapshot, "in_wechat": in_wechat}
    return render_template("people/wechat.html", **facts), form.status


def _become_known(form: WechatForm) -> None:
    place = place_of(form.code.data)
    as_person(lambda by: identity.become_known(by, place, form.nickname.data))


@bp.get("/wecom/go")
@open_to(anyone)
def wecom_go() -> Any:
    """Sign in through WeCom."""
    if not gateway().has("app"):
        raise Missing
    return to_wecom("in", inside(request.args.get("next")))


@bp.get("/me/wecom")
@open_to(staff)
def wecom_bind() -> Any:
    """绑定企业微信: redirects to WeCom, which returns with the purpose `bind`."""
    if not gateway().has("app"):
        raise Missing
    return to_wecom("bind", url_for("people.me"))


@bp.get("/wecom/back")
@open_to(anyone)
def wecom_back() -> Any:
    if not gateway().has("app"):
        raise Missing
    purpose, way_back, code = (request.args.get(name, "") for name in ("purpose", "next", "code"))
    ours = oauth.fits(request.args.get("state", ""), known_device(), purpose, way_back)
    userid = oauth.worker(code) if ours and code else ""
    if purpose == "bind":
        return _bound(userid)
    account = identity.worker_of(userid)
    if account is not None:
        return signed_in(signin.begin_session(account, request.user_agent.string), way_back)
    unbound = "unbound" if userid else None
    return redirect(onward(url_for("people.signin", next=inside(way_back) or None, wecom=unbound)), 303)


def _bound(userid: str) -> Any:
    viewer = current()
    if userid and viewer.posts:
        identity.bind_worker(viewer, userid)
    return back("people.me", wecom=None if userid else "lost")


@bp.post("/me/wecom/unbind")
@open_to(staff)
def wecom_unbind() -> Any:
    identity.unbind_worker(current())
    return back("people.me")
