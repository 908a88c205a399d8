"""待转发: what workers post by hand. Groups that are to hear the same words are one card; urgent ones stand apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from governance.core.db import db, now, writing
from governance.core.errors import Refused
from governance.core.pages import local
from governance.people.access import Viewer
from governance.people.permissions import visible
from governance.places.model import Code
from governance.relay.audience import Telling, telling
from governance.relay.channels.manual import Manual
from governance.relay.model import AUDIENCES, DUE, SENT, Delivery, Group, Message, among
from governance.relay.wording import address, mark, packed, room_for_words, signed

MOST = 2000


@dataclass(frozen=True)
class Card:
    """The same words for one or more groups, to be copied once."""

    audience: str
    at: datetime
    urgent: bool
    groups: tuple[Group, ...]
    events: tuple[int, ...]
    first: int
    words: str
    link: str

    @property
    def audience_label(self) -> str:
        return AUDIENCES[self.audience]

    @property
    def rows(self) -> int:
        """How many lines the words take on a phone, where about 30 narrow or 15 wide characters fit."""
        wide = (sum(1 + (char > "\u2e7f") for char in line) for line in self.words.splitlines())
        return min(sum(width // 29 + 1 for width in wide) + 1, 16)


@dataclass(frozen=True)
class _Key:
    audience: str
    day: date
    urgent: bool
    events: tuple[int, ...]


def cards(viewer: Viewer) -> list[Card]:
    """What this viewer may post now, urgent ones first."""
    owed = db.session.scalars(_waiting().where(visible(viewer, "group.relay", Group)).limit(MOST)).all()
    return sorted(_cards(owed), key=lambda card: (not card.urgent, card.first))


def _waiting() -> Select[Delivery]:
    query = select(Delivery).join(Delivery.group).where(Delivery.channel == Manual.name, among(Delivery.state, (DUE,)))
    loads = (selectinload(Delivery.group).selectinload(Group.places), selectinload(Delivery.event))
    return query.order_by(Delivery.group_id, Delivery.id).options(*loads)


def _cards(owed: Iterable[Delivery]) -> list[Card]:
    tellings: dict[tuple[int, str], Telling | None] = {}
    lines: dict[tuple[int, date, bool], list[Delivery]] = defaultdict(list)
    for delivery in owed:
        key = (delivery.event_id, delivery.group.audience)
        if key not in tellings:
            tellings[key] = telling(delivery.event, delivery.group.audience)
        told = tellings[key]
        if told:
            lines[(delivery.group_id, local(delivery.event.at).date(), told.urgent)].append(delivery)
    alike: dict[_Key, list[list[Delivery]]] = defaultdict(list)
    for (_, when, urgent), line in lines.items():
        for piece in _pieces(line, tellings):
            key_ = _Key(line[0].group.audience, when, urgent, tuple(one.event_id for one in piece))
            alike[key_].append(piece)
    return [_card(key, pieces, tellings) for key, pieces in alike.items()]


def _pieces(line: list[Delivery], tellings: Mapping[tuple[int, str], Telling | None]) -> Iterable[list[Delivery]]:
    """A day's line, cut where one message would become too long."""
    while line:
        fits = len(packed(_texts(line, tellings), room_for_words(Manual.longest_bytes)))
        yield line[:fits]
        line = line[fits:]


def _texts(line: Sequence[Delivery], tellings: Mapping[tuple[int, str], Telling | None]) -> list[str]:
    told = (tellings[(one.event_id, one.group.audience)] for one in line)
    return [one.words for one in told if one]


def _card(key: _Key, pieces: list[list[Delivery]], tellings: Mapping[tuple[int, str], Telling | None]) -> Card:
    groups, first = tuple(piece[0].group for piece in pieces), min(piece[0].id for piece in pieces)
    told = tellings[(key.events[0], key.audience)]
    link = told.link if told and len(key.events) == 1 else _scan_page(groups[0]) or (told.link if told else "")
    words = signed(_texts(pieces[0], tellings), mark(first))
    return Card(key.audience, pieces[0][-1].event.at, key.urgent, groups, key.events, first, words, link)


def _scan_page(group: Group) -> str:
    """Where the code on the group's place leads: everything that is going on there."""
    posted = (
        select(Code.token).where(Code.place_id == group.places[0].id, Code.state != "retired").order_by(Code.number)
    )
    token = db.session.scalar(posted.limit(1))
    return address(f"/c/{token}") if token else ""


def forwarded(viewer: Viewer, group_ids: Sequence[int], event_ids: Sequence[int]) -> int:
    """已转发: these groups have been told these events by hand, just now. Says how many groups."""
    with writing():
        mine = _waiting().where(visible(viewer, "group.relay", Group))
        chosen = mine.where(Delivery.group_id.in_(group_ids), Delivery.event_id.in_(event_ids))
        owed = db.session.scalars(chosen.with_for_update(of=Delivery)).all()
        if not owed:
            raise Refused("这些群已经有人转发过了")
        for card in _cards(owed):
            _posted(viewer, card, [one for one in owed if one.event_id in card.events and one.group in card.groups])
    return len({delivery.group_id for delivery in owed})


def _posted(viewer: Viewer, card: Card, told: Sequence[Delivery]) -> None:
    only = card.groups[0].id if len(card.groups) == 1 else None
    message = Message(mark=mark(card.first), group_id=only, channel=Manual.name, words=card.words, state=SENT)
    message.ended_at, message.settled_by_id = now(), viewer.staff_id
    db.session.add(message)
    for delivery in told:
        delivery.state, delivery.message = SENT, message


def link_for(viewer: Viewer, delivery_id: int) -> str | None:
    """Where the picture beside the card with this delivery leads; nothing when it is on no card of this viewer."""
    owed = db.session.get(Delivery, delivery_id)
    mine = (card for card in cards(viewer) if owed and owed.event_id in card.events and owed.group in card.groups)
    return next((card.link for card in mine), None)
