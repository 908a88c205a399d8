"""The OpenAPI document of the JSON endpoints, and the same as a page."""

from typing import Any

from flask import Blueprint, current_app, jsonify, render_template

from governance.core.web.openapi import document
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone

bp = Blueprint("api", __name__, url_prefix="/api")
TITLE = "一码共治"
ABOUT = "每次都带 Authorization: Bearer <密钥>；出错时回 application/problem+json，fields 说哪一项不对。"


@bp.get("/openapi.json")
@open_to(anyone)
def openapi() -> Any:
    return jsonify(_document())


@bp.get("/docs")
@open_to(anyone)
def docs() -> Any:
    return render_template("shared/api.html", api=_document())


def _document() -> dict[str, Any]:
    app = current_app
    return document(app, TITLE, ABOUT, app.extensions["settings"].base_url)
