"""The rate limit. One worker at a time decides what is sent next, so any number of workers keep one limit.

SQLite's write lock serialises them; on PostgreSQL an advisory lock does, until the end of the transaction. A message
counts from its start until a minute after its end: the other side counts by arrival, which may be any moment between.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from governance.core.db import advisory_lock, db, now, writing
from governance.relay.channels.base import Channel
from governance.relay.model import Message

WINDOW, ON_ITS_WAY = timedelta(seconds=60), timedelta(minutes=15)  # longer than any lease
LOCK = 0x0E_2E1A


@contextmanager
def turn() -> Iterator[None]:
    """A writing transaction in which no other worker decides what is sent."""
    with writing():
        advisory_lock(LOCK)
        yield


class Pace:
    """The room that robots and the whole channel have left in the sliding minute. Valid inside one `turn()`."""

    def __init__(self, channel: Channel, robots: Iterable[str | None] = ()) -> None:
        self.channel, self.since = channel, now() - WINDOW
        self.mentioned, self.oldest = self._of(sorted({robot for robot in robots if robot}))
        self.left = self._left_together()

    def _of(self, robots: list[str]) -> tuple[Counter[str], dict[str, datetime]]:
        if not robots or self.channel.per_minute is None:
            return Counter(), {}
        counts = or_(Message.ended_at.is_(None), Message.ended_at > self.since)
        recent = (
            select(Message.robot, func.count(), func.min(func.coalesce(Message.ended_at, Message.started_at)))
            .where(Message.robot.in_(robots), Message.started_at > self.since - ON_ITS_WAY, counts)
            .group_by(Message.robot)
        )
        rows = [(robot, count, first) for robot, count, first in db.session.execute(recent) if robot]
        return Counter({row[0]: row[1] for row in rows}), {row[0]: row[2] for row in rows}

    def _left_together(self) -> int | None:
        if not self.channel.together_per_minute:
            return None
        recent = select(func.count()).where(Message.channel == self.channel.name, Message.started_at > self.since)
        return max(0, self.channel.together_per_minute - (db.session.scalar(recent) or 0))

    def take(self, robot: str | None) -> datetime | None:
        """Count one more message of this robot. When there is no room, returns when to try again."""
        if self.left == 0:
            return now() + timedelta(seconds=2)
        if robot and self.channel.per_minute and self.mentioned[robot] >= self.channel.per_minute:
            return self.oldest.get(robot, now()) + WINDOW + timedelta(milliseconds=100)
        if robot:
            self.mentioned[robot] += 1
        if self.left is not None:
            self.left -= 1
        return None
