"""The page where a keeper picks a customer group to bind. Typing its id stays possible."""

from typing import Any

from flask import render_template, request

from governance.core.web.pages import back
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.groups import customer_groups
from governance.relay.groups.routes import bp
from governance.wechat.gateway import gateway


@bp.get("/customers")
@open_to(keeper)
def customers() -> Any:
    q = request.args.get("q", "").strip()[:60]
    page = customer_groups.found(q, request.args.get("after", ""))
    return render_template(
        "relay/customers.html",
        page=page,
        bound=customer_groups.bound(current(), page.rows),
        seen_at=customer_groups.last_seen(),
        connected=gateway().has("contact"),
        asked="asked" in request.args,
        channel=WecomMassTask.name,
        q=q,
    )


@bp.post("/customers")
@open_to(keeper)
def ask_customers() -> Any:
    customer_groups.ask_again()
    return back("groups.customers", asked=1)
