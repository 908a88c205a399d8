"""Redirects to WeChat before marked pages: recognises residents in WeChat's browser and signs in workers in WeCom's.

Asks once for each device. A page stays reachable when WeChat does not answer.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, session

from governance.core.web.pages import inside, public_url
from governance.core.web.security import device, known_device
from governance.people.access.current import current
from governance.wechat import oauth
from governance.wechat.gateway import gateway

View = TypeVar("View", bound=Callable[..., Any])
ASKED, MET, SNAPSHOT, OUT = (
    "asked_wechat",
    "met",
    "snapshot",
    "out",
)  # session key: the time asked, or an outcome
AGAIN = 86_400  # seconds until a device without an answer is asked again
WORKERS_ASKED, WORKERS_AGAIN = "asked_wecom", 60
LONGEST = 300
BEEN = "been"  # query argument for a browser that keeps no cookie, against a redirect loop


def asks_wechat(view: View) -> View:
    """Mark a view: in WeChat's browser, ask WeChat for the openid first."""
    view.asks_wechat = True  # type: ignore[attr-defined]
    return view


def asks_wecom(view: View) -> View:
    """Mark a view: in WeCom's browser, sign in first."""
    view.asks_wecom = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    app.before_request(_ask)


def _ask() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    wechat, wecom = getattr(view, "asks_wechat", False), getattr(view, "asks_wecom", False)
    if not (wechat or wecom) or not _is_opened():
        return None
    agent = request.user_agent.string
    if wechat and oauth.in_wechat(agent) and oauth.meets_residents() and _may_ask():
        return to_wechat(request.full_path.rstrip("?"))
    if wecom and oauth.in_wecom(agent) and gateway().has("app") and _may_sign_in():
        return to_wecom("in", inside(request.args.get("next")))
    return None


def _is_opened() -> bool:
    """A document request that was not redirected yet. A script's fetch cannot follow the way to WeChat and back."""
    document = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return request.method == "GET" and document and BEEN not in request.args


def _may_ask() -> bool:
    """Not staff, and no known resident on their own pages: forms lead to these, and `form-action` in the CSP lets no
    form lead off the site.
    """
    asked = session.get(ASKED)
    if isinstance(asked, str) or (isinstance(asked, int) and time.time() - asked < AGAIN):
        return False
    viewer, own_page = current(), (request.endpoint or "").startswith("people.")
    return not (viewer.staff_id or viewer.must_change or (own_page and viewer.known))


def _may_sign_in() -> bool:
    asked = session.get(WORKERS_ASKED)
    if asked == OUT or (isinstance(asked, int) and time.time() - asked < WORKERS_AGAIN):
        return False
    return not current().staff_id and not current().must_change


def to_wechat(way_back: str) -> Any:
    """Redirect to WeChat, which redirects back to `way_back`, a path of this site."""
    session[ASKED], way_back = int(time.time()), way_back[:LONGEST]
    address = public_url("people.wechat_back", next=way_back)
    return _led(oauth.resident_address(address, oauth.state(device(), "resident", way_back)))


def to_wecom(purpose: str, way_back: str) -> Any:
    session[WORKERS_ASKED], way_back = int(time.time()), way_back[:LONGEST]
    address = public_url("people.wecom_back", purpose=purpose, next=way_back)
    return _led(oauth.worker_address(address, oauth.state(device(), purpose, way_back)))


def onward(path: str) -> str:
    """The path to go on to after WeChat; without a cookie the path itself carries `BEEN`."""
    if known_device():
        return path
    return f"{path}{'&' if '?' in path else '?'}{BEEN}=1"


def _led(address: str) -> Any:
    """A redirect off the site with an empty body: no page of this site links elsewhere."""
    answer = redirect(address)
    answer.set_data("")
    answer.mimetype = "text/plain"
    return answer
