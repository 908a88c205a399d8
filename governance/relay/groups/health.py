"""How each binding is: when it last spoke and heard, what failed, who keeps it, whose robot it shares.

`STATES` are the questions by which a list of groups is narrowed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from governance.core.db import db, now
from governance.relay import channels
from governance.relay.delivery.actions import unwanted
from governance.relay.groups.keepers import unkept, unkept_of
from governance.relay.model import FAILED, SENT, Delivery, Group, Message, ReceivedMessage

LONG = timedelta(days=30)  # not spoken to for so long, somebody should look whether the group is still there


@dataclass(frozen=True)
class Health:
    said: datetime | None
    heard: datetime | None
    failures: int
    shares: int  # other groups that the same robot speaks for, at one pace
    unkept: bool
    unspoken: bool


def health(groups: Sequence[Group]) -> dict[int, Health]:
    """The health of these groups, a page of them at a time."""
    ids = [group.id for group in groups]
    said = _by_group(_last_said(), ids)
    heard = _by_group(select(ReceivedMessage.group_id, func.max(ReceivedMessage.at)), ids, ReceivedMessage.group_id)
    failed = _by_group(select(Delivery.group_id, func.count()).where(_failed()), ids, Delivery.group_id)
    shares, unkept_ones, before = _shares(groups), unkept_of(groups), now() - LONG
    return {
        one.id: Health(
            said=said.get(one.id),
            heard=heard.get(one.id),
            failures=failed.get(one.id, 0),
            shares=shares.get(one.robot or "", 1) - 1,
            unkept=one.id in unkept_ones,
            unspoken=one.created_at < before and (said.get(one.id) or before) <= before,
        )
        for one in groups
    }


def _by_group(query: Any, ids: Sequence[int], column: Any = Delivery.group_id) -> dict[int, Any]:
    rows = db.session.execute(query.where(column.in_(ids)).group_by(column))
    return {row[0]: row[1] for row in rows}


def _last_said() -> Any:
    ended = select(Delivery.group_id, func.max(Message.ended_at)).join(Message, Message.id == Delivery.message_id)
    return ended.where(Delivery.state == SENT)


def _failed() -> ColumnElement[bool]:
    return and_(Delivery.state == FAILED, unwanted())


def _paced() -> list[str]:
    return [name for name, kind in channels.for_groups().items() if kind.per_minute]


def _shares(groups: Sequence[Group]) -> dict[str, int]:
    robots = {group.robot for group in groups if group.robot}
    there = (Group.robot.in_(robots), Group.archived_at.is_(None), Group.channel.in_(_paced()))
    rows = db.session.execute(select(Group.robot, func.count()).where(*there).group_by(Group.robot))
    return {robot or "": count for robot, count in rows}


def _is_failing() -> ColumnElement[bool]:
    return exists().where(Delivery.group_id == Group.id, _failed())


def _unspoken() -> ColumnElement[bool]:
    before = now() - LONG
    said = exists().where(Delivery.group_id == Group.id, Delivery.state == SENT, Message.id == Delivery.message_id)
    return and_(Group.created_at < before, ~said.where(Message.ended_at > before))


def _sharing() -> ColumnElement[bool]:
    other = aliased(Group)
    same = exists().where(other.robot == Group.robot, other.id != Group.id, other.archived_at.is_(None))
    return and_(Group.channel.in_(_paced()), same)


STATES: dict[str, tuple[str, Callable[[], ColumnElement[bool]]]] = {
    "disabled": ("停用了", lambda: Group.disabled_at.is_not(None)),
    "failing": ("有没发成的", _is_failing),
    "unspoken": ("很久没说过话", _unspoken),
    "unkept": ("没有负责人", unkept),
    "sharing": ("共用机器人", _sharing),
    "archived": ("已归档", lambda: Group.archived_at.is_not(None)),
}
