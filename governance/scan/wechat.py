"""What WeChat's browser needs beside a page: the JS-SDK signature, and the files that verify the domain."""

from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.exceptions import ServiceUnavailable

from governance.core.errors import Invalid, Missing
from governance.core.translation import LazyText as _l
from governance.core.web.security import CSP
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone
from governance.scan.routes import bp
from governance.wechat import jssdk
from governance.wechat.gateway import gateway

SHARED = ("scan.show", "discussions.show")  # pages with a share card
WITH_WECHAT = CSP.replace("script-src 'self'", f"script-src 'self' {jssdk.SCRIPTS}")
WITH_ITS_BUTTONS = f"{WITH_WECHAT}; frame-src {jssdk.FRAMES}"


def init_app(app: Flask) -> None:
    app.after_request(_admit)
    app.jinja_env.globals["let_wechat_in"] = let_wechat_in


def let_wechat_in() -> bool:
    """Called by a page with one of WeChat's own buttons: returns whether it may show it."""
    g.wechat_buttons = jssdk.wanted(request.user_agent.string)
    return bool(g.wechat_buttons)


def _admit(answer: Response) -> Response:
    """Allow WeChat's script on these pages, in WeChat's browser only."""
    if g.get("wechat_buttons"):
        answer.headers["Content-Security-Policy"] = WITH_ITS_BUTTONS
    elif request.endpoint in SHARED and jssdk.wanted(request.user_agent.string):
        answer.headers["Content-Security-Policy"] = WITH_WECHAT
    return answer


@bp.get("/wechat/jssdk")
@open_to(anyone)
def signature() -> Any:
    """The signature for WeChat's script; for our own addresses only."""
    if not gateway().has("official"):
        raise Missing
    url = request.args.get("url", "")
    if not jssdk.ours(url):
        raise Invalid({"url": _l("这不是我们的网页")})
    signed = jssdk.signed(url)
    if signed is None:
        raise ServiceUnavailable
    return jsonify(signed)


@bp.get("/<any(MP,WW):of>_verify_<proof>.txt")
@open_to(anyone)
def verification(of: str, proof: str) -> Any:
    """The file by which WeChat (MP) or WeCom (WW) verifies the domain: its name holds its contents."""
    if f"{of}_verify_{proof}.txt" not in current_app.extensions["settings"].verify_files:
        raise Missing
    return Response(proof, content_type="text/plain")
