"""The reach of a notice: groups in and below a place by channel, unreachable groups, and the time needed.

Everything is counted in SQL: a district has 14,000 groups.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, select

from governance.core.db import db, now
from governance.core.web.pages import local
from governance.notices.model import Notice
from governance.places.model import Place
from governance.relay import channels
from governance.relay.channels.base import Channel
from governance.relay.channels.manual import Manual
from governance.relay.delivery.fan_out import bound_below
from governance.relay.delivery.quiet_hours import Hours
from governance.relay.model import Group

HEARS = (Group.receives, Group.disabled_at.is_(None), Group.archived_at.is_(None))


@dataclass(frozen=True)
class ChannelReach:
    """A count of groups on one channel, and the minutes they take at its pace (0: no limit on the pace)."""

    channel: type[Channel]
    groups: int
    minutes: int


@dataclass(frozen=True)
class Quiet:
    """A count of groups in quiet hours, and the hour at which they receive the notice."""

    hour: int
    groups: int


@dataclass(frozen=True)
class Reach:
    ways: tuple[ChannelReach, ...]
    quiet: tuple[Quiet, ...]
    later: int  # groups that receive it with their daily digest
    disabled: int
    archived: int
    only_answer: int  # groups whose robot only answers and sends nothing unasked

    @property
    def groups(self) -> int:
        return sum(way.groups for way in self.ways)

    @property
    def by_hand(self) -> int:
        return sum(way.groups for way in self.ways if way.channel is Manual)

    @property
    def minutes(self) -> int:
        return max((way.minutes for way in self.ways), default=0)


def reach(place: Place, audiences: Collection[str], urgent: bool) -> Reach:
    there = here(place, audiences)
    beyond = {
        "disabled": there & Group.disabled_at.is_not(None) & Group.archived_at.is_(None),
        "archived": there & Group.archived_at.is_not(None),
        "only_answer": there & and_(~Group.receives, *HEARS[1:]),
    }
    counts = {name: _count(condition) for name, condition in beyond.items()}
    quiet, later = _later(there, urgent)
    return Reach(_ways(there), quiet, later, **counts)


def groups_of(place: Place, audiences: Collection[str]) -> int:
    """How many groups would receive it; the number decides whether a second approver is required."""
    return _count(and_(here(place, audiences), *HEARS))


def needs_second(notice: Notice) -> bool:
    """Whether it reaches more groups than one person may send to without a second approver."""
    alone: int = current_app.extensions["settings"].notice_alone_groups
    return groups_of(notice.place, notice.audiences) > alone


def here(place: Place, audiences: Collection[str]) -> ColumnElement[bool]:
    return Group.id.in_(bound_below(place.path)) & Group.audience.in_(audiences)


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Group).where(condition)) or 0


def _ways(there: ColumnElement[bool]) -> tuple[ChannelReach, ...]:
    by_robot = (
        select(Group.channel, func.count().label("count"))
        .where(there, *HEARS)
        .group_by(Group.channel, func.coalesce(Group.robot, ""))
    ).subquery()
    by_channel = select(by_robot.c.channel, func.sum(by_robot.c.count), func.max(by_robot.c.count))
    rows = db.session.execute(by_channel.group_by(by_robot.c.channel).order_by(func.sum(by_robot.c.count).desc()))
    return tuple(_way(channels.channel(name), int(groups), int(most)) for name, groups, most in rows)


def _way(kind: type[Channel], groups: int, of_one_robot: int) -> ChannelReach:
    """The minutes at the pace of the busiest robot or of the whole channel, whichever is slower."""
    together = kind(current_app.extensions["settings"]).together_per_minute
    each = -(-of_one_robot // kind.per_minute) if kind.per_minute else 0
    return ChannelReach(kind, groups, max(each, -(-groups // together) if together else 0))


def _later(there: ColumnElement[bool], urgent: bool) -> tuple[tuple[Quiet, ...], int]:
    """Groups in quiet hours, by the hour they receive it, and the count of groups that wait for their digest."""
    columns = (Group.audience, Group.quiet_from, Group.quiet_until, Group.digest_hour)
    set_ = Group.quiet_from.is_not(None) | Group.digest_hour.is_not(None)
    rows = db.session.execute(select(*columns, func.count()).where(there, set_, *HEARS).group_by(*columns))
    moment, quiet, digested = now(), Counter[datetime](), 0
    for audience, *hours, groups in rows:
        kept = Hours(*hours)
        due = kept.due(audience, urgent, moment)
        if due <= moment + timedelta(minutes=1):
            continue
        if kept.is_quiet(local(moment).hour):
            quiet[due] += groups
        else:
            digested += groups
    return tuple(Quiet(local(due).hour, groups) for due, groups in sorted(quiet.items())), digested
