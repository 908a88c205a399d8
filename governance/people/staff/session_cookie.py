"""The answer to a sign-in: the session cookie and a redirect to the wanted page."""

from typing import Any

from flask import redirect, request, url_for

from governance.core.web.pages import inside
from governance.people.access.current import COOKIE
from governance.people.staff.signin import LIFE


def signed_in(token: str, next: str | None) -> Any:
    answer = redirect(inside(next) or url_for("desk.home"), 303)
    seconds = int(LIFE.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer
