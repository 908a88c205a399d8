"""Public summaries of tickets for the page of a place. The query never returns unchecked words.

Prepared statements return plain rows (docs/adr/0008), because the scan page gets the most requests.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, literal, or_, select

from governance.core.db import begins_with, now
from governance.core.sql_statements import Prepared
from governance.places.model import Place
from governance.tickets import lifecycle as life
from governance.tickets import progress
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import Category, Follow, Ticket, headline, too_late
from governance.tickets.responses.answers import is_unanswered
from governance.triage.masking import masked

MOST_OPEN, MOST_DONE, MOST_JOINABLE, LATELY = 12, 3, 8, timedelta(days=30)
MOST_UNANSWERED = 20


class TicketSummary(NamedTuple):
    """One ticket as the page of a place shows it."""

    ref: str
    state: str
    slug: str
    category: str
    words: str
    public_words: str | None
    place_id: int
    place: str
    joined: int
    submitted_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None

    @property
    def title(self) -> str:
        said = masked(self.words).text if self.public_words is None and self.words else self.public_words or ""
        return headline(said, self.category)

    @property
    def is_told(self) -> bool:
        """Whether the title says more than the category, so that others know what it is."""
        return self.title != self.category

    @property
    def status(self) -> life.TicketState:
        return LIFE.state(self.state)

    @property
    def is_late(self) -> bool:
        return too_late(self.state, self.due_at)

    @property
    def tone(self) -> str:
        return progress.tone(self)

    @property
    def took(self) -> str:
        return progress.ago(self)


def _among(states: Sequence[str]) -> ColumnElement[bool]:
    """Render the states as literals, so that the statement is compiled only once."""
    return Ticket.state.in_([literal(state) for state in states])


_SHOWN = and_(Ticket.checked_at.is_not(None), Ticket.words_hidden.is_(False))
_WORDS, _PUBLIC = case((_SHOWN, Ticket.words), else_=""), case((_SHOWN, Ticket.public_words))
_FACES = (
    select(
        Ticket.ref,
        Ticket.state,
        Category.slug,
        Category.label,
        _WORDS,
        _PUBLIC,
        Ticket.place_id,
        Place.name,
        Ticket.joined,
    )
    .add_columns(Ticket.submitted_at, Ticket.due_at, Ticket.resolved_at, Ticket.closed_at)
    .join(Ticket.category)
    .join(Ticket.place)
)
_PLACES = select(Place.id).where(
    or_(begins_with(Place.path, bindparam("path")), Place.id.in_([bindparam("courtyard"), bindparam("building")]))
)
_HERE = _FACES.where(Ticket.place_id.in_(_PLACES), Ticket.private.is_(False))
_OPEN = _HERE.where(_among(life.LISTED)).order_by(Ticket.joined.desc(), Ticket.id.desc())
_DONE = _HERE.where(_among(life.PUT_RIGHT), Ticket.resolved_at > bindparam("since"))
OPEN = Prepared(_OPEN.limit(MOST_OPEN), TicketSummary._make)
_JOINABLE = _OPEN.where(Ticket.urgent.is_(False))  # each witness must report a danger, not join one
JOINABLE = Prepared(_JOINABLE.limit(MOST_JOINABLE), TicketSummary._make)
_FOLLOWED = (Follow.person_id == bindparam("person"), Follow.hidden_at.is_(None))
_ASKED = select(Ticket.id).join(Follow, Follow.ticket_id == Ticket.id).where(*_FOLLOWED)
_UNANSWERED = _ASKED.where(is_unanswered(bindparam("person"))).order_by(Ticket.id.desc())
UNANSWERED = Prepared(_UNANSWERED.limit(MOST_UNANSWERED), lambda row: int(*row))
DONE = Prepared(_DONE.order_by(Ticket.id.desc()).limit(MOST_DONE), TicketSummary._make)


def here(connection: Connection, path: str, line: Mapping[str, int]) -> tuple[list[TicketSummary], list[TicketSummary]]:
    """Return the open tickets and the recently resolved tickets of a place.

    Both include places inside this one and the courtyard and building around it. `path` is the path of the place;
    `line` maps the kind of each ancestor to its id.
    """
    places = _around(path, line)
    return OPEN.all(connection, **places), DONE.all(connection, **places, since=now() - LATELY)


def joinable(connection: Connection, path: str, line: Mapping[str, int]) -> list[TicketSummary]:
    """Return the open tickets that the report form offers as "the same here", most joined first. As in `here`."""
    return JOINABLE.all(connection, **_around(path, line))


def unanswered(connection: Connection, person_id: int) -> list[int]:
    """Return the ids of the finished tickets that wait for this person's answer."""
    return UNANSWERED.all(connection, person=person_id)


def _around(path: str, line: Mapping[str, int]) -> dict[str, Any]:
    return {"path": path, "courtyard": line.get("courtyard"), "building": line.get("building")}
