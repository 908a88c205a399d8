"""What may be said of an event's subject, noun by noun: names of places and categories, counts, and a link.

No person is named. Free words appear only if staff wrote or checked them. A slice above registers a noun with `about`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select

from governance.core.db import db
from governance.core.events import Event
from governance.core.web.pages import local
from governance.discussions.lifecycle import PROPOSED
from governance.discussions.model import Topic
from governance.people.model import ROLES
from governance.places.codes import first_living
from governance.places.model import Place, near_name_of
from governance.relay.messages.text import address
from governance.relay.model import Group
from governance.tickets.lifecycle import APPEALED, SETTLING
from governance.tickets.model import Ticket

URGENT_HOURS = 4  # a ticket due within half a shift does not wait for the day's digest
Fact = str | int | tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """`said` fills the template; the other fields decide who hears it and how soon."""

    said: Mapping[str, Fact]
    private: bool = False
    verified_first: bool = False  # residents hear of the finish only after it was verified
    urgent: bool = False
    over: bool = False  # the ticket is closed
    running: bool = False  # staff must act, and the clock runs
    stage: str = ""  # the state of the subject
    inside: bool = False  # told in the places inside the event's place too
    told_at: tuple[int, ...] = ()  # only groups of these places; empty means any in the scope
    around: bool = True  # told in the places around the event's place too
    audiences: tuple[str, ...] = ()  # only these audiences; empty means any
    card: bool = False  # sent as a card of its own: the link leads to more than the words
    picture: str = ""  # the address of a public photo
    drawn: bool = False  # the link is sent as a QR code

    @property
    def pressing(self) -> bool:
        """Urgent and still to be acted on. A subject without states is so as long as it is told."""
        return self.urgent and (self.running or not self.stage)

    @property
    def link(self) -> str:
        return str(self.said.get("link", ""))

    @property
    def joined(self) -> int:
        """How many people met the same; 0 where nobody counts."""
        count = self.said.get("joined", 0)
        return count if isinstance(count, int) else 0


class ReadFacts(Protocol):
    """Reads what may be said of one event of its noun; None when the subject is gone or not to be told."""

    def __call__(self, event: Event) -> Facts | None: ...


def _ticket(event: Event) -> Facts | None:
    ticket = db.session.get(Ticket, event.subject_id)
    if ticket is None:
        return None
    private = ticket.private or ticket.category.private
    said: dict[str, Fact] = {
        "place": near_name(ticket.place),
        "category": ticket.category.label,
        "number": ticket.number,
        "moment": _moment(event),
        "reported": _clock(ticket.submitted_at),
        "at": f"{local(event.at).year}年{_moment(event)}",
        "private": private,
        "due": _clock(ticket.due_at),
        "link": address(f"/t/{ticket.ref}"),
        "joined": _count(event.data.get("joined"), ticket.joined),
        "round": _count(event.data.get("round"), ticket.round),
        "looks_again": ROLES[ticket.appeal_to].in_chinese if ticket.state == APPEALED and ticket.appeal_to else "",
        "to_verify": ticket.category.verify,
    }
    is_urgent = ticket.urgent or ticket.category.hours <= URGENT_HOURS
    picture = _after_photo(ticket, event) if event.verb in SETTLING else ""
    return Facts(
        said,
        private,
        ticket.category.verify,
        is_urgent,
        over=not ticket.status.open,
        running=ticket.running,
        stage=ticket.state,
        card=bool(picture),
        picture=picture,
        told_at=_above_grid(ticket) if ticket.category.above_grid else (),
    )


def _above_grid(ticket: Ticket) -> tuple[int, ...]:
    """The offices above the grid: its worker and those around hear nothing of what may be about them."""
    return tuple(id_ for id_ in (ticket.district_id, ticket.street_id, ticket.community_id) if id_)


def _after_photo(ticket: Ticket, event: Event) -> str:
    """The address of the last photo of the latest finish; empty unless everybody may see it."""
    if ticket.private or ticket.category.private or ticket.checked_at is None:
        return ""
    of_ticket = select(Event).filter_by(noun="ticket", subject_id=ticket.id, verb="finish").order_by(Event.id.desc())
    finished = db.session.scalars(of_ticket.where(Event.id <= event.id).limit(1)).first()
    if finished is None or not finished.data.get("photos"):
        return ""
    near = [photo for photo in ticket.photos if photo.step == "finish" and photo.at <= finished.at]
    shown = [photo for photo in near[-finished.data["photos"] :] if photo.shows and photo.let_out]
    return address(f"/t/{ticket.ref}/photos/{shown[-1].key}-full.jpg") if shown else ""


def _topic(event: Event) -> Facts | None:
    topic = db.session.get(Topic, event.subject_id)
    if topic is None or not _is_news(topic, event.verb):
        return None
    said: dict[str, Fact] = {
        "place": near_name(topic.place),
        "title": topic.title,
        "deed": event.data.get("title", ""),
        "link": address(f"/topics/{topic.ref}{PLACES_ON_PAGE.get(event.verb, '')}"),
    }
    danger = event.verb == "danger"
    return Facts(said, urgent=danger, running=danger, inside=event.verb not in ("propose", "danger"), card=True)


def _is_news(topic: Topic, verb: str) -> bool:
    """A proposal is news until staff have checked the topic; everything else only afterwards, but for a danger.

    Of a proposal with danger in it only the danger is told.
    """
    if verb == "danger":
        return True
    if topic.urgent:
        return False
    return topic.state == PROPOSED if verb == "propose" else topic.checked_at is not None


PLACES_ON_PAGE = {"decide": "#decision", "deed": "#chain"}  # fragments of the topic's page


def _group(event: Event) -> Facts | None:
    group = db.session.get(Group, event.subject_id)
    if group is None:
        return None
    said: dict[str, Fact] = {"group": group.name, "moment": _moment(event)}
    if event.verb == "code":
        said |= {"place": near_name(group.places[0]), "link": address(f"/c/{event.data['code']}")}
    return Facts(said, urgent=True, drawn=event.verb == "code")


def _moment(event: Event) -> str:
    """The event's date and time; a message may be read days later."""
    return _clock(event.at)


def _clock(moment: datetime) -> str:
    at = local(moment)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _count(given: Any, otherwise: int) -> int:
    return given if isinstance(given, int) else otherwise


def near_name(place: Place) -> str:
    """The name that neighbours use for the place: from the courtyard down, or its own name above courtyards."""
    return near_name_of(place.above())


def scan_page(place: Place) -> str:
    """The address of the place's scan page; empty where it has no code."""
    code = first_living(place)
    return address(f"/c/{code.token}") if code else ""


_READERS: dict[str, ReadFacts] = {"ticket": _ticket, "topic": _topic, "group": _group}


def about(noun: str) -> Callable[[ReadFacts], ReadFacts]:
    """Register the reader for the events of a noun of a slice above this one."""

    def register(read: ReadFacts) -> ReadFacts:
        _READERS[noun] = read
        return read

    return register


def facts_of(event: Event) -> Facts | None:
    """Read the facts of an event; None when its subject is gone or not to be told. Costs several queries."""
    read = _READERS.get(event.noun)
    return read(event) if read else None
