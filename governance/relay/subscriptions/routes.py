"""The route where a resident consents to messages by WeChat or withdraws it."""

from typing import Any

from flask import redirect, request, url_for

from governance.core.errors import Missing
from governance.core.web.pages import inside
from governance.people.access.current import as_person, current, open_to
from governance.people.access.permissions import anyone
from governance.relay.blueprint import bp
from governance.relay.subscriptions import recipients


@bp.post("/me/news")
@open_to(anyone)
def news() -> Any:
    """Save the consent box."""
    if not recipients.may_agree(current().person_id):
        raise Missing
    choose = recipients.agree if request.form.get("wanted") else recipients.take_back
    as_person(choose)
    return redirect(inside(request.form.get("back")) or url_for("people.me"), 303)
