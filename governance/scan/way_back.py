"""The way back: which place a phone scanned last is kept on the phone alone, in a cookie that says nothing of who.

The cookie holds the public token of a code, the same for everybody who opens that scan page. No route stores it.
"""

from flask import Flask, Response, request

from governance.core.db import connection
from governance.places.landing import WayBack, way_back

COOKIE = "place"
KEPT = 400 * 86_400  # seconds


def init_app(app: Flask) -> None:
    app.jinja_env.globals["way_back"] = way_back_from


def way_back_from(path: str) -> WayBack | None:
    """From a page of this place, else of the code in the address, else to where the phone scanned last."""
    is_form = request.method == "POST" and request.path.startswith("/c/")
    of_the_page = (request.view_args or {}).get("code", "") if is_form else ""
    return way_back(connection(), path, of_the_page or request.cookies.get(COOKIE, ""))


def of_code(token: str) -> WayBack | None:
    """The place of this code, whatever was scanned."""
    return way_back(connection(), "", token)


def remember(answer: Response, token: str) -> Response:
    """Keep on the phone where it scanned. Written by hand: it is on the way of every scan."""
    secure = "; Secure" if request.is_secure else ""
    answer.headers["Set-Cookie"] = f"{COOKIE}={token}; Max-Age={KEPT}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return answer
