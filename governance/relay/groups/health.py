"""The health of each group: when it last got and sent a message, what failed, whether it has a keeper.

`STATES` are the filters of the list of groups. The slice that receives messages registers with `when_heard`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from governance.core.db import db, now
from governance.relay import channels
from governance.relay.delivery.actions import unwanted
from governance.relay.groups.keepers import unkept, unkept_of
from governance.relay.model import FAILED, SENT, Delivery, Group, Message

LONG = timedelta(days=30)  # without a message for so long, the group may no longer exist


class LastHeard(Protocol):
    """When each of these groups last sent a message; groups that never did are left out."""

    def __call__(self, group_ids: Sequence[int]) -> Mapping[int, datetime]: ...


_LAST_HEARD: list[LastHeard] = []


def when_heard(read: LastHeard) -> LastHeard:
    """Register where it is known when groups sent messages."""
    _LAST_HEARD.append(read)
    return read


@dataclass(frozen=True)
class Health:
    """`said` is when the group last got a message of ours, `heard` when it last sent one."""

    said: datetime | None
    heard: datetime | None
    failures: int
    shares: int  # other groups that share its robot, and its rate limit
    unkept: bool
    unspoken: bool


def health(groups: Sequence[Group]) -> dict[int, Health]:
    """The health of each of these groups, by id; meant for one page of a list."""
    ids = [group.id for group in groups]
    said = _by_group(_last_said(), ids)
    heard = {group_id: at for read in _LAST_HEARD for group_id, at in read(ids).items()}
    failed = _by_group(select(Delivery.group_id, func.count()).where(_failed()), ids)
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


def _by_group(query: Any, ids: Sequence[int]) -> dict[int, Any]:
    rows = db.session.execute(query.where(Delivery.group_id.in_(ids)).group_by(Delivery.group_id))
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
