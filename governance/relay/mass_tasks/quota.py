"""The quota of a customer group, counted by us before WeCom would refuse.

WeCom allows a group as many tasks a month as the month has days; a corporation may lower that. We allow
WECOM_TASKS_A_DAY and a month's days in all. What exceeds waits and is told in one digest.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import or_, select

from governance.core.db import db, in_literals, now
from governance.core.web.pages import local
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.model import SENDING, SENT, UNKNOWN, Message

MORNING, EVENING = 8, 21  # local hours in which an owner gets a digest or a reminder


def full_until(group_ids: Sequence[int]) -> dict[int, datetime]:
    """Which of these groups have no quota left, and until when. Valid inside one `turn()`."""
    today = local(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    sent_at = _told(group_ids, today.replace(day=1))
    found = {id_: _until(sent_at.get(id_, ()), today) for id_ in group_ids}
    return {id_: until for id_, until in found.items() if until}


def _told(group_ids: Sequence[int], since: datetime) -> Mapping[int, list[datetime]]:
    """The times of a group's tasks this month, including those with the owner or unknown."""
    counts = in_literals(Message.state, (SENDING, SENT, UNKNOWN))
    rows = select(Message.group_id, Message.started_at).where(
        Message.channel == WecomMassTask.name,
        Message.group_id.in_(group_ids),
        counts,
        or_(Message.started_at >= since, Message.state == SENDING),
    )
    sent_at: dict[int, list[datetime]] = defaultdict(list)
    for row in db.session.execute(rows):
        sent_at[row.group_id or 0].append(row.started_at)
    return sent_at


def _until(sent_at: Iterable[datetime], today: datetime) -> datetime | None:
    moments, days = list(sent_at), monthrange(today.year, today.month)[1]
    if len(moments) >= days:
        return today.replace(day=1, hour=MORNING) + timedelta(days=days)
    if sum(moment >= today for moment in moments) >= current_app.extensions["settings"].wecom_tasks_a_day:
        return today.replace(hour=MORNING) + timedelta(days=1)
    return None
