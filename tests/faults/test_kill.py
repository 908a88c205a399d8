"""What was acknowledged is stored, once, while the web server and the worker die under a crowd of residents."""

import itertools
import random
import time
from dataclasses import dataclass

import pytest
from sqlalchemy import and_, func, or_, select, update

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.core.jobs import CLAIMED, DONE, FAILED, Job
from tests.faults.conftest import Town
from tests.faults.ledger import Verdict, judge, tracebacks
from tests.faults.residents import Crowd, Sent
from tests.photos import jpeg_with_gps

VICTIMS = (("web", "worker"), ("web",), ("worker",))


@dataclass(frozen=True)
class Size:
    reports: int
    clients: int
    kills: int
    wait_out_leases: bool = False

    def __str__(self) -> str:
        return f"{self.reports}-reports-{self.clients}-clients-{self.kills}-kills"


SMALL = Size(240, 12, 2)
LARGE = Size(10_000, 64, 20, wait_out_leases=True)
SHORT, LONG = pytest.mark.timeout(300), (pytest.mark.faults, pytest.mark.timeout(1800))


@pytest.mark.parametrize("size", [pytest.param(SMALL, marks=SHORT), pytest.param(LARGE, marks=LONG)], ids=str)
def test_what_was_acknowledged_is_stored_once(town: Town, size: Size, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    codes = itertools.cycle(town.codes(courtyards=size.reports // 500 + 1))
    photo = jpeg_with_gps(320, 240)
    reports = [Sent(next(codes), f"第{n}件，楼道灯不亮", photo if n % 40 == 3 else None) for n in range(size.reports)]
    with Crowd(town.deployment.url, reports, size.clients) as crowd:
        _kill_meanwhile(town, crowd, size)
    _work_off(seconds=240 if size.wait_out_leases else 60)
    town.deployment.stop()
    verdict = judge(reports)
    with capsys.disabled():
        print(f"\n{_line(town, size, verdict)} seconds={time.monotonic() - started:.0f}")
    assert verdict.wrong == []
    assert (verdict.acknowledged, verdict.stored) == (size.reports, size.reports)
    assert tracebacks(town.deployment.log()) == []


def _line(town: Town, size: Size, verdict: Verdict) -> str:
    return f"{db.engine.dialect.name}: clients={size.clients} kills={town.deployment.kills} {verdict}"


def _kill_meanwhile(town: Town, crowd: Crowd, size: Size) -> None:
    """A death now and then, spread over the reports; each at a moment nobody chose."""
    victims = itertools.cycle(VICTIMS)
    for number in range(1, size.kills + 1):
        while crowd.at_work and crowd.answered < size.reports * number // (size.kills + 1):
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.1))
        assert crowd.at_work, "the crowd was done before all the kills"
        _kill_and_restart(town, next(victims), size)


def _kill_and_restart(town: Town, victims: tuple[str, ...], size: Size) -> None:
    town.deployment.kill(*victims)
    if "worker" in victims and not size.wait_out_leases:
        _let_leases_lapse()
    if "worker" in victims:
        town.deployment.start_worker()
    if "web" in victims:
        town.deployment.start_web()


def _let_leases_lapse() -> None:
    """The only worker is dead: as if the minute of its leases had passed. A commit it sent may still be on its way."""
    time.sleep(0.3)
    with writing():
        db.session.execute(update(Job).where(Job.state == CLAIMED).values(lease_until=now()))


def _work_off(seconds: float) -> None:
    """Wait until the worker has done all there is and sealed the record."""
    until = time.monotonic() + seconds
    while waiting := _waiting():
        assert time.monotonic() < until, f"still waiting: {waiting}"
        time.sleep(0.1)


def _waiting() -> dict[str, int]:
    """What is not done yet. A job of every minute may have died with its worker: the next minute's does its work."""
    left = and_(Job.state != DONE, or_(Job.state != FAILED, Job.slot.is_(None)))
    jobs = select(Job.name, func.count()).where(left, Job.due_at < now()).group_by(Job.name)
    unsealed = select(func.count()).select_from(Event).where(Event.seq.is_(None))
    waiting = dict(db.session.execute(jobs).all()) | {"unsealed": db.session.scalar(unsealed) or 0}
    db.session.rollback()
    return {name: count for name, count in waiting.items() if count}
