"""A notice to every group in bad weather, while workers die: each group is reached once, or listed with its reason."""

import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, update

from governance.core.db import db, now, writing
from governance.core.jobs import CLAIMED as HELD
from governance.core.jobs import Job, enqueue
from governance.notices import actions
from governance.notices.model import Notice
from governance.relay.groups import binding
from governance.relay.mass_tasks.model import MassTask
from governance.relay.model import CLAIMED, FAILED, SENDING, SENT, UNKNOWN, WAITING, Delivery, Group, Message
from tests.connected import credentials
from tests.faults.conftest import Town
from tests.faults.ledger import tracebacks
from tests.faults.storm import ALLOWED, ROBOT, Storm

A_ROBOTS_GROUPS = 40  # more than it may speak to within a minute


@dataclass(frozen=True)
class Size:
    """Of the groups some are customer groups, some have a robot in common, some a dead one; most a robot of their own.

    `waits`: what a dead worker held is waited for as long as its leases last; else it is as if that time had passed.
    """

    groups: int
    workers: int
    kills: int
    customer: int
    alike: int
    dead: int
    waits: bool

    def __str__(self) -> str:
        return f"{self.groups}-groups-{self.workers}-workers"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"worker-{number}" for number in range(self.workers))


def long(workers: int) -> object:
    size = Size(14_000, workers, kills=20, customer=600, alike=400, dead=50, waits=True)
    return pytest.param(size, marks=(pytest.mark.faults, pytest.mark.timeout(3600)))


SMALL = Size(100, 2, kills=2, customer=20, alike=0, dead=3, waits=False)
SHORT = pytest.mark.timeout(300), pytest.mark.mainly_on("postgresql")


@pytest.mark.parametrize("size", [pytest.param(SMALL, marks=SHORT), long(1), long(3)], ids=str)
def test_every_group_is_reached_once_or_listed_with_its_reason(
    town: Town, size: Size, capsys: pytest.CaptureFixture[str]
) -> None:
    with Storm(ttl=2, slow=0.05, weather=random.Random(size.groups)) as storm:
        _bind(town, storm, size)
        town.deployment.kill("worker")
        here = credentials(storm.url) | {"wecom_ip_per_minute": 0}
        town.deployment.settings = town.deployment.settings.model_copy(update=here)
        began = time.monotonic()
        notice = _tell_everybody(town)
        _start(town, *size.names)
        _kill_meanwhile(town, storm, size)
        _when_settled(storm, size)
        seconds = time.monotonic() - began
    states, verdict = _states(notice), _judge(storm, notice)
    listed = "\n".join(
        f"  {state} {reason or ''}: {count}" for (state, reason), count in sorted(states.items(), key=str)
    )
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: groups={size.groups} workers={size.workers} kills={size.kills} "
            f"seconds={seconds:.0f} calls={len(storm.calls)} faults={dict(storm.faults)} {verdict.line}\n{listed}"
        )
    assert (verdict.doubled, verdict.unheard, verdict.heard_and_failed) == ([], [], [])
    assert states.total() == size.groups
    assert {state for state, _ in states} <= {SENT, UNKNOWN, FAILED} and all(
        reason for state, reason in states if state != SENT
    )
    assert storm.busiest <= ALLOWED
    failed = sum(count for (state, _), count in states.items() if state == FAILED)
    assert failed == db.session.query(Group).filter(Group.disabled_at.is_not(None)).count() <= size.dead
    assert tracebacks(town.deployment.log()) == []


@dataclass(frozen=True)
class Verdict:
    """By delivery: heard more than once; said to be sent and not heard; said not to be sent and heard."""

    doubled: list[int]
    unheard: list[int]
    heard_and_failed: list[int]
    heard: int
    unknown_heard: int
    busiest: int

    @property
    def line(self) -> str:
        return (
            f"heard={self.heard} doubled={len(self.doubled)} sent_but_unheard={len(self.unheard)} "
            f"failed_but_heard={len(self.heard_and_failed)} unknown_but_heard={self.unknown_heard} "
            f"most_of_a_robot_in_a_minute={self.busiest}"
        )


def _judge(storm: Storm, notice: Notice) -> Verdict:
    """What we believe of every delivery, against what the receiver knows of it."""
    chats = Counter(chat for task in storm.tasks.values() for chat in task.results)
    marks = storm.heard
    times: dict[int, int] = {}
    state: dict[int, str] = {}
    told = _marks()
    rows = select(Delivery, Group).join(Group, Group.id == Delivery.group_id)
    for delivery, group in db.session.execute(rows.where(Delivery.event_id == notice.event_id)):
        chat = group.bound.get("chat_id")
        state[delivery.id] = delivery.state
        times[delivery.id] = chats[chat] if chat else sum(marks[mark] for mark in told.get(group.id, ()))
    return Verdict(
        doubled=[id_ for id_, count in times.items() if count > 1],
        unheard=[id_ for id_, count in times.items() if state[id_] == SENT and not count],
        heard_and_failed=[id_ for id_, count in times.items() if state[id_] == FAILED and count],
        heard=sum(count > 0 for count in times.values()),
        unknown_heard=sum(count > 0 for id_, count in times.items() if state[id_] == UNKNOWN),
        busiest=storm.busiest,
    )


def _marks() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for group_id, mark in db.session.execute(select(Message.group_id, Message.short_code)):
        found.setdefault(group_id or 0, set()).add(mark)
    return found


def _states(notice: Notice) -> Counter[tuple[str, str | None]]:
    rows = select(Delivery.state, Delivery.reason, func.count()).where(Delivery.event_id == notice.event_id)
    rows = rows.group_by(Delivery.state, Delivery.reason)
    return Counter({(state, reason): count for state, reason, count in db.session.execute(rows)})


def _bind(town: Town, storm: Storm, size: Size) -> None:
    storm.dead = {f"a-dead-robot-{number:05d}" for number in range(size.dead)}
    customer = [("wecom_mass_task", _customer(storm, number)) for number in range(size.customer)]
    alike = [("wecom_webhook", {"key": f"shared-robot-{n // A_ROBOTS_GROUPS:05d}"}) for n in range(size.alike)]
    own = [f"robot-of-group-{number:05d}" for number in range(size.groups - size.customer - size.alike - size.dead)]
    given = [*customer, *alike, *(("wecom_webhook", {"key": key}) for key in (*sorted(storm.dead), *own))]
    random.Random(1).shuffle(given)
    place, keeper = town.cast.place("5号楼"), town.cast.viewer("shen")
    for start in range(0, len(given), 500):
        with writing():
            for number, (channel, bound) in enumerate(given[start : start + 500], start):
                binding.add(keeper, channel, "residents", f"{number}号群", bound, [place])


def _customer(storm: Storm, number: int) -> dict[str, str]:
    """A customer group; twenty of them have the same owner."""
    chat, owner = f"wrOgQhDgAA{number:08d}", f"Owner{number // 20:04d}"
    storm.owners[chat] = owner
    return {"chat_id": chat, "owner": owner}


def _tell_everybody(town: Town) -> Notice:
    told = {"title": "周四停水", "words": "九点到十五点停水，请提前接好。", "audience": "residents", "urgent": False}
    author, other = town.cast.viewer("shen"), town.cast.viewer("qiao")
    notice = actions.write(town.cast.place("银杏社区"), author, str(uuid.uuid4()), **told)
    actions.make_move(notice, "ask", author, {})
    actions.make_move(notice, "approve", other, {"seen": notice.digest})
    return notice


def _start(town: Town, *names: str) -> None:
    for name in names:
        town.deployment.start_worker(name)


def _kill_meanwhile(town: Town, storm: Storm, size: Size) -> None:
    """Each death comes when some more groups have been told, at a moment nobody chose."""
    for number in range(1, size.kills + 1):
        until = time.monotonic() + 150
        while storm.times(ROBOT) < size.groups * number // (size.kills + 2) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))
        victims = (random.choice(size.names),) if size.waits else size.names
        town.deployment.kill(*victims)
        if not size.waits:
            _let_leases_lapse()
        _start(town, *victims)


def _let_leases_lapse() -> None:
    """All the workers are dead: as if the time of their leases had passed."""
    with writing():
        db.session.execute(update(Delivery).where(Delivery.state == CLAIMED).values(due_at=now()))
        held = update(Message).where(Message.state == SENDING, Message.lease_until.is_not(None))
        db.session.execute(held.values(lease_until=now()))
        db.session.execute(update(Job).where(Job.state == HELD).values(lease_until=now()))


def _when_settled(storm: Storm, size: Size) -> None:
    """Owners press 发送 as soon as they are asked, and the worker looks at their tasks more often than it would."""
    until = time.monotonic() + 600 + size.groups / 20
    while True:
        db.session.rollback()
        rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        states = Counter(dict(rows.all()))
        if states.total() >= size.groups and not states.keys() & set(WAITING):
            return
        assert time.monotonic() < until, f"still waiting: {states}"
        storm.press()
        with writing():
            db.session.execute(update(MassTask).values(next_at=now()))
            enqueue("relay.mass_tasks")
        time.sleep(0.2)
