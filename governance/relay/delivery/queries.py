"""What the relay's pages show: deliveries that wait or failed, unknown messages, a group's last messages. Read only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from governance.core.db import db, in_literals, now
from governance.core.events import Event
from governance.core.jobs import FAILED as JOB_FAILED
from governance.core.jobs import Job
from governance.people.access.permissions import keeper, visible
from governance.people.access.viewer import Viewer
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.delivery.actions import unwanted
from governance.relay.model import (
    AT_WORK,
    ENTRY_CODE_LASTS,
    FAILED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Delivery,
    Group,
    Message,
)
from governance.tickets.model import Ticket

RECENT = 30


def kept(viewer: Viewer) -> ColumnElement[bool]:
    return and_(visible(viewer, "group.keep", Group), Group.archived_at.is_(None))


def said_to(group: Group) -> list[Message]:
    """The latest messages to a group, newest first."""
    mine = select(Delivery.message_id).where(Delivery.group_id == group.id, Delivery.message_id.is_not(None))
    query = select(Message).where((Message.group_id == group.id) | Message.id.in_(mine)).order_by(Message.id.desc())
    return list(db.session.scalars(query.limit(RECENT)))


def any_failed(group: Group) -> bool:
    query = select(Delivery.id).where(Delivery.group_id == group.id, in_literals(Delivery.state, (FAILED,)), unwanted())
    return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Owed:
    """How many deliveries of a group wait or failed, and the reason of the latest."""

    group: Group
    count: int
    reason: str | None = None


def waiting(viewer: Viewer) -> list[Owed]:
    """Deliveries not sent yet. Those in an owner's hands are listed by their task."""
    with_owner = (Delivery.channel == WecomMassTask.name) & (Delivery.state == SENDING)
    return _owed(in_literals(Delivery.state, WAITING) & ~with_owner, viewer)


def failed(viewer: Viewer) -> list[Owed]:
    """Failed deliveries of groups that are active."""
    return _owed(in_literals(Delivery.state, (FAILED,)) & unwanted() & Group.disabled_at.is_(None), viewer)


def held_back(viewer: Viewer) -> list[Owed]:
    """What disabled groups were owed. Nothing went wrong with it; it is not sent while they are disabled."""
    return _owed(in_literals(Delivery.state, (FAILED,)) & unwanted() & Group.disabled_at.is_not(None), viewer)


def _owed(which: ColumnElement[bool], viewer: Viewer) -> list[Owed]:
    counted = (
        select(Delivery.group_id, func.count().label("count"), func.max(Delivery.reason).label("reason"))
        .join(Group, Group.id == Delivery.group_id)
        .where(which, kept(viewer))
        .group_by(Delivery.group_id)
        .order_by(Delivery.group_id)
        .limit(RECENT)
    ).subquery()
    rows = db.session.execute(
        select(Group, counted.c.count, counted.c.reason)
        .join(counted, counted.c.group_id == Group.id)
        .order_by(Group.id)
    )
    return [Owed(group, count, reason) for group, count, reason in rows]


def unknown(viewer: Viewer) -> list[Message]:
    """Unknown messages of the groups this viewer keeps, and those to one person about the places they keep."""
    told_of_here = exists().where(
        Delivery.message_id == Message.id,
        Event.id == Delivery.event_id,
        Event.noun == "ticket",
        Ticket.id == Event.subject_id,
        visible(viewer, "group.keep", Ticket),
    )
    query = select(Message).join(Message.group).where(in_literals(Message.state, (UNKNOWN,)))
    query = query.where(or_(kept(viewer), and_(Group.person_id.is_not(None), told_of_here)))
    return list(db.session.scalars(query.options(joinedload(Message.group)).order_by(Message.id).limit(RECENT)))


def disabled(viewer: Viewer) -> list[Group]:
    query = select(Group).where(kept(viewer), Group.disabled_at.is_not(None)).order_by(Group.disabled_at.desc())
    return list(db.session.scalars(query.limit(RECENT)))


def failed_jobs() -> list[Job]:
    return list(db.session.scalars(select(Job).filter_by(state=JOB_FAILED).order_by(Job.id.desc()).limit(RECENT)))


@dataclass(frozen=True)
class Troubles:
    """What needs a person, for the desk: disabled groups, unknown or failed messages, and cards to post."""

    disabled: int
    unknown: int
    failed: int
    entry_codes: int = 0  # groups whose QR code must be renewed

    def __str__(self) -> str:
        counts = (
            (self.unknown, "条说不准发没发"),
            (self.failed, "个群没发成"),
            (self.disabled, "个群停用了"),
            (self.entry_codes, "个群的入群二维码要换了"),
        )
        return "，".join(f"{count} {words}" for count, words in counts if count)

    def __bool__(self) -> bool:
        return bool(self.disabled or self.unknown or self.failed or self.entry_codes)


def troubles(viewer: Viewer) -> Troubles:
    if not keeper.holds(viewer, None):
        return Troubles(0, 0, 0)
    return Troubles(len(disabled(viewer)), len(unknown(viewer)), len(failed(viewer)), len(entry_codes_to_renew(viewer)))


def entry_codes_to_renew(viewer: Viewer) -> list[Group]:
    """The groups whose QR code ends within a day or has ended, the oldest first."""
    old = Group.entry_code_at <= now() - ENTRY_CODE_LASTS + timedelta(days=1)
    return list(db.session.scalars(select(Group).where(kept(viewer), old).order_by(Group.entry_code_at).limit(RECENT)))


def reminded_at(ticket_id: int) -> datetime | None:
    """When somebody at work was last told that this ticket is late; None when nobody was."""
    of_late = (Event.noun == "ticket", Event.subject_id == ticket_id, Event.verb == "late")
    told = select(func.max(Message.ended_at)).join(Delivery, Delivery.message_id == Message.id).join(Delivery.event)
    told = told.join(Delivery.group).where(*of_late, Group.audience.in_(AT_WORK), Delivery.state == SENT)
    at: datetime | None = db.session.scalar(told)
    return at
