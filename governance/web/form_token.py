"""A fresh form token for the page's script, which may send a form hours after its page was made."""

from typing import Any

from flask import Blueprint

from governance.core.web.security import form_token
from governance.people.access.current import open_to
from governance.people.access.permissions import anyone

bp = Blueprint("form_token", __name__)


@bp.get("/token")
@open_to(anyone)
def token() -> Any:
    return {"token": form_token()}
