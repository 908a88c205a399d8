"""The door where a resident agrees to be told by WeChat, or takes it back."""

from typing import Any

from flask import redirect, request, url_for

from governance.core.errors import Missing
from governance.core.pages import inside
from governance.people.permissions import anyone
from governance.people.viewers import as_somebody, current, open_to
from governance.relay import persons
from governance.relay.routes import bp


@bp.post("/me/news")
@open_to(anyone)
def news() -> Any:
    """The box as it was sent: ticked or not."""
    if not persons.may_agree(current().person_id):
        raise Missing
    choose = persons.agree if request.form.get("wanted") else persons.take_back
    as_somebody(choose)
    return redirect(inside(request.form.get("back")) or url_for("people.me"), 303)
