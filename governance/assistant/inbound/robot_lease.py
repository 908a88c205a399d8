"""The lease of a robot's connection, and what is sent over it.

A worker holds a robot by a lease, so no two connect the same one. What it was sending when it died becomes unknown.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import or_, select, update

from governance.assistant.inbound.inbox import ANSWERED, TELLING, UNKNOWN, Inbound, source_of
from governance.core.db import db, now, writing
from governance.relay.channels.wecom_aibot import WecomAibot
from governance.relay.delivery.batches import Parcel
from governance.relay.delivery.claims import claim
from governance.relay.delivery.in_flight import start
from governance.relay.keys import robot_of
from governance.relay.robots import Robot
from governance.wechat.inbound import Incoming

LEASE = timedelta(seconds=30)
TOGETHER = 20


@dataclass(frozen=True)
class LeasedRobot:
    """A robot whose lease this worker holds."""

    id: int
    name: str
    bot_id: str
    secret: str

    @property
    def source(self) -> str:
        return source_of(self.name)


def renew_leases(me: str) -> list[LeasedRobot]:
    """Take or renew the lease of every robot with a long connection that no other worker holds.

    One query while nothing changes.
    """
    lasting = now() + LEASE / 2
    free = or_(Robot.held_by == me, Robot.held_until.is_(None), Robot.held_until < now())
    ours = [robot for robot in db.session.scalars(select(Robot).where(free)) if robot.connects]
    kept = [robot for robot in ours if robot.held_until and robot.held_until > lasting]
    if len(kept) < len(ours):
        waiting = select(Robot).where(free, or_(Robot.held_until.is_(None), Robot.held_until <= lasting))
        with writing():
            found = list(db.session.scalars(waiting.with_for_update(skip_locked=True)))
            taken = [robot for robot in found if robot.connects]
            for robot in taken:
                robot.held_by, robot.held_until = me, now() + LEASE
        kept += taken
    return [
        LeasedRobot(robot.id, robot.name, robot.kept["bot_id"], robot.kept["secret"])
        for robot in kept
        if robot.connects
    ]


def release_leases(me: str) -> None:
    """Give up all leases of this worker."""
    with writing():
        mine = update(Robot).where(Robot.held_by == me)
        db.session.execute(mine.values(held_by=None, held_until=None, connected_at=None))


def begin_connection(held: LeasedRobot) -> None:
    """Replies that an earlier connection was sending become unknown: they may have arrived."""
    with writing():
        cut_off = update(Inbound).where(Inbound.source == held.source, Inbound.state == TELLING)
        db.session.execute(cut_off.values(state=UNKNOWN, body="{}"), execution_options={"synchronize_session": False})
    record_connection(held.id, True)


def record_connection(robot_id: int, is_connected: bool) -> None:
    """Record whether the robot is connected."""
    with writing():
        row = update(Robot).where(Robot.id == robot_id)
        db.session.execute(row.values(connected_at=now() if is_connected else None))


def ready_answers(source: str) -> list[tuple[int, Incoming, str]]:
    """Ready replies, oldest first, with the messages they answer."""
    ready = select(Inbound).where(Inbound.source == source, Inbound.state == ANSWERED).order_by(Inbound.id)
    return [(row.id, row.incoming, row.reply or "") for row in db.session.scalars(ready.limit(TOGETHER))]


def claim_answer(inbound: int) -> bool:
    """Commit the claim before the network is touched; says whether the reply may be sent."""
    with writing():
        return db.session.get_one(Inbound, inbound, with_for_update=True).claim()


def claim_parcels(name: str) -> list[Parcel]:
    """Claim what the robot's groups are to hear. Each parcel is started just before it is sent."""
    return claim(_channel(), TOGETHER, robot_of(WecomAibot.name, name))


def start_one(parcel: Parcel) -> list[Parcel]:
    return start(_channel(), [parcel])


def _channel() -> WecomAibot:
    return WecomAibot(current_app.extensions["settings"])
