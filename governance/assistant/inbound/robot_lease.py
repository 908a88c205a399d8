"""What the database knows of a robot's connection: whose it is, what is to be said over it, and what became of that.

A worker holds a robot by a lease, so that two never connect the same one; what it was saying as it died is unknown.
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
    """A robot whose connection is ours to keep."""

    id: int
    name: str
    bot_id: str
    secret: str

    @property
    def source(self) -> str:
        return source_of(self.name)


def hold(me: str) -> list[LeasedRobot]:
    """Take or renew the lease of every connecting robot that nobody else holds. One query while nothing changes."""
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


def let_go(me: str) -> None:
    with writing():
        mine = update(Robot).where(Robot.held_by == me)
        db.session.execute(mine.values(held_by=None, held_until=None, connected_at=None))


def begin(held: LeasedRobot) -> None:
    """What a connection before this one was about to say may have arrived."""
    with writing():
        cut_off = update(Inbound).where(Inbound.source == held.source, Inbound.state == TELLING)
        db.session.execute(cut_off.values(state=UNKNOWN, body="{}"), execution_options={"synchronize_session": False})
    connected(held.id, True)


def connected(robot_id: int, is_connected: bool) -> None:
    with writing():
        row = update(Robot).where(Robot.id == robot_id)
        db.session.execute(row.values(connected_at=now() if is_connected else None))


def answers(source: str) -> list[tuple[int, Incoming, str]]:
    """Answers that stand ready, as they came in."""
    ready = select(Inbound).where(Inbound.source == source, Inbound.state == ANSWERED).order_by(Inbound.id)
    return [(row.id, row.incoming, row.reply or "") for row in db.session.scalars(ready.limit(TOGETHER))]


def claim_answer(inbound: int) -> bool:
    """Committed before the network is touched; says whether it may be said."""
    with writing():
        return db.session.get_one(Inbound, inbound, with_for_update=True).claim()


def parcels(name: str) -> list[Parcel]:
    """What the robot's groups are to hear, each started as it is said."""
    return claim(_channel(), TOGETHER, robot_of(WecomAibot.name, name))


def start_one(parcel: Parcel) -> list[Parcel]:
    return start(_channel(), [parcel])


def _channel() -> WecomAibot:
    return WecomAibot(current_app.extensions["settings"])
