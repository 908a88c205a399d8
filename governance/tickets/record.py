"""Record ticket events in the hash chain of the place, and refresh the scan pages that show the ticket."""

from typing import Any

from governance.core.events import append
from governance.people.access.viewer import Viewer
from governance.places.actions import freshen
from governance.places.landing import PlaceRow
from governance.places.model import Place
from governance.tickets.model import Ticket


def record_event(ticket: Ticket, verb: str, by: Viewer, words: str = "", **facts: Any) -> None:
    """Append an event with the current path of the place. Refresh the scan pages of a public ticket."""
    record_event_at(ticket.id, ticket.place, ticket.private, verb, by, words, **facts)


def record_event_at(
    id_: int, place: Place | PlaceRow, private: bool, verb: str, by: Viewer, words: str = "", **facts: Any
) -> None:
    append(
        f"ticket.{verb}",
        id_,
        stream=place.stream,
        scope=place.path,
        actor=by.label,
        actor_id=by.staff_id or by.person_id,
        words=words,
        **facts,
    )
    if not private:
        freshen(place)
