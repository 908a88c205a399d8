"""The page 待转发: cards to copy, and the QR code of a link."""

from typing import Any

from flask import Response, render_template, request

from governance.core.errors import Missing
from governance.core.web.pages import back
from governance.people.access.current import current, open_to
from governance.people.access.permissions import handler_role, office_role
from governance.relay.blueprint import bp
from governance.relay.channels.qr_image import png
from governance.relay.delivery import manual


@bp.get("/desk/relay")
@open_to(handler_role)
def desk() -> Any:
    done = request.args.get("done", type=int)
    page = {"cards": manual.cards(current()), "most": manual.MOST, "pastes": office_role.holds(current(), None)}
    return render_template("relay/desk.html", done=done, **page)


@bp.post("/desk/relay")
@open_to(handler_role)
def forwarded() -> Any:
    ids = _ids("groups"), _ids("events")
    if not ids[0]:
        return back("relay.desk", done=0)
    return back("relay.desk", done=manual.forwarded(current(), *ids))


def _ids(field: str) -> list[int]:
    """The ids in a form. Values that are no row's number are dropped."""
    given = [part for value in request.form.getlist(field) for part in value.split(",")]
    return [int(part) for part in given[:2000] if part.isascii() and part.isdigit() and len(part) < 10]


@bp.get("/desk/relay/<int:delivery_id>.png")
@open_to(handler_role)
def picture(delivery_id: int) -> Any:
    link = manual.link_for(current(), delivery_id)
    if not link:
        raise Missing
    return Response(png(link), mimetype="image/png")
