"""Forms for the moves that a viewer may make, and the category's requirements for a finish."""

from sqlalchemy import select

from governance import links
from governance.core.db import db
from governance.core.errors import Invalid
from governance.core.lifecycle import Move
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.core.web.forms import Form
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.people.model import Body
from governance.tickets import photos, proof_of_place
from governance.tickets.actions import NEW_TOPIC
from governance.tickets.forms import MoveForm, move_form
from governance.tickets.model import Ticket


def move_forms(ticket: Ticket, viewer: Viewer, given: dict[str, Form]) -> list[tuple[Move, Form]]:
    """Return each move open to this viewer with its form. `given` holds refused forms, which are shown refilled."""
    offered = [move for move in ticket.next_moves() if may(viewer, f"ticket.{move.name}", ticket)]
    if ticket.private:
        offered = [move for move in offered if not move.in_public]
    return [
        (move, given.get(move.name) or move_form(move, choices(move, ticket, viewer)).blank().on_page_as(move.name))
        for move in offered
    ]


def choices(move: Move, ticket: Ticket, viewer: Viewer) -> dict[str, list[tuple[str, AnyText]]]:
    """Return the options of a move's questions, by the question's name."""
    return {ask.name: CHOSEN[ask.name](ticket, viewer) for ask in move.asks if ask.name in CHOSEN}


def one_tap(ticket: Ticket, viewer: Viewer) -> list[Move]:
    """Return the moves that a list may offer as one button."""
    offered = [move for move in ticket.next_moves() if move.one_tap]
    return [move for move in offered if may(viewer, f"ticket.{move.name}", ticket)]


def _bodies(ticket: Ticket, viewer: Viewer) -> list[tuple[str, AnyText]]:
    """Return the bodies that may receive work from the ticket's place."""
    query = select(Body).where(Body.place_id.in_(ticket.place.ancestors)).order_by(Body.name)
    return [(str(body.id), body.name) for body in db.session.scalars(query)]


def _topics(ticket: Ticket, viewer: Viewer) -> list[tuple[str, AnyText]]:
    return [(NEW_TOPIC, _l("新议题")), *links.topics().open_at(ticket.place, viewer)]


CHOSEN = {"body": _bodies, "topic": _topics}  # by the question's name


def needs_before_finish(ticket: Ticket, viewer: Viewer, form: MoveForm) -> None:
    """Raises Invalid when a photo or a scan that the category requires is missing."""
    missing = {}
    if ticket.category.photo_to_finish and not photos.staged(viewer, form.submission.data):
        missing["photos"] = _l("这一类办结要有一张现场照片")
    if ticket.category.scan_to_finish and not proof_of_place.is_here(viewer, ticket.place):
        missing["note"] = _l("请先扫一下这里的码，再办结（写的都还在）")
    if missing:
        raise Invalid(missing)
