"""What people do about messages: settle unknown ones, retry failed ones."""

from sqlalchemy import ColumnElement, func, update

from governance.core import jobs
from governance.core.db import db, in_literals, locked, now, numbered, writing
from governance.core.errors import Invalid, Missing, Refused
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.relay.delivery.hooks import CANCELLED, STOPPED
from governance.relay.model import DUE, FAILED, SENT, UNKNOWN, Delivery, Group, Message
from governance.relay.record import record_event
from governance.tickets.model import Ticket

ANSWERS = {"arrived": "确实发了", "again": "没发，再发一次", "leave": "不用再发了"}
LEFT = "人工决定不再发"
MEANT = (LEFT, STOPPED, CANCELLED)  # failures that a person asked for


def kept_with(message: Message) -> Group | Ticket | None:
    """The row whose keeper decides: the group; for a message to one person, the ticket it told of."""
    if message.group is None or message.group.person_id is None:
        return message.group
    told_of = [one.event.subject_id for one in message.deliveries if one.event.noun == "ticket"]
    return db.session.get(Ticket, told_of[0]) if told_of else None


def settle_message(message: Message, by: Viewer, answer: str) -> None:
    """Settle an unknown message. With `again` it is sent once more with the same signature."""
    if answer not in ANSWERS:
        raise Invalid({"answer": "请选一个"})
    with writing():
        locked(message)
        group, thing = message.group, kept_with(message)
        if group is None or thing is None or message.state != UNKNOWN:
            raise Refused("这一条已经有结果了")
        require(by, "group.keep", thing)
        if answer == "again" and not group.hears:
            raise Refused("那边已经停了，不能再发；已经到了就选“确实发了”，不然选“不用再发了”")
        state, reason = {"arrived": (SENT, None), "again": (DUE, None), "leave": (FAILED, LEFT)}[answer]
        message.state = SENT if answer == "arrived" else FAILED
        message.reason, message.ended_at, message.settled_by_id = reason, now(), by.staff_id
        carried = update(Delivery).where(Delivery.message_id == message.id, Delivery.state == UNKNOWN)
        db.session.execute(carried.values(state=state, reason=reason, due_at=now(), tries=0, claim=None))
        place = thing.place if isinstance(thing, Ticket) else thing.places[0]
        record_event(group, "settle", by.label, by.staff_id, place, message=message.id, answer=answer)


def retry(group: Group, by: Viewer) -> int:
    """Make every failed delivery of this group due again, except those a person left. Returns their number."""
    with writing():
        require(by, "group.keep", locked(group))
        if not group.hears:
            raise Refused("这个群停用了，先启用再试")
        failed = update(Delivery).where(
            Delivery.group_id == group.id, in_literals(Delivery.state, (FAILED,)), unwanted()
        )
        values = {"state": DUE, "reason": None, "due_at": now(), "tries": 0, "claim": None}
        count = int(db.session.execute(failed.values(**values)).rowcount)  # type: ignore[attr-defined]
        if count:
            record_event(group, "retry", by.label, by.staff_id, deliveries=count)
    return count


def unwanted() -> ColumnElement[bool]:
    """The failed deliveries that nobody asked to leave."""
    return func.coalesce(Delivery.reason, "").not_in(MEANT)


def retry_job(job_id: int) -> None:
    """Run a failed job again. The caller has checked the right to do so."""
    with writing():
        failed = numbered(jobs.Job, job_id)
        if failed is None:
            raise Missing
        if locked(failed).state != jobs.FAILED:
            raise Refused("这件事已经不在失败里了")
        jobs.retry(failed)
