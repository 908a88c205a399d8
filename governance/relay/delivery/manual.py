"""待转发: what workers post by hand. Groups that hear the same words share a card; urgent ones have their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from governance.core.db import db, in_literals, now, writing
from governance.core.errors import Refused
from governance.core.web.pages import local
from governance.people.access.permissions import visible
from governance.people.access.viewer import Viewer
from governance.relay.channels.manual import Manual
from governance.relay.delivery.quiet_hours import may_go
from governance.relay.messages.audience import EventTellings, Telling, tellings_of
from governance.relay.messages.facts import scan_page
from governance.relay.messages.text import condensed, message_code, room_for_words, signed
from governance.relay.model import AUDIENCES, DUE, SENT, Delivery, Group, Message

MOST, SHOWN = 2000, 12


@dataclass(frozen=True)
class Card:
    """The same words for one or more groups, to be copied once."""

    audience: str
    at: datetime
    urgent: bool
    pressing: bool
    groups: tuple[Group, ...]
    events: tuple[int, ...]
    matters: int
    carried: frozenset[int]  # the deliveries that are sent with it
    first: int
    words: str
    link: str

    @property
    def audience_label(self) -> str:
        return AUDIENCES[self.audience]

    @property
    def count(self) -> int:
        return len(self.carried)

    @property
    def folds(self) -> bool:
        """Are there too many groups to list one per line on a phone?"""
        return len(self.groups) > SHOWN

    @property
    def rows(self) -> int:
        """The number of lines that the words take on a phone, which holds about 30 narrow or 15 wide characters."""
        wide = (sum(1 + (char > "\u2e7f") for char in line) for line in self.words.splitlines())
        return min(sum(width // 29 + 1 for width in wide) + 1, 16)


@dataclass(frozen=True)
class _Matter:
    """All deliveries of one group about one subject. Only the latest is told and stands for the others."""

    deliveries: tuple[Delivery, ...]
    said: Telling

    @property
    def latest(self) -> Delivery:
        return self.deliveries[-1]


# A group, a day, urgent or not; an event for many groups has a lane of its own, so that it becomes one card.
_Lane = tuple[int, date, bool, tuple[str, int] | None]


def cards(viewer: Viewer) -> list[Card]:
    """The cards this viewer may post now: pressing ones first, then urgent ones."""
    moment = now()
    mine = _waiting().where(visible(viewer, "group.relay", Group), Delivery.due_at <= moment, may_go(moment))
    owed = db.session.scalars(mine.limit(MOST)).all()
    return sorted(_cards(owed), key=lambda card: (not card.pressing, not card.urgent, card.first))


def _waiting() -> Select[Delivery]:
    query = (
        select(Delivery)
        .join(Delivery.group)
        .where(Delivery.channel == Manual.name, in_literals(Delivery.state, (DUE,)))
    )
    loads = (selectinload(Delivery.group).selectinload(Group.places), selectinload(Delivery.event))
    return query.order_by(Delivery.group_id, Delivery.id).options(*loads)


def _cards(owed: Iterable[Delivery]) -> list[Card]:
    lanes: dict[_Lane, list[_Matter]] = defaultdict(list)
    for matter in sorted(_matters(owed), key=lambda matter: matter.latest.id):
        said, alone = matter.said, matter.said.about if matter.said.wide else None
        lanes[matter.latest.group_id, local(matter.latest.event.at).date(), said.urgent, alone].append(matter)
    alike: dict[tuple[object, ...], list[list[_Matter]]] = defaultdict(list)
    for (_, when, urgent, _), matters in lanes.items():
        for piece in _pieces(sorted(matters, key=lambda matter: not matter.said.pressing)):
            words = tuple(matter.said.words for matter in piece)
            alike[piece[0].latest.group.audience, when, urgent, words].append(piece)
    return [_card(pieces) for pieces in alike.values()]


def _matters(owed: Iterable[Delivery]) -> Iterable[_Matter]:
    """What waits, by group and subject, without what is no longer told. The facts of an event are read once."""
    events: dict[int, EventTellings] = {}
    tellings: dict[tuple[int, str], Telling | None] = {}
    about: dict[tuple[int, tuple[str, int]], list[Delivery]] = defaultdict(list)
    for delivery in owed:
        key = (delivery.event_id, delivery.group.audience)
        if delivery.event_id not in events:
            events[delivery.event_id] = tellings_of(delivery.event)
        if key not in tellings:
            tellings[key] = events[delivery.event_id].telling(delivery.group.audience)
        if found := tellings[key]:
            about[delivery.group_id, found.about].append(delivery)
    for deliveries in about.values():
        if latest := tellings[deliveries[-1].event_id, deliveries[-1].group.audience]:
            yield _Matter(tuple(deliveries), latest)


def _pieces(matters: list[_Matter]) -> Iterable[list[_Matter]]:
    """Cut a lane where a message would become too long."""
    while matters:
        _, fit = _words(matters)
        yield matters[:fit]
        matters = matters[fit:]


def _words(matters: list[_Matter]) -> tuple[list[str], int]:
    lines = [(matter.said.about, matter.said.words) for matter in matters]
    return condensed(lines, room_for_words(Manual.longest_bytes))


def _card(pieces: list[list[_Matter]]) -> Card:
    carried = [delivery for piece in pieces for matter in piece for delivery in matter.deliveries]
    groups, piece = tuple(piece[0].latest.group for piece in pieces), pieces[0]
    first = min(one.id for one in carried)
    return Card(
        audience=groups[0].audience,
        at=max(matter.latest.event.at for matter in piece),
        urgent=piece[0].said.urgent,
        pressing=piece[0].said.pressing,
        groups=groups,
        events=tuple(sorted({one.event_id for one in carried})),
        matters=len(piece),
        carried=frozenset(one.id for one in carried),
        first=first,
        words=signed(_words(piece)[0], message_code(first)),
        link=piece[0].said.link if len(piece) == 1 else scan_page(groups[0].places[0]) or piece[0].said.link,
    )


def forwarded(by: Viewer, group_ids: Sequence[int], event_ids: Sequence[int]) -> int:
    """已转发: these groups were told these events by hand. Returns how many. Raises Refused if all were posted."""
    with writing():
        mine = _waiting().where(visible(by, "group.relay", Group))
        chosen = mine.where(Delivery.group_id.in_(group_ids), Delivery.event_id.in_(event_ids))
        owed = db.session.scalars(chosen.with_for_update(of=Delivery)).all()
        if not owed:
            raise Refused("这些群已经有人转发过了")
        for card in _cards(owed):
            _posted(card, by, [one for one in owed if one.id in card.carried])
    return len({delivery.group_id for delivery in owed})


def _posted(card: Card, by: Viewer, telling: Sequence[Delivery]) -> None:
    only = card.groups[0].id if len(card.groups) == 1 else None
    message = Message(
        short_code=message_code(card.first), group_id=only, channel=Manual.name, words=card.words, state=SENT
    )
    message.ended_at, message.settled_by_id = now(), by.staff_id
    db.session.add(message)
    for delivery in telling:
        delivery.state, delivery.message = SENT, message


def link_for(viewer: Viewer, delivery_id: int) -> str | None:
    """The link for the QR code beside the card with this delivery; None when it is on no card of this viewer."""
    return next((card.link for card in cards(viewer) if delivery_id in card.carried), None)
