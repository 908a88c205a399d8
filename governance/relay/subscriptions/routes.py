"""The route where a resident consents to messages by WeChat or withdraws it."""

from typing import Any

from flask import redirect, request, url_for

from governance.core.errors import Missing
from governance.core.translation import LazyText as _l
from governance.core.web.acknowledgement import acknowledge
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
    way_back = inside(request.form.get("back")) or url_for("people.me")
    agreed = choose is recipients.agree
    line = _l("记下了，有进展会用微信告诉您。") if agreed else _l("记下了，不再用微信告诉您。")
    acknowledge(way_back.rpartition("/")[2], line)
    return redirect(way_back, 303)
