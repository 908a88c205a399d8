"""A storm of callbacks, each sent three times, while residents report: all answered in time, each worked once."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from sqlalchemy import func, select

from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound.inbox import STORED, Inbound
from governance.core.db import db
from governance.core.jobs import DUE, Job
from governance.tickets.model import Ticket
from tests.faults.conftest import Town
from tests.faults.ledger import tracebacks
from tests.faults.residents import Crowd, Sent
from tests.peers.platform import AES_KEY, APP_ID, TOKEN, Call, Platform, event, text

CLIENTS, TIMES, RESIDENTS = 64, 3, 8
SHORT, LONG = (
    (pytest.mark.timeout(300), pytest.mark.mainly_on("sqlite")),
    (pytest.mark.faults, pytest.mark.timeout(1800)),
)


@dataclass
class Answered:
    seconds: list[float] = field(default_factory=list)
    answers: Counter[tuple[int, bool]] = field(default_factory=Counter)

    def at(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))] * 1000


@pytest.mark.parametrize(
    "count", [pytest.param(100, marks=SHORT), *(pytest.param(n, marks=LONG) for n in (500, 10_000))]
)
def test_a_storm_of_callbacks_is_answered_in_time_and_worked_once(
    town: Town, count: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = {"wechat_api_base": "http://127.0.0.1:9", "wechat_app_secret": "a-secret"}  # answers wait for WeChat
    here = nobody | {"wechat_app_id": APP_ID, "wechat_token": TOKEN, "wechat_aes_key": AES_KEY}
    town.deployment.kill("web", "worker")
    town.deployment.settings = town.deployment.settings.model_copy(update=here)
    town.deployment.start()
    codes = town.codes(courtyards=2 + count // 1000)  # one place takes 200 reports an hour
    scans = [event("SCAN", code, f"o-{number}") for number, code in zip(range(count // 2), itertools.cycle(codes))]
    words = [
        text(f"报事 楼道灯不亮 第{number}件", f"o-{number}", 10**12 + number) for number in range(count - count // 2)
    ]
    reports = [Sent(code, f"第{number}件") for number, code in zip(range(count // 5), itertools.cycle(codes))]
    told = Answered()
    began = time.monotonic()
    with Crowd(town.deployment.url, reports, RESIDENTS):
        for wave in (scans, words):
            asyncio.run(_storm(town.deployment.url, wave, told))
            _when_worked(len(scans) if wave is scans else count)
    with capsys.disabled():
        print(
            f"\n{db.engine.dialect.name}: callbacks={count} sent={len(told.seconds)} p50={told.at(0.5):.0f} ms "
            f"p99={told.at(0.99):.0f} ms p99.9={told.at(0.999):.0f} ms max={told.at(1):.0f} ms "
            f"all worked after {time.monotonic() - began:.0f} s, reports={len(reports)}"
        )
    assert told.answers == {(200, True): len(words) * TIMES, (200, False): len(scans) * TIMES}  # scans: with a card
    assert [sent.unexpected for sent in reports if sent.unexpected] == []
    assert _rows(Inbound) == _rows(ReceivedMessage) == count
    assert _rows(Ticket) == len(words) + len(reports)
    assert tracebacks(town.deployment.log()) == []
    if request.config.getoption("--faults"):
        assert told.at(0.999) < 1000 and told.at(1) < 5000


async def _storm(base: str, plain: list[str], told: Answered) -> None:
    """So many clients; each takes the next callback and sends it three times at once, as a platform in a hurry may."""
    theirs, waiting = Platform(APP_ID), iter(plain)
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(limit=CLIENTS, keepalive_timeout=1)  # let go before the server does
    async with aiohttp.ClientSession(base, timeout=timeout, connector=connector) as session:
        clients = [_client(session, (theirs.call(one) for one in waiting), told) for _ in range(CLIENTS // TIMES + 1)]
        await asyncio.gather(*clients)


async def _client(session: aiohttp.ClientSession, calls: Iterator[Call], told: Answered) -> None:
    for call in calls:
        await asyncio.gather(*(_send(session, call, told) for _ in range(TIMES)))


async def _send(session: aiohttp.ClientSession, call: Call, told: Answered) -> None:
    began = time.monotonic()
    async with session.post("/wechat/official", params=call.query, data=call.body) as answer:
        told.answers[answer.status, await answer.read() == b"success"] += 1
    told.seconds.append(time.monotonic() - began)


def _when_worked(count: int) -> None:
    """Wait until everything that was kept has been worked."""
    until = time.monotonic() + 300 + count / 20
    while time.monotonic() < until:
        if (
            _rows(Inbound) == count
            and not _rows(Inbound, state=STORED)
            and not _rows(Job, state=DUE, name="relay.hear")
        ):
            return
        time.sleep(0.05)


def _rows(model: type, **which: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**which)) or 0
