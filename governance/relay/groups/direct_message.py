"""What a keeper sends to one group alone, through the usual deliveries: a test, and the code of the place."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from governance.core.db import db, locked, now, writing
from governance.core.errors import Refused
from governance.core.events import Event
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.places.codes import first_living
from governance.relay.groups.binding import hours_of
from governance.relay.model import Delivery, Group
from governance.relay.record import record_event

FRESH = timedelta(minutes=10)  # how long its outcome is shown at the top of the page


def may_say(group: Group) -> bool:
    """May anything be sent to this group now?"""
    return group.hears and group.receives


def may_send_code(group: Group) -> bool:
    return may_say(group) and len(group.places) == 1 and first_living(group.places[0]) is not None


def just_said(group: Group) -> Delivery | None:
    """The latest message a keeper sent to this group, while it is recent."""
    query = select(Delivery).join(Event, Event.id == Delivery.event_id).where(Delivery.group_id == group.id)
    query = query.where(Event.noun == "group", Event.verb.in_(("test", "code")), Delivery.created_at > now() - FRESH)
    return db.session.scalars(query.order_by(Delivery.id.desc()).limit(1)).first()


def test_message(group: Group, by: Viewer) -> None:
    """Send a test message to this group."""
    with writing():
        _say(group, by, "test")


def send_code(group: Group, by: Viewer) -> None:
    """Send the code of the group's place: as an image where the channel has images, else as its address."""
    with writing():
        code = first_living(group.places[0]) if len(group.places) == 1 else None
        if code is None:
            raise Refused("只绑一个地点、那里有码的群，才能发码")
        _say(group, by, "code", code=code.token)


def _say(group: Group, by: Viewer, verb: str, **data: Any) -> None:
    require(by, "group.keep", locked(group))
    if not group.hears:
        raise Refused("这个群停用了，先启用再试")
    if not group.receives:
        raise Refused("这个群的机器人只会答话。在群里 @它 说一句试试")
    event = record_event(group, verb, by.label, by.staff_id, **data)
    event.processed_at = now()  # for this group only, not for all groups in the scope
    db.session.flush()
    due_at = hours_of(group).due(group.audience, True, now())
    db.session.add(Delivery(event_id=event.id, group_id=group.id, channel=group.channel, urgent=True, due_at=due_at))
