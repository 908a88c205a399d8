"""Stopping an event: what is not sent yet is cancelled with the reason. What is sent stays.

Mass tasks in the owners' hands are recalled. An owner may still press before WeCom takes the task back.
"""

from sqlalchemy import and_, select, update

from governance.core.db import db, in_literals, now
from governance.core.events import Event
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.delivery import hooks
from governance.relay.delivery.hooks import STOPPED
from governance.relay.model import FAILED, READY, SENDING, WAITING, Delivery


def stop_telling(event_id: int) -> int:
    """Cancel the waiting deliveries of an event and its further fan-out; returns their number. Call it inside
    `writing()`."""
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
    """Is the fan-out finished, and no delivery waiting or being sent?"""
    if db.session.scalar(select(Event.processed_at).where(Event.id == event_id)) is None:
        return False
    on_the_way = select(Delivery.id).where(Delivery.event_id == event_id, in_literals(Delivery.state, WAITING))
    return db.session.scalar(on_the_way.limit(1)) is None
