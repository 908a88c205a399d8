"""What may be said of an event's subject, noun by noun: plain names, counts and a link.

Never who, and no free words but those that staff have written or looked at. A slice above tells its own: `about`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from governance.core.db import connection, db
from governance.core.events import Event
from governance.core.web.pages import local
from governance.discussions.lifecycle import PROPOSED
from governance.discussions.model import Topic
from governance.places import landing
from governance.places.codes import first_living
from governance.places.model import Place
from governance.relay.messages.text import address
from governance.relay.model import Group
from governance.tickets.model import Ticket

URGENT_HOURS = 4  # what must be handled within a half shift is not left to the day's digest


@dataclass(frozen=True)
class Facts:
    """`said` goes into the words; the rest decides who hears them and how soon."""

    said: dict[str, Any]
    private: bool = False
    verified_first: bool = False
    urgent: bool = False
    over: bool = False  # nothing more is to be done about it
    running: bool = False  # somebody has to do something about it, and the clock runs
    stage: str = ""  # the state it is in
    below: bool = False  # told in the places inside too
    above: bool = True  # told in the places around it too
    only: tuple[str, ...] = ()  # these audiences alone
    card: bool = False  # worth a card of its own: it leads to more than its words
    picture: str = ""  # the address of a photo that everybody may see
    drawn: bool = False  # its link is to be seen as a QR code

    @property
    def pressing(self) -> bool:
        """Urgent, and still to be acted on: said before anything else. What has no stages is so while it is told."""
        return self.urgent and (self.running or not self.stage)


def _ticket(event: Event) -> Facts | None:
    ticket = db.session.get(Ticket, event.subject_id)
    if ticket is None:
        return None
    private = ticket.private or ticket.category.private
    said = {
        "place": near_name(ticket.place),
        "category": ticket.category.label,
        "number": ticket.number,
        "moment": _moment(event),
        "at": f"{local(event.at).year}年{_moment(event)}",
        "private": private,
        "due": _clock(ticket.due_at),
        "link": address(f"/t/{ticket.ref}"),
        "joined": _count(event.data.get("joined"), ticket.joined),
        "round": _count(event.data.get("round"), ticket.round),
        "to_verify": ticket.category.verify,
    }
    is_urgent = ticket.category.hours <= URGENT_HOURS
    picture = _after_photo(ticket, event) if event.verb in ("finish", "verify") else ""
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
    )


def _after_photo(ticket: Ticket, event: Event) -> str:
    """Where the last photo it was finished with is shown, if everybody may see it; once hidden, nothing is there."""
    if ticket.private or ticket.category.private or ticket.checked_at is None or ticket.photos_hidden:
        return ""
    of_ticket = select(Event).filter_by(noun="ticket", subject_id=ticket.id, verb="finish").order_by(Event.id.desc())
    finished = db.session.scalars(of_ticket.where(Event.id <= event.id).limit(1)).first()
    if finished is None or not finished.data.get("photos"):
        return ""
    near = [photo for photo in ticket.photos if photo.step == "finish" and photo.at <= finished.at]
    shown = [photo for photo in near[-finished.data["photos"] :] if photo.shows]
    return address(f"/t/{ticket.ref}/photos/{shown[-1].key}-full.jpg") if shown else ""


def _topic(event: Event) -> Facts | None:
    topic = db.session.get(Topic, event.subject_id)
    if topic is None or not _is_news(topic, event.verb):
        return None
    said = {
        "place": near_name(topic.place),
        "title": topic.title,
        "deed": event.data.get("title", ""),
        "link": address(f"/topics/{topic.ref}{PLACES_ON_PAGE.get(event.verb, '')}"),
    }
    return Facts(said, below=event.verb != "propose", card=True)


def _is_news(topic: Topic, verb: str) -> bool:
    """A proposal while somebody still has to look at it; everything else once somebody has."""
    return topic.state == PROPOSED if verb == "propose" else topic.checked_at is not None


PLACES_ON_PAGE = {"decide": "#decision", "deed": "#chain"}  # where on the topic's page the news stands


def _group(event: Event) -> Facts | None:
    group = db.session.get(Group, event.subject_id)
    if group is None:
        return None
    said = {"group": group.name, "moment": _moment(event)}
    if event.verb == "code":
        said |= {"place": near_name(group.places[0]), "link": address(f"/c/{event.data['code']}")}
    return Facts(said, urgent=True, drawn=event.verb == "code")


def _moment(event: Event) -> str:
    """The date in full: a message is read days later too."""
    return _clock(event.at)


def _clock(moment: datetime) -> str:
    at = local(moment)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _count(given: Any, otherwise: int) -> int:
    return given if isinstance(given, int) else otherwise


def near_name(place: Place) -> str:
    """The name people of the neighbourhood use."""
    return landing.near_name(connection(), place)


def scan_page(place: Place) -> str:
    """The address behind a code of this place; empty where it has none."""
    code = first_living(place)
    return page_of(code.token if code else None)


def page_of(token: str | None) -> str:
    return address(f"/c/{token}") if token else ""


Tell = Callable[[Event], Facts | None]
_NOUNS: dict[str, Tell] = {"ticket": _ticket, "topic": _topic, "group": _group}


def about(noun: str) -> Callable[[Tell], Tell]:
    """Register what may be said of the subjects of a slice above this one."""

    def register(tell: Tell) -> Tell:
        _NOUNS[noun] = tell
        return tell

    return register


def facts_of(event: Event) -> Facts | None:
    """What may be said of this event, or nothing when its subject is gone or not a matter for groups."""
    tell = _NOUNS.get(event.noun)
    return tell(event) if tell else None
