"""Progress of a ticket: its current state, its next step, and the past steps that the viewer may read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from governance.core.db import now
from governance.core.events import Event, history
from governance.core.lifecycle import Reader
from governance.core.translation import LazyText as _l
from governance.core.translation import translate as _
from governance.core.web.pages import minute
from governance.people.access.permissions import may
from governance.people.access.viewer import NOBODY, Viewer
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import SOLVED, Photo, Ticket, headline
from governance.tickets.publishing import PARTS
from governance.triage.masking import WHERE, masked

COMES_FIRST = _l("先办这一件")
NAMED: dict[str, Callable[[Any], str]] = {  # how to format a line's detail that is not plain text
    "solved": lambda answer: str(SOLVED[answer]),
    "parts": lambda parts: "、".join(str(PARTS[part]) for part in parts),
}


@dataclass(frozen=True)
class Step:
    label: str
    at: datetime
    who: str
    words: str = ""
    photos: list[Photo] = field(default_factory=list)


def tone(ticket: Any) -> str:
    """Return the colour of the state chip, for a ticket or its summary. The label says the same in words."""
    return "late" if ticket.is_late else ticket.status.tone


def now_and_next(ticket: Ticket, asked: bool = False, viewer: Viewer = NOBODY) -> tuple[str, str]:
    """Return the two sentences as this viewer may read them. `asked`: they may answer what the second one asks."""
    until = ticket.status.overdue if ticket.is_late else ticket.status.deadline
    deadline = str(COMES_FIRST if ticket.is_crisis else until) % {"due": minute(ticket.due_at)}
    facts = {"owner": ticket.owner, "deadline": deadline, "why": _readable(ticket, viewer, ticket.hold_reason or "")}
    then = ticket.status.next if asked else ticket.status.next_unasked or ticket.status.next
    return str(ticket.status.now) % facts, str(then) % facts


def steps(ticket: Ticket, viewer: Viewer) -> list[Step]:
    """Return the steps that the viewer may read, newest first."""
    reader, may_see = _reader(ticket, viewer), may(viewer, "ticket.original", ticket)
    shown_verbs = LIFE.read_by(reader)
    found = [event for event in history("ticket", ticket.id) if event.verb in shown_verbs]
    made = [_step(ticket, event, reader, may_see) for event in found][::-1]
    return [replace(step, words=_readable(ticket, viewer, step.words)) for step in made]


def _readable(ticket: Ticket, viewer: Viewer, words: str) -> str:
    """Words of the staff. Others than the reporter and who works on it read no numbers, doors and names in them."""
    reader = _reader(ticket, viewer)
    if reader is Reader.EVERYBODY:
        return masked(words).text
    return words if reader is Reader.CONCERNED or may(viewer, "ticket.contact", ticket) else masked(words, WHERE).text


def words_for(ticket: Ticket, viewer: Viewer) -> str:
    """The words as this viewer may read them: the body reads no numbers and names unless the contact was sent."""
    if may(viewer, "ticket.contact", ticket) or may(viewer, "ticket.withdraw", ticket):
        return ticket.words
    return ticket.body_words if may(viewer, "ticket.original", ticket) else ticket.said_publicly


def title_for(ticket: Ticket, viewer: Viewer) -> str:
    """The title as this viewer may read it: the beginning of the words, else the category."""
    if may(viewer, "ticket.original", ticket):
        return headline(words_for(ticket, viewer), ticket.category.label)
    return ticket.public_title


def _reader(ticket: Ticket, viewer: Viewer) -> Reader:
    if may(viewer, "ticket.work", ticket):
        return Reader.IN_CHARGE
    return Reader.CONCERNED if may(viewer, "ticket.withdraw", ticket) else Reader.EVERYBODY


def _step(ticket: Ticket, event: Event, reader: Reader, may_see: bool) -> Step:
    line = LIFE.lines[event.verb]
    by_staff = event.actor not in ("居民", "系统", "凭条人")
    who = event.actor if by_staff or reader is Reader.IN_CHARGE else ""
    shown = event.words or "" if line.words <= reader else ""
    photos = [photo for photo in _photos(ticket, event) if may_see or (photo.let_out and ticket.checked_at)]
    return Step(_label(event), event.at, who, shown, photos)


def latest(ticket: Ticket, verb: str) -> str:
    """What the last line under this verb says was done, with whom or what it names."""
    return _label([event for event in history("ticket", ticket.id) if event.verb == verb][-1])


def _label(event: Event) -> str:
    line = LIFE.lines[event.verb]
    named = event.data.get(line.detail)
    detail = NAMED.get(line.detail, str)(named) if named else ""
    return f"{line.done}{' ' if detail else ''}{detail}"


def _photos(ticket: Ticket, event: Event) -> list[Photo]:
    """Return the photos that came with the event, apart from the photos of the report."""
    if not event.data.get("photos") or event.verb == "report":
        return []
    near = [photo for photo in ticket.photos if photo.step == event.verb and photo.at <= event.at]
    return near[-event.data["photos"] :]


def ago(ticket: Any) -> str:
    """Return the time from the report to the end, or to now."""
    hours = int(((ticket.closed_at or ticket.resolved_at or now()) - ticket.submitted_at).total_seconds() // 3600)
    if hours < 1:
        return _("不到 1 小时")
    return _("%(n)s 天", n=hours // 24) if hours >= 48 else _("%(n)s 小时", n=hours)
