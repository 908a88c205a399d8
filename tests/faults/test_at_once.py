"""The same thing done on several devices at the same instant, through the real server: it happens once."""

import asyncio
import itertools
from collections import Counter

import pytest
from sqlalchemy import func, select

from governance.core.db import db, writing
from governance.core.events import Event
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets.lifecycle import ACCEPTED, DECLINED, SUBMITTED
from governance.tickets.model import Follow, Ticket
from governance.tickets.reporting import reports
from tests.cast import PASSWORD
from tests.faults.conftest import Town
from tests.faults.ledger import tracebacks
from tests.faults.residents import Phone, Sent

DEVICES = 8
WORKERS = ("gao", "shen", "qiao")
SHORT, LONG = pytest.mark.timeout(300), (pytest.mark.faults, pytest.mark.timeout(1200))


@pytest.mark.parametrize(
    "moves", [pytest.param(40, marks=(SHORT, pytest.mark.mainly_on("postgresql"))), pytest.param(200, marks=LONG)]
)
def test_of_moves_made_at_once_exactly_one_wins(town: Town, moves: int, capsys: pytest.CaptureFixture[str]) -> None:
    refs = _tickets(town, moves)
    answers = asyncio.run(_race(town.deployment.url, refs))
    counts = Counter(status for each in answers.values() for status in each)
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: moves={moves} tries={counts.total()} won={counts[303]} refused={counts[409]}"
        )
    assert counts.keys() == {303, 409}
    assert [ref for ref, each in answers.items() if each.count(303) != 1] == []
    assert _made() == dict.fromkeys(refs, 1)
    assert tracebacks(town.deployment.log()) == []


def _tickets(town: Town, count: int) -> list[str]:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        place, category = town.cast.place("5号楼"), town.cast.category("light")
        reporter = Viewer(person.id)
        made = [
            reports.submit_report(place, reporter, category, f"{number:036d}", words="灯不亮")
            for number in range(count)
        ]
        return [ticket.ref for ticket in made]


async def _race(base: str, refs: list[str]) -> dict[str, list[int]]:
    """Two to eight devices of three workers, some accepting and some declining, each ticket in its turn."""
    devices = [await _signed_in(base, name) for name in itertools.islice(itertools.cycle(WORKERS), DEVICES)]
    try:
        return {
            ref: [status for status, _ in await asyncio.gather(*(_move(one, ref, at) for at, one in _some(devices, n)))]
            for n, ref in enumerate(refs)
        }
    finally:
        for device in devices:
            await device.session.close()


def _some(devices: list[Phone], turn: int) -> list[tuple[int, Phone]]:
    return list(enumerate(devices[: 2 + turn % (DEVICES - 1)]))


async def _signed_in(base: str, account: str) -> Phone:
    phone = Phone(base)
    await phone.open("/signin")
    status, _ = await phone.send("/signin", {"account": account, "password": PASSWORD})
    assert status == 303
    return phone


async def _move(phone: Phone, ref: str, at: int) -> tuple[int, str]:
    name = "decline" if at % 3 == 1 else "accept"
    fields = {"note": "归物业管", "submission": Sent("", "").submission}
    return await phone.send(f"/t/{ref}/moves/{name}", fields)


def _made() -> dict[str, int]:
    """How many moves the record holds of each ticket, which must stand where its one move leads."""
    db.session.rollback()
    leads = {"accept": ACCEPTED, "decline": DECLINED}
    assert db.session.scalar(select(Ticket.id).filter_by(state=SUBMITTED)) is None
    query = select(Ticket.ref, Ticket.state, Event.verb).join(Event, Event.subject_id == Ticket.id)
    rows = db.session.execute(query.where(Event.noun == "ticket", Event.verb.in_(leads))).all()
    assert [row.ref for row in rows if leads[row.verb] != row.state] == []
    return dict(Counter(row.ref for row in rows))


@pytest.mark.parametrize(
    ("submissions", "times"),
    [pytest.param(12, 16, marks=(SHORT, pytest.mark.mainly_on("sqlite"))), pytest.param(500, 16, marks=LONG)],
)
def test_a_submission_sent_many_times_at_once_is_one_ticket(town: Town, submissions: int, times: int) -> None:
    codes = itertools.cycle(town.codes(courtyards=submissions // 500 + 1))
    sent = [Sent(next(codes), f"第{number}件") for number in range(submissions)]
    asyncio.run(_all_at_once(town.deployment.url, sent, times))
    db.session.rollback()
    stored = dict(db.session.execute(select(Ticket.submission, Ticket.ref)).all())
    assert {one.submission: [f"/t/{stored.get(one.submission)}"] * times for one in sent} == {
        one.submission: one.acknowledged for one in sent
    }
    assert [one.unexpected for one in sent if one.unexpected] == []
    for rows in (Ticket.id, Follow.ticket_id):
        assert db.session.scalar(select(func.count(rows))) == submissions
    assert tracebacks(town.deployment.log()) == []


async def _all_at_once(base: str, sent: list[Sent], times: int) -> None:
    """One submission after the other, each from one device through so many connections at the same instant."""
    for one in sent:
        async with Phone(base) as phone:
            await phone.open(f"/c/{one.code}/report")
            await asyncio.gather(*(phone.report(one) for _ in range(times)))
