"""Stopping what is being told: what is not yet out is laid aside with the reason, what is out is out.

What lies with the owners of customer groups is called off: it is out only if one pressed before WeCom took it back.
"""

from sqlalchemy import and_, select, update

from governance.core.db import db, in_literals, now
from governance.core.events import Event
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.delivery import hooks
from governance.relay.delivery.hooks import STOPPED
from governance.relay.model import FAILED, READY, SENDING, WAITING, Delivery


def stop_telling(event_id: int) -> int:
    """Call it inside `writing()`; says how many were laid aside. The expander takes no further piece of the event."""
    event = db.session.get_one(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    event.processed_at = event.processed_at or now()
    db.session.flush()
    waiting = update(Delivery).where(Delivery.event_id == event_id, in_literals(Delivery.state, READY))
    laid = waiting.values(state=FAILED, reason=STOPPED, claim=None)
    done = db.session.execute(laid, execution_options={"synchronize_session": False, "preserve_rowcount": True})
    with_owner = (Delivery.event_id == event_id, Delivery.channel == WecomMassTask.name, Delivery.state == SENDING)
    hooks.withdrawn(and_(*with_owner), STOPPED)
    stopped = update(Delivery).where(*with_owner).values(reason=STOPPED)
    db.session.execute(stopped, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def telling_is_over(event_id: int) -> bool:
    """Every group has been owed it, and nothing of it still waits or is on its way."""
    if db.session.scalar(select(Event.processed_at).where(Event.id == event_id)) is None:
        return False
    on_the_way = select(Delivery.id).where(Delivery.event_id == event_id, in_literals(Delivery.state, WAITING))
    return db.session.scalar(on_the_way.limit(1)) is None
