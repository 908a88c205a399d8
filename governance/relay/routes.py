"""The pages of the relay: 待转发 for workers; groups and outcomes of messages for keepers."""

from typing import Any

from flask import render_template, request

from governance.core.db import numbered
from governance.core.errors import Missing
from governance.core.web.pages import back
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper, may, officer
from governance.relay import channels
from governance.relay.blueprint import bp
from governance.relay.delivery import actions, queries
from governance.relay.mass_tasks import actions as delivery_actions
from governance.relay.model import Message
from governance.wechat.token_store import troubles


@bp.get("/keep/relay")
@open_to(keeper)
def keep() -> Any:
    viewer = current()
    return render_template(
        "relay/keep.html",
        unknown=queries.unknown(viewer),
        failed=queries.failed(viewer),
        held_back=queries.held_back(viewer),
        waiting=queries.waiting(viewer),
        tasks=delivery_actions.waiting(viewer),
        disabled=queries.disabled(viewer),
        entry_codes=queries.entry_codes_to_renew(viewer),
        jobs=queries.failed_jobs() if officer.holds(viewer, None) else [],
        tokens=troubles(),
        answers=actions.ANSWERS,
        channels=channels.known(),
    )


@bp.post("/keep/relay/messages/<int:message_id>/settle")
@open_to(keeper)
def settle(message_id: int) -> Any:
    message = numbered(Message, message_id)
    thing = actions.kept_with(message) if message else None
    if message is None or thing is None or not may(current(), "group.keep", thing):
        raise Missing
    actions.settle_message(message, current(), request.form.get("answer", ""))
    return back("relay.keep")


@bp.post("/keep/relay/tasks/<int:task_id>/cancel")
@open_to(keeper)
def cancel_task(task_id: int) -> Any:
    delivery_actions.cancel(task_id, current())
    return back("relay.keep")


@bp.post("/keep/relay/jobs/<int:job_id>/retry")
@open_to(officer)
def retry_job(job_id: int) -> Any:
    actions.retry_job(job_id)
    return back("relay.keep")
