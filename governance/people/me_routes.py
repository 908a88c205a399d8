"""Routes of a known resident's own page: nickname, leaving."""

from typing import Any

from flask import render_template, request, session

from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import ABOUT_ME, acknowledge
from governance.core.web.forms import attempt
from governance.core.web.pages import back
from governance.core.web.security import refills
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import known
from governance.people.access.wechat_redirect import ASKED, OUT
from governance.people.blueprint import bp
from governance.people.residents import departure, verification
from governance.people.residents.verification_forms import NicknameForm


@bp.route("/me/nickname", methods=["GET", "POST"])
@open_to(known)
@refills
def nickname() -> Any:
    form = NicknameForm(nickname=current().nickname)
    attempt(form, lambda: as_person(lambda by: verification.rename(by, form.nickname.data)))
    if not form.taken:
        return render_template("people/nickname.html", form=form), form.status
    acknowledge(ABOUT_ME, _l("改好了，邻居以后看到的是“%(name)s”。", name=form.nickname.data))
    return back("people.me")


@bp.route("/me/leave", methods=["GET", "POST"])
@open_to(known)
def leave() -> Any:
    """GET explains what leaving means and shows the button; POST leaves."""
    if request.method == "POST":
        as_person(departure.leave)
        session[ASKED] = OUT  # so that WeChat does not recognise them again by itself
        acknowledge(ABOUT_ME, _l("退出了。这台手机不再认得您的昵称。"))
        return back("people.me")
    return render_template("people/leave.html")
