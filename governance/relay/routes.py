"""The doors of the relay for people: 待转发 for workers, groups and what became of messages for keepers."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from governance.core.db import numbered
from governance.core.errors import Missing
from governance.core.pages import back
from governance.people.permissions import handler_role, keeper, may, office_role, officer
from governance.people.viewers import current, open_to
from governance.relay import actions, channels, forwarding, mass_keeping, queries
from governance.relay.model import Message
from governance.relay.picture import png
from governance.wechat.shelf import troubles

bp = Blueprint("relay", __name__)


@bp.get("/desk/relay")
@open_to(handler_role)
def desk() -> Any:
    done = request.args.get("done", type=int)
    page = {"cards": forwarding.cards(current()), "most": forwarding.MOST, "pastes": office_role.holds(current(), None)}
    return render_template("relay/desk.html", done=done, **page)


@bp.post("/desk/relay")
@open_to(handler_role)
def forwarded() -> Any:
    ids = _ids("groups"), _ids("events")
    if not ids[0]:
        return back("relay.desk", done=0)
    return back("relay.desk", done=forwarding.forwarded(current(), *ids))


def _ids(field: str) -> list[int]:
    """The ids a form brought, ours or not; what is not a row's number names nothing."""
    given = [part for value in request.form.getlist(field) for part in value.split(",")]
    return [int(part) for part in given[:2000] if part.isascii() and part.isdigit() and len(part) < 10]


@bp.get("/desk/relay/<int:delivery_id>.png")
@open_to(handler_role)
def picture(delivery_id: int) -> Any:
    link = forwarding.link_for(current(), delivery_id)
    if not link:
        raise Missing
    return Response(png(link), mimetype="image/png")


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
        tasks=mass_keeping.waiting(viewer),
        disabled=queries.disabled(viewer),
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
    actions.settle(current(), message, request.form.get("answer", ""))
    return back("relay.keep")


@bp.post("/keep/relay/tasks/<int:task_id>/cancel")
@open_to(keeper)
def cancel_task(task_id: int) -> Any:
    mass_keeping.cancel(current(), task_id)
    return back("relay.keep")


@bp.post("/keep/relay/jobs/<int:job_id>/retry")
@open_to(officer)
def retry_job(job_id: int) -> Any:
    actions.retry_job(job_id)
    return back("relay.keep")
