"""Endpoints for callbacks of the official account, the WeCom app and WeCom robots. A signature authenticates each."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from governance.assistant.inbound import webhooks
from governance.core.limits import proven
from governance.core.web.security import tokenless
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone

bp = Blueprint("callbacks", __name__)


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")


@bp.get("/wechat/official")
@open_to(anyone)
@tokenless
def check_official() -> Any:
    return _plain(webhooks.echo_plain(request.args))


@bp.post("/wechat/official")
@open_to(anyone)
@tokenless
@proven
def hear_official() -> Any:
    said = webhooks.take_official(request.args, request.get_data())
    return _plain(said) if said == webhooks.TAKEN else Response(said, mimetype="application/xml")


@bp.get("/wecom/app")
@open_to(anyone)
@tokenless
def check_app() -> Any:
    return _plain(webhooks.echo_app(request.args))


@bp.post("/wecom/app")
@open_to(anyone)
@tokenless
@proven
def hear_app() -> Any:
    webhooks.take_app(request.args, request.get_data())
    return _plain("")


@bp.get("/wecom/aibot/<name>")
@open_to(anyone)
@tokenless
def check_robot(name: str) -> Any:
    return _plain(webhooks.echo_robot(name, request.args))


@bp.post("/wecom/aibot/<name>")
@open_to(anyone)
@tokenless
@proven
def hear_robot(name: str) -> Any:
    said = webhooks.take_robot(name, request.args, request.get_data())
    return jsonify(said) if said else _plain("")
