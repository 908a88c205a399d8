"""The groups of a notice without a delivery: queued, or left out with a reason.

A notice's groups are those bound in and below its place when it was sent; a group bound later is excluded.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal, select

from governance.core.db import db
from governance.core.events import Event
from governance.notices.model import Notice
from governance.notices.reach import HEARS, here
from governance.relay.delivery.hooks import STOPPED
from governance.relay.model import ONLY_ANSWERS, Delivery, Group

QUEUED, LEFT_OUT = "queued", "left_out"
LABELS = {QUEUED: "正在排队", LEFT_OUT: "没有发"}


def is_whole(notice: Notice) -> bool:
    """Whether every receiving group has its delivery row, or the notice was stopped before."""
    return db.session.scalar(select(Event.processed_at).where(Event.id == notice.event_id)) is not None


def unowed(notice: Notice) -> ColumnElement[bool]:
    told_at = select(Event.at).where(Event.id == notice.event_id).scalar_subquery()
    owed = exists().where(Delivery.event_id == notice.event_id, Delivery.group_id == Group.id)
    return here(notice.place, notice.audiences) & (Group.created_at <= told_at) & ~owed


def state_and_reason(notice: Notice) -> tuple[Any, Any]:
    """The standing and the reason of such a group, as two columns."""
    hears = HEARS[0] & HEARS[1] & HEARS[2]
    waits = literal(LEFT_OUT if is_whole(notice) else QUEUED)
    why = case(
        (Group.archived_at.is_not(None), literal("已归档")),
        (Group.disabled_at.is_not(None), func.coalesce(Group.disabled_why, "已停用")),
        (~Group.receives, literal(ONLY_ANSWERS)),
        else_=literal(_why(notice)),
    )
    return case((hears, waits), else_=literal(LEFT_OUT)), why


def _why(notice: Notice) -> str:
    if not is_whole(notice):
        return ""
    return STOPPED if notice.is_stopped else "发通知的时候它还听不到"
