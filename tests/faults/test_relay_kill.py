"""Every delivery due is made or listed, and none is made twice, while the worker dies again and again."""

import random
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, update

from governance.core.db import db, now, writing
from governance.people.access import Viewer
from governance.people.model import Person
from governance.relay import groups
from governance.relay.delivering import IN_FLIGHT
from governance.relay.model import CLAIMED, FAILED, SENDING, SENT, UNKNOWN, WAITING, Delivery, Group, Message
from governance.tickets import actions
from tests.faults.conftest import Town
from tests.peers.receiver import Receiver


@dataclass(frozen=True)
class Size:
    groups: int
    kills: int

    def __str__(self) -> str:
        return f"{self.groups}-groups-{self.kills}-kills"


LONG = (pytest.mark.faults, pytest.mark.timeout(1800))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("size", [Size(400, 5), pytest.param(Size(14_000, 20), marks=LONG)], ids=str)
def test_every_delivery_due_is_made_or_listed(town: Town, size: Size, capsys: pytest.CaptureFixture[str]) -> None:
    keys = _bind(town, size.groups)
    _finish_something(town)
    with Receiver() as receiver:
        receiver.delay = 0.05
        town.deployment.kill("worker")
        here = {"wecom_api_base": receiver.url, "wecom_ip_per_minute": 0}
        town.deployment.settings = town.deployment.settings.model_copy(update=here)
        town.deployment.start_worker()
        _kill_meanwhile(town, receiver, size)
        states = _when_settled(size.groups)
        heard = Counter(call.key for call in receiver.log.calls)
    told = dict(db.session.execute(select(Group.robot, Delivery.state).join(Delivery.group)).all())
    doubled = [key for key, count in heard.items() if count > 1]
    unheard = sum(state == SENT for state in told.values()) - sum(
        told[robot] == SENT for robot in (_robots()[key] for key in heard)
    )
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: kills={size.kills} due={size.groups} {dict(states)} "
            f"heard={len(heard)} doubled={len(doubled)} sent_but_unheard={unheard}"
        )
    assert doubled == []
    assert unheard == 0
    assert heard.keys() <= set(keys)
    assert states.keys() <= {SENT, UNKNOWN, FAILED}
    assert states.total() == size.groups
    assert states[UNKNOWN] <= size.kills * IN_FLIGHT
    assert states[FAILED] == 0


def _bind(town: Town, count: int) -> list[str]:
    keys = [f"robot-of-group-{number:05d}" for number in range(count)]
    place, keeper = town.cast.place("5号楼"), town.cast.viewer("shen")
    for start in range(0, count, 500):
        with writing():
            for key in keys[start : start + 500]:
                groups.add(keeper, "wecom_webhook", "residents", f"群{key}", {"key": key}, [place])
    return keys


def _robots() -> dict[str, str | None]:
    """Which robot's hash stands for which key."""
    return {group.bound["key"]: group.robot for group in db.session.scalars(select(Group))}


def _finish_something(town: Town) -> None:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        place, category = town.cast.place("5号楼"), town.cast.category("noise")
        ticket = actions.report(Viewer(person.id), place, category, "0" * 36, words="半夜打桩")
    actions.move(ticket, "finish", town.cast.viewer("gao"), {"note": "劝停了"})


def _kill_meanwhile(town: Town, receiver: Receiver, size: Size) -> None:
    """Each death comes when some more have been told, at a moment nobody chose."""
    for number in range(1, size.kills + 1):
        until = time.monotonic() + 60
        while len(receiver.log.calls) < size.groups * number // (size.kills + 2) and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.05))
        town.deployment.kill("worker")
        _let_leases_lapse()
        town.deployment.start_worker()


def _let_leases_lapse() -> None:
    """The only worker is dead: as if the time of its leases had passed."""
    with writing():
        db.session.execute(update(Delivery).where(Delivery.state == CLAIMED).values(due_at=now()))
        db.session.execute(update(Message).where(Message.state == SENDING).values(lease_until=now()))


def _when_settled(due: int) -> Counter[str]:
    """The deliveries by state, once none waits any more."""
    until = time.monotonic() + 60 + due / 100
    while True:
        db.session.rollback()
        rows = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        states = Counter(dict(rows.all()))
        if states.total() == due and not states.keys() & set(WAITING):
            return states
        assert time.monotonic() < until, f"still waiting: {states}"
        time.sleep(0.2)
