"""A periodic job of the relay: drop hand-posted deliveries that are stale or no longer public."""

from datetime import timedelta

from sqlalchemy import select, update

from governance.core.db import db, in_literals, now, writing
from governance.core.events import Event
from governance.core.jobs import job
from governance.relay.channels.manual import Manual
from governance.relay.delivery.batches import NOT_PUBLIC
from governance.relay.messages.audience import tellings_of
from governance.relay.model import DUE, FAILED, Delivery, Group

STALE = timedelta(days=7)


@job("relay.tidy", every=3600)
def tidy() -> None:
    """Fail deliveries by hand after a week, and at once when their subject is no longer public."""
    _lay_aside(Delivery.created_at < now() - STALE, "七天没有人转发")
    owed = select(Delivery.event_id, Group.audience).join(Delivery.group).where(_by_hand).distinct().limit(1000)
    audiences: dict[int, set[str]] = {}
    for row in db.session.execute(owed).all():
        audiences.setdefault(row.event_id, set()).add(row.audience)
    hearing = {id_: tellings_of(db.session.get_one(Event, id_)).audiences for id_ in audiences}
    hidden = [(id_, audience) for id_, owed_to in audiences.items() for audience in owed_to - set(hearing[id_])]
    db.session.rollback()
    for event_id, audience in hidden:
        of_audience = select(Group.id).where(Group.audience == audience)
        _lay_aside((Delivery.event_id == event_id) & Delivery.group_id.in_(of_audience), NOT_PUBLIC)


_by_hand = (Delivery.channel == Manual.name) & in_literals(Delivery.state, (DUE,))


def _lay_aside(which: object, reason: str) -> None:
    with writing():
        stale = update(Delivery).where(_by_hand, which)  # type: ignore[arg-type]
        db.session.execute(stale.values(state=FAILED, reason=reason), execution_options={"synchronize_session": False})
