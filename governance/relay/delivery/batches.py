"""Parcels: the claimed deliveries of a group, put into the words of one message.

Of several lines about one subject only the latest stays and carries the deliveries of all. Pressing ones come first.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label, Row, case, func, literal, or_, select

from governance.core.db import db
from governance.core.events import Event
from governance.relay.channels.base import Channel
from governance.relay.messages.audience import Telling, tellings_of
from governance.relay.messages.text import condensed, message_code, room_for_words, signed
from governance.relay.model import Group, Message
from governance.relay.subscriptions.recipients import concerns

NOT_PUBLIC, STOPPED = "已不公开，不再告诉这个群", "已停用"
Claimed = Row[int, int, int, int, bool, bool]  # a delivery: id, group_id, event_id, tries, urgent, ready


@dataclass(frozen=True)
class Parcel:
    """One message to one group."""

    claim: str
    group_id: int
    robot: str | None
    bound: Mapping[str, str]
    words: str
    short_code: str
    deliveries: tuple[int, ...]
    left: tuple[int, ...]  # claimed with them, but the message had no room
    tries: int
    person_id: int | None = None  # the person of an own group
    news: str = ""  # the event's name, for messages to one person
    matters: tuple[Telling, ...] = ()  # the words by subject, for channels with cards or lists
    message_id: int = 0


def carrying(message: Message) -> Parcel:
    """The parcel of a message that was started before, for settling it."""
    carried = message.deliveries
    return Parcel(
        claim="",
        group_id=message.group_id or 0,
        robot=message.robot,
        bound={},
        words=message.words,
        short_code=message.short_code,
        deliveries=tuple(delivery.id for delivery in carried),
        left=(),
        tries=max((delivery.tries for delivery in carried), default=0),
        message_id=message.id,
    )


def composed(
    name: str, channel: Channel, taken: Mapping[int, list[Claimed]]
) -> tuple[list[Parcel], Mapping[str, list[int]]]:
    """One parcel for each group; and, by reason, the deliveries that are not told after all."""
    heard = or_(Group.heard_as.is_not(None), literal(channel.hears_answers)).label("heard")
    columns = (Group.id, Group.audience, heard, Group.robot, Group.settings, Group.person_id, _stopped())
    groups = {row.id: row for row in db.session.execute(select(*columns).where(Group.id.in_(taken)))}
    tellings = _tellings_of(
        {row.event_id for rows in taken.values() for row in rows},
        {(one.audience, one.heard) for one in groups.values()},
    )
    parcels, untold = list[Parcel](), defaultdict[str, list[int]](list)
    for group_id, rows in taken.items():
        group = groups[group_id]
        if group.stopped:
            untold[group.stopped] += [row.id for row in rows]
            continue
        said = [
            (row, tellings.get((row.event_id, group.audience, group.heard)) if _is_theirs(row, group) else None)
            for row in rows
        ]
        if hidden := [row.id for row, one in said if one is None]:
            untold[NOT_PUBLIC] += hidden
        sendable = [(row, one) for row, one in said if one is not None]
        if sendable:
            parcels.append(_parcel(name, channel, group, sorted(sendable, key=lambda pair: not pair[1].pressing)))
    return parcels, untold


def _stopped() -> Label[str | None]:
    """The reason why a group gets no messages any more. It may have been stopped after the fan-out."""
    is_stopped = or_(Group.disabled_at.is_not(None), Group.archived_at.is_not(None))
    return case((is_stopped, func.coalesce(Group.disabled_why, STOPPED)), else_=None).label("stopped")


def _parcel(name: str, channel: Channel, group: Any, sendable: Sequence[tuple[Claimed, Telling]]) -> Parcel:
    lines = [(one.about, one.words) for _, one in sendable]
    texts, fit = condensed(lines, room_for_words(channel.longest_bytes))
    ids = tuple(row.id for row, _ in sendable)
    return Parcel(
        claim=name,
        group_id=group.id,
        robot=group.robot,
        bound=json.loads(group.settings),
        words=signed(texts, message_code(ids[0])),
        short_code=message_code(ids[0]),
        deliveries=ids[:fit],
        left=ids[fit:],
        tries=max(row.tries for row, _ in sendable[:fit]),
        person_id=group.person_id,
        news=sendable[0][1].news,
        matters=_latest([one for _, one in sendable[:fit]]),
    )


def _latest(sendable: Iterable[Telling]) -> tuple[Telling, ...]:
    """The latest telling about each subject, in the order of `condensed`."""
    said: dict[tuple[str, int], Telling] = {}
    for one in sendable:
        said = {about: other for about, other in said.items() if about != one.about} | {one.about: one}
    return tuple(said.values())


def _is_theirs(row: Claimed, group: Any) -> bool:
    return group.person_id is None or concerns(row.event_id, group.audience, group.person_id)


def _tellings_of(
    event_ids: Iterable[int], audiences: Iterable[tuple[str, bool]]
) -> dict[tuple[int, str, bool], Telling]:
    """What each audience, heard by us or not, hears of each event; the facts of an event are read once."""
    events = db.session.scalars(select(Event).where(Event.id.in_(list(event_ids)))).all()
    by_event = {event.id: tellings_of(event) for event in events}
    tellings = {(id_, *of): by_event[id_].telling(*of) for id_ in by_event for of in audiences}
    return {key: telling for key, telling in tellings.items() if telling}
