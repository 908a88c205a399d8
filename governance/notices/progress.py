"""Delivery progress of a notice: counted in SQL, listed in keyset pages, exported as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from governance.core.db import db
from governance.core.web.paging import Page, page
from governance.notices.model import Notice
from governance.notices.unowed import LABELS, LEFT_OUT, is_whole, state_and_reason, unowed
from governance.places.model import Place
from governance.relay import channels
from governance.relay.channels.manual import Manual
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.model import (
    AUDIENCES,
    DUE,
    FAILED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    Delivery,
    Group,
    GroupPlace,
    Message,
)

BY_HAND, SOON = "by_hand", "soon"  # due, by hand only; due, by a program
WITH_OWNER = "with_owner"  # prepared, and the owner of the customer group has not sent it yet
STANDINGS = {SENT: "已发出", BY_HAND: "等人转发", WITH_OWNER: "等群主点发送", SOON: "等着发", **LABELS}
STANDINGS |= {UNKNOWN: "说不准发没发", FAILED: "没发成"}
UNOWED = tuple(LABELS)
TONES = {SENT: "chip--done", FAILED: "chip--late", **dict.fromkeys((BY_HAND, WITH_OWNER, UNKNOWN), "chip--wait")}


@dataclass(frozen=True)
class GroupTally:
    """A count of groups with the same standing and reason."""

    standing: str
    reason: str
    groups: int

    @property
    def label(self) -> str:
        return STANDINGS[self.standing]

    @property
    def tone(self) -> str:
        return TONES.get(self.standing, "")


@dataclass(frozen=True)
class Progress:
    lots: tuple[GroupTally, ...]
    left_out: tuple[GroupTally, ...]  # groups of the notice that do not receive it, with the reasons
    whole: bool  # every receiving group has its delivery row

    def of(self, *standings: str) -> int:
        return sum(lot.groups for lot in self.lots if lot.standing in standings)

    @property
    def groups(self) -> int:
        """How many groups receive it; `silent` counts those left out."""
        return sum(lot.groups for lot in self.lots)

    @property
    def silent(self) -> int:
        return sum(lot.groups for lot in self.left_out)

    @property
    def moving(self) -> bool:
        return not self.whole or bool(self.of(SOON))

    @property
    def percent(self) -> int:
        """The percentage of groups it was sent to, rounded down: 100 only when all were."""
        return self.of(SENT) * 100 // self.groups if self.groups else 0


_STANDING: Any = case(
    ((Delivery.channel == Manual.name) & (Delivery.state == DUE), literal(BY_HAND)),
    ((Delivery.channel == WecomMassTask.name) & (Delivery.state == SENDING), literal(WITH_OWNER)),
    (Delivery.state.in_(WAITING), literal(SOON)),
    else_=Delivery.state,
)
_REASON: Any = case((Delivery.state.in_((FAILED, UNKNOWN)), func.coalesce(Delivery.reason, "")), else_=literal(""))


def progress(notice: Notice) -> Progress:
    owed = select(_STANDING.label("standing"), _REASON.label("reason")).where(Delivery.event_id == notice.event_id)
    standing, reason = state_and_reason(notice)
    rest = select(standing.label("standing"), reason.label("reason")).where(unowed(notice))
    order = list(STANDINGS)
    lots = sorted(_lots(owed) + _lots(rest), key=lambda lot: (order.index(lot.standing), -lot.groups))
    receiving, left_out = ([lot for lot in lots if (lot.standing == LEFT_OUT) is out] for out in (False, True))
    return Progress(tuple(receiving), tuple(left_out), is_whole(notice))


def _lots(each: Select[Any]) -> list[GroupTally]:
    one = each.subquery()
    counted = select(one.c.standing, one.c.reason, func.count()).group_by(one.c.standing, one.c.reason)
    return [GroupTally(*row) for row in db.session.execute(counted)]


def lot(notice: Notice, standing: str, reason: str, after: str) -> Page[Delivery]:
    """The groups with this standing and reason, page by page."""
    mine = select(Delivery).where(Delivery.event_id == notice.event_id, standing == _STANDING, reason == _REASON)
    loads = (joinedload(Delivery.group).selectinload(Group.places), joinedload(Delivery.message))
    return page(mine.options(*loads), (Delivery.id,), after)


def remaining_groups(notice: Notice, standing: str, reason: str, after: str) -> Page[Group]:
    """The groups without a delivery with this standing and reason, page by page."""
    stands, why = state_and_reason(notice)
    mine = select(Group).where(unowed(notice), stands == standing, why == reason)
    return page(mine.options(selectinload(Group.places)), (Group.id,), after)


HEADINGS = ("群", "地点", "社区", "通道", "谁在群里", "情况", "原因", "时间", "记号")


def table(notice: Notice) -> Iterator[tuple[Any, ...]]:
    """All groups of the notice for a spreadsheet, one row each."""
    yield HEADINGS
    bound, community = _places(), aliased(Place)
    named = (Group.name, bound.c.names, community.name, Group.channel, Group.audience)
    outcome = (_STANDING, Delivery.reason, func.coalesce(Message.ended_at, Message.started_at), Message.short_code)
    owed = select(*named, *outcome).join(Group, Group.id == Delivery.group_id).outerjoin(Delivery.message)
    owed = owed.where(Delivery.event_id == notice.event_id).order_by(Delivery.id)
    left = (
        select(*named, *state_and_reason(notice), Group.disabled_at, literal(""))
        .where(unowed(notice))
        .order_by(Group.id)
    )
    for query in (owed, left):
        query = query.outerjoin(bound, bound.c.group_id == Group.id)
        for row in db.session.execute(query.outerjoin(community, community.id == Group.community_id)):
            yield _read(tuple(row))


def _places() -> Any:
    """The names of all places of each group, joined in display order."""
    each = select(GroupPlace.group_id, Place.name).join(Place).order_by(GroupPlace.group_id, Place.id).subquery()
    names = func.aggregate_strings(each.c.name, "、").label("names")
    return select(each.c.group_id, names).group_by(each.c.group_id).subquery()


def _read(row: tuple[Any, ...]) -> tuple[Any, ...]:
    name, places, community, channel, audience, standing, *rest = row
    known = channels.known().get(channel)
    return (name, places, community, known.label if known else channel, AUDIENCES[audience], STANDINGS[standing], *rest)
