"""WeChat hangs, is too busy, or is gone: residents' pages keep their speed, and afterwards all is caught up."""

import asyncio
import itertools
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import func, select, update

from governance.assistant.inbound.inbox import ANSWERED, STORED, TELLING, TOLD, UNKNOWN, Inbound
from governance.core.db import db, now, writing
from governance.core.jobs import CLAIMED, DUE, FAILED, Job, enqueue
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.relay.delivery.fan_out import unprocessed
from governance.relay.delivery.sender import IN_FLIGHT
from governance.relay.groups import binding
from governance.relay.mass_tasks.model import MassTask
from governance.relay.model import SENT, WAITING, Delivery
from governance.tickets import actions
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from tests.connected import credentials
from tests.faults.conftest import Town
from tests.faults.ledger import tracebacks
from tests.faults.residents import NO_ANSWER, Crowd, Phone, Sent
from tests.faults.storm import Storm
from tests.peers.platform import AES_KEY, TOKEN, Platform, text
from tests.peers.wechat import APP_ID, CUSTOM
from tests.people.access.test_wechat_redirect import WECHAT

GROUPS, READERS = 12, 4
REF = re.compile(r"/t/(\w+)")
SHORT, LONG = pytest.mark.timeout(300), (pytest.mark.faults, pytest.mark.timeout(3 * 3600))


@dataclass(frozen=True)
class Outage:
    how: str  # hang, 503, or gone: nobody listens
    seconds: int
    workers: int = 1

    def __str__(self) -> str:
        return f"{self.how}-{self.seconds}-s-{self.workers}-at-work"

    def unsure(self, in_the_air: int) -> int:
        """How much may end as unknown, of what is told one at a time over so many lines."""
        hung = self.workers * (IN_FLIGHT + 3 + self.seconds // 5)
        return {"hang": hung, "503": 0, "gone": in_the_air}[self.how]

    @contextmanager
    def over(self, wechat: Storm) -> Iterator[None]:
        if self.how == "gone":
            wechat.leave()
        else:
            wechat.shares = {self.how: 1.0}
        yield
        wechat.shares = {}
        if self.how == "gone":
            wechat.come_back()
        waiting, wechat.release = wechat.release, threading.Event()
        waiting.set()


HOUR = 3600
OUTAGES = [
    pytest.param(Outage("hang", 4), marks=(SHORT, pytest.mark.mainly_on("sqlite"))),
    pytest.param(Outage("gone", 2, workers=3), marks=(SHORT, pytest.mark.mainly_on("postgresql"))),
    *(pytest.param(one, marks=LONG) for one in (Outage("hang", 30), Outage("503", 30))),
    *(pytest.param(Outage("gone", HOUR, workers), marks=LONG) for workers in (1, 3)),
]


@pytest.mark.parametrize("outage", OUTAGES, ids=str)
def test_wechat_may_be_away_and_nobody_waits_and_nothing_is_lost(
    town: Town, outage: Outage, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    with Storm(shares={}) as wechat:
        _connect(town, wechat, outage.workers)
        codes = town.codes(courtyards=3)
        visitors = Visitors(town.deployment.url, codes[0], wechat)
        people = Talkers(town.deployment.url)
        with visitors, people:
            _go_on(town, codes, seconds=2)
            visitors.when = "away"
            with outage.over(wechat):
                _go_on(town, codes, outage.seconds)
            visitors.when = "back"
            came_back = time.monotonic()
            _go_on(town, codes, seconds=2)
        caught_up = _when_caught_up(wechat, outage) - came_back
    states = Counter(db.session.scalars(select(Delivery.state)))
    inbound = Counter(db.session.scalars(select(Inbound.state)))
    columns = Delivery.channel, Delivery.state, Delivery.reason
    why = Counter(tuple(row) for row in db.session.execute(select(*columns).where(Delivery.state != SENT)))
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: {outage} deliveries={dict(states)} answers={dict(inbound)} "
            f"caught up after {caught_up:.0f} s, not sent={dict(why)}\n{visitors.table()}"
        )
    assert visitors.unexpected == [] and people.refused == 0
    assert states.keys() <= {SENT, UNKNOWN} and inbound.keys() <= {TOLD, UNKNOWN}
    assert states[UNKNOWN] <= outage.unsure(GROUPS) and inbound[UNKNOWN] <= outage.unsure(outage.workers)
    for said in wechat.words.values():  # each matter is told once, and in the order in which it was finished
        told = _numbers(said)
        assert told == sorted(set(told))
    assert len(wechat.words) == GROUPS
    assert _answers_in_order(wechat)
    assert _rows(Job, state=FAILED) == 0 and tracebacks(town.deployment.log()) == []
    if request.config.getoption("--faults"):
        assert visitors.at("scan", "away", 0.5) < 2 * visitors.at("scan", "present", 0.5)
        assert visitors.at("scan", "away", 0.99) < 1


def _connect(town: Town, wechat: Storm, workers: int) -> None:
    """Groups with robots and a customer group at one building, and an official account; so many work."""
    keeper, place = town.cast.viewer("shen"), town.cast.place("5号楼")
    for number in range(GROUPS):
        with writing():
            binding.add(keeper, "wecom_webhook", "residents", f"{number}号群", {"key": f"robot-{number:04d}"}, [place])
    wechat.owners["wrOgQhDgAA00000001"] = "Owner"
    given = {"chat_id": "wrOgQhDgAA00000001", "owner": "Owner"}
    binding.add(keeper, "wecom_mass_task", "residents", "客户群", given, [place])
    here = credentials(wechat.url) | {"wechat_token": TOKEN, "wechat_aes_key": AES_KEY, "wecom_ip_per_minute": 0}
    here |= {"wecom_tasks_a_day": 31}
    town.deployment.kill("web", "worker")
    town.deployment.settings = town.deployment.settings.model_copy(update=here)
    town.deployment.start()
    for number in range(1, workers):
        town.deployment.start_worker(f"worker-{number}")


def _go_on(town: Town, codes: list[str], seconds: float) -> None:
    """Life goes on: residents report, workers finish what the groups then hear of."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ends = min(until, time.monotonic() + max(2.0, seconds / 60))
        reports = [Sent(code, "楼道灯不亮") for code in itertools.islice(itertools.cycle(codes), 3)]
        with Crowd(town.deployment.url, reports, clients=3):
            pass
        assert [sent.unexpected for sent in reports if sent.unexpected] == []
        for slug in ("light", "noise"):
            _finish(town, slug)
        time.sleep(max(0.0, ends - time.monotonic()))


def _finish(town: Town, slug: str) -> None:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        submission = f"{person.id:036d}"
        place, category = town.cast.place("5号楼"), town.cast.category(slug)
        ticket = reports.submit_report(place, Viewer(person.id), category, submission, words="请来看看")
    actions.make_move(ticket, "finish", town.cast.viewer("gao"), {"note": "修好了"})


def _when_caught_up(wechat: Storm, outage: Outage) -> float:
    """Nothing waits any more; that moment."""
    until = time.monotonic() + 240 + outage.seconds / 3
    while True:
        db.session.rollback()
        waiting = {  # what is said makes jobs, these events, these deliveries: nothing slips past in that order
            "said": sum(_rows(Inbound, state=state) for state in (STORED, ANSWERED, TELLING)),
            "jobs": _owed(),
            "events": unprocessed(),
            "deliveries": sum(_rows(Delivery, state=state) for state in WAITING),
        }
        if not any(waiting.values()):
            return time.monotonic()
        assert time.monotonic() < until, waiting
        wechat.press()
        with writing():
            db.session.execute(update(MassTask).values(next_at=now()))
            enqueue("relay.mass_tasks")
        time.sleep(0.2)


def _owed() -> int:
    due = Job.state.in_((DUE, CLAIMED)), Job.due_at < now(), Job.name != "relay.mass_tasks"
    return db.session.scalar(select(func.count()).where(*due)) or 0


def _numbers(said: list[str]) -> list[int]:
    return [_number(ref) for words in said for ref in REF.findall(words)]


def _number(ref: str) -> int:
    return db.session.scalars(select(Ticket.id).filter_by(ref=ref)).one()


def _answers_in_order(wechat: Storm) -> bool:
    """What each person was answered to their numbered reports."""
    said = defaultdict(list)
    for call in wechat.done:
        if call.path == CUSTOM:
            said[call.body["touser"]] += map(int, re.findall(r"编号 (\d+)", call.body["text"]["content"]))
    return all(numbers == sorted(set(numbers)) for numbers in said.values())


def _rows(model: type, **which: str) -> int:
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**which)) or 0


class InThread:
    """A crowd in a thread of its own, until it is told to stop."""

    def __enter__(self) -> "InThread":
        self.over, self.trouble = threading.Event(), None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()
        if self.trouble:
            raise self.trouble

    def _run(self) -> None:
        try:
            asyncio.run(self.live())
        except BaseException as trouble:  # said in the thread that waits for this one
            self.trouble = trouble

    async def live(self) -> None:
        raise NotImplementedError


@dataclass
class Visitors(InThread):
    """People in WeChat's browser: they open the scan page, its script asks for a signature, and they are recognised."""

    base: str
    code: str
    wechat: Storm
    when: str = "present"
    seconds: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    unexpected: list[tuple[str, int]] = field(default_factory=list)

    async def live(self) -> None:
        await asyncio.gather(*(self._visit(number) for number in range(READERS)))

    async def _visit(self, number: int) -> None:
        for visit in itertools.count():
            if self.over.is_set():
                return
            async with Phone(self.base) as phone:
                phone.session.headers["User-Agent"] = WECHAT
                await self._get(phone, "scan", f"/c/{self.code}", 200)
                await self._get(phone, "card", f"/wechat/jssdk?url={self.base}/c/{self.code}", 200, 503)
                to = await self._get(phone, "form", f"/c/{self.code}/report", 200, 302)
                if "/connect/oauth2/authorize" in to:
                    await self._get(phone, "sign-in", self._back(to, f"o-visitor-{number}-{visit}"), 302)
            await asyncio.sleep(0.2)

    def _back(self, to: str, openid: str) -> str:
        asked = parse_qs(urlsplit(to).query)
        back = urlsplit(asked["redirect_uri"][0])
        return f"{back.path}?{back.query}&code={self.wechat.code(openid)}&state={asked['state'][0]}"

    async def _get(self, phone: Phone, what: str, path: str, *expected: int) -> str:
        began = time.monotonic()
        when = self.when
        try:
            async with phone.session.get(path, allow_redirects=False) as answer:
                await answer.read()
                status, to = answer.status, answer.headers.get("Location", "")
        except NO_ANSWER as trouble:
            status, to = 0, str(trouble)
        self.seconds[what, when].append(time.monotonic() - began)
        if status not in expected:
            self.unexpected.append((path, status))
        return to

    def at(self, what: str, when: str, share: float) -> float:
        found = sorted(self.seconds[what, when])
        return found[min(len(found) - 1, int(len(found) * share))] if found else 0.0

    def table(self) -> str:
        return "\n".join(
            f"  {what:8} {when:8} n={len(found):5} p50={self.at(what, when, 0.5) * 1000:6.0f} ms "
            f"p99={self.at(what, when, 0.99) * 1000:6.0f} ms max={max(found) * 1000:6.0f} ms"
            for (what, when), found in sorted(self.seconds.items())
        )


@dataclass
class Talkers(InThread):
    """People who tell the official account what is wrong, each one thing after another."""

    base: str
    refused: int = 0

    async def live(self) -> None:
        theirs, numbers = Platform(APP_ID), itertools.count(1)
        async with aiohttp.ClientSession(self.base) as session:
            while not self.over.is_set():
                number = next(numbers)
                call = theirs.call(text(f"报事 楼道灯不亮 第{number}件", f"o-talker-{number % 5}", 10**12 + number))
                async with session.post("/wechat/official", params=call.query, data=call.body) as answer:
                    self.refused += answer.status != 200
                await asyncio.sleep(0.5)
