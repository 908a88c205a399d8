"""The doors of becoming known: the ways there, each of which leads back to where somebody wanted to speak."""

from typing import Any

from flask import render_template, request

from governance.core.pages import inside
from governance.people.door import bp
from governance.people.permissions import anyone
from governance.people.viewers import open_to


@bp.get("/me/known")
@open_to(anyone)
def known() -> Any:
    return render_template("people/known.html", next=inside(request.args.get("next")))
