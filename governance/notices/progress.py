"""How far a notice has come, and with which groups it did not: counted in SQL, listed by key, given out as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from governance.core.db import db
from governance.core.events import Event
from governance.core.paging import Page, page
from governance.notices.model import Notice
from governance.notices.reach import here
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

BY_HAND, SOON = "by_hand", "soon"  # due, and nobody but a person can say it; due, and a program will
WITH_OWNER = "with_owner"  # prepared for the owner of a customer group, who has not sent it yet
STANDINGS = {SENT: "已发出", BY_HAND: "等人转发", WITH_OWNER: "等群主点发送", SOON: "等着发"}
STANDINGS |= {UNKNOWN: "说不准发没发", FAILED: "没发成"}
TONES = {SENT: "chip--done", FAILED: "chip--late", **dict.fromkeys((BY_HAND, WITH_OWNER, UNKNOWN), "chip--wait")}


@dataclass(frozen=True)
class Lot:
    """So many groups that stand alike, for the same reason."""

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
    lots: tuple[Lot, ...]
    silent: int  # groups that were silent already, so that nothing was owed to them
    whole: bool  # every group is owed it by now

    def of(self, *standings: str) -> int:
        return sum(lot.groups for lot in self.lots if lot.standing in standings)

    @property
    def groups(self) -> int:
        return sum(lot.groups for lot in self.lots)

    @property
    def moving(self) -> bool:
        return not self.whole or bool(self.of(SOON))

    @property
    def percent(self) -> int:
        """How many of a hundred groups have been told; a hundred only when all have."""
        return self.of(SENT) * 100 // self.groups if self.groups else 0


_STANDING: Any = case(
    ((Delivery.channel == Manual.name) & (Delivery.state == DUE), literal(BY_HAND)),
    ((Delivery.channel == WecomMassTask.name) & (Delivery.state == SENDING), literal(WITH_OWNER)),
    (Delivery.state.in_(WAITING), literal(SOON)),
    else_=Delivery.state,
)
_REASON: Any = case((Delivery.state.in_((FAILED, UNKNOWN)), func.coalesce(Delivery.reason, "")), else_=literal(""))


def progress(notice: Notice) -> Progress:
    standing, reason = _STANDING.label("standing"), _REASON.label("reason")
    counted = select(standing, reason, func.count()).where(Delivery.event_id == notice.event_id)
    rows = db.session.execute(counted.group_by(standing, reason)).all()
    order = list(STANDINGS)
    lots = sorted((Lot(*row) for row in rows), key=lambda lot: (order.index(lot.standing), -lot.groups))
    silent = db.session.scalar(select(func.count()).select_from(Group).where(_silent(notice))) or 0
    owed_at = db.session.scalar(select(Event.told_at).where(Event.id == notice.event_id))
    return Progress(tuple(lots), silent, owed_at is not None)


def _silent(notice: Notice) -> ColumnElement[bool]:
    owed = exists().where(Delivery.event_id == notice.event_id, Delivery.group_id == Group.id)
    stopped = Group.disabled_at.is_not(None) | Group.archived_at.is_not(None)
    return here(notice.place, notice.audiences) & stopped & ~owed


def lot(notice: Notice, standing: str, reason: str, after: str) -> Page[Delivery]:
    """The groups of one lot, page by page."""
    mine = select(Delivery).where(Delivery.event_id == notice.event_id, standing == _STANDING, reason == _REASON)
    loads = (joinedload(Delivery.group).selectinload(Group.places), joinedload(Delivery.message))
    return page(mine.options(*loads), (Delivery.id,), after)


def silent(notice: Notice, after: str) -> Page[Group]:
    return page(select(Group).where(_silent(notice)).options(selectinload(Group.places)), (Group.id,), after)


HEADINGS = ("群", "地点", "社区", "通道", "谁在群里", "情况", "原因", "时间", "记号")


def table(notice: Notice) -> Iterator[tuple[Any, ...]]:
    """Everything for a spreadsheet, a row for each group."""
    yield HEADINGS
    bound, place, community = _first_places(), aliased(Place), aliased(Place)
    named = (Group.name, place.name, community.name, Group.channel, Group.audience)
    told = (_STANDING, Delivery.reason, func.coalesce(Message.ended_at, Message.started_at), Message.mark)
    owed = select(*named, *told).join(Group, Group.id == Delivery.group_id).outerjoin(Delivery.message)
    owed = owed.where(Delivery.event_id == notice.event_id).order_by(Delivery.id)
    why = case((Group.archived_at.is_not(None), literal("已归档")), else_=Group.disabled_why)
    quiet = select(*named, literal("silent"), why, Group.disabled_at, literal("")).where(_silent(notice))
    for query in (owed, quiet.order_by(Group.id)):
        query = query.outerjoin(bound, bound.c.group_id == Group.id).outerjoin(place, place.id == bound.c.place_id)
        for row in db.session.execute(query.outerjoin(community, community.id == Group.community_id)):
            yield _read(tuple(row))


def _first_places() -> Any:
    first = select(GroupPlace.group_id, func.min(GroupPlace.place_id).label("place_id"))
    return first.group_by(GroupPlace.group_id).subquery()


def _read(row: tuple[Any, ...]) -> tuple[Any, ...]:
    name, place, community, channel, audience, standing, *rest = row
    known = channels.known().get(channel)
    label = {**STANDINGS, "silent": "停用或归档，没有发"}[standing]
    return (name, place, community, known.label if known else channel, AUDIENCES[audience], label, *rest)
