"""Residents as programs: each fills in the real form and, when no answer comes, sends the same again until one does.

They keep a ledger of what they sent and what they were told; whether that is true is for the tests to judge.
"""

import asyncio
import itertools
import random
import re
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType

import aiohttp

A_DEVICE = 8  # reports of one device; more than twenty an hour are refused
PATIENCE = aiohttp.ClientTimeout(total=20, sock_connect=2)
NO_ANSWER = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


@dataclass
class Sent:
    """One report: what the form held, the addresses it was acknowledged with, and any other answer."""

    code: str
    words: str
    photo: bytes | None = None
    submission: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    acknowledged: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


class Phone:
    """A browser with cookies of its own, at a network address of its own: a flood guard counts by address."""

    _addresses = itertools.count(1)

    def __init__(self, base: str) -> None:
        number = next(self._addresses) % 60_000
        address = (f"127.1.{number // 250}.{number % 250 + 1}", 0)
        jar = aiohttp.CookieJar(unsafe=True)
        connector = aiohttp.TCPConnector(local_addr=address)
        self.session = aiohttp.ClientSession(base, cookie_jar=jar, connector=connector, timeout=PATIENCE)
        self.page = ""

    async def __aenter__(self) -> "Phone":
        return self

    async def __aexit__(self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        await self.session.close()

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page)
        return found[1] if found else ""

    async def open(self, path: str) -> None:
        """Look at a page, again and again until it comes."""
        while True:
            try:
                async with self.session.get(path) as answer:
                    self.page = await answer.text()
                    if answer.status == 200:
                        return
                    assert answer.status == 503, (path, answer.status)
            except NO_ANSWER:
                pass
            await self._pause()

    async def send(self, path: str, fields: dict[str, str], photo: bytes | None = None) -> tuple[int, str]:
        """Post a form once; the status and where it leads, or what the page says. Raises one of NO_ANSWER."""
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in {"csrf_token": self.field("csrf_token"), **fields}.items():
            form.add_field(name, value)
        if photo:
            form.add_field("photos", photo, filename="photo.jpg", content_type="image/jpeg")
        async with self.session.post(path, data=form, allow_redirects=False) as answer:
            text = await answer.text()
            return answer.status, answer.headers.get("Location", text)

    async def report(self, sent: Sent) -> None:
        """Send the same report until it is acknowledged."""
        fields = {"category": "light", "words": sent.words, "submission": sent.submission, "at": self.field("at")}
        while True:
            sent.attempts += 1
            try:
                status, answer = await self.send(f"/c/{sent.code}/report", fields, sent.photo)
            except NO_ANSWER:
                await self._pause()
                continue
            if status == 303:
                return sent.acknowledged.append(answer)
            if status != 503:
                return sent.unexpected.append(f"{status} {_said(answer)}")
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(random.uniform(0.05, 0.3))


def _said(page: str) -> str:
    return " ".join(re.findall(r'class="(?:wrong|note)[^>]*>([^<]*)', page)) or page[:200]


class Crowd:
    """So many residents at once, working through a list of reports in a thread of their own."""

    def __init__(self, base: str, reports: Iterable[Sent], clients: int) -> None:
        self.base, self.clients = base, clients
        self.ledger = list(reports)
        self._left = iter(enumerate(self.ledger))
        self.trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        return self

    def __exit__(self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if _error:
            self._left = iter(())
        self._thread.join()
        if self.trouble:
            raise self.trouble

    @property
    def at_work(self) -> bool:
        return self._thread.is_alive()

    @property
    def answered(self) -> int:
        return sum(bool(sent.acknowledged or sent.unexpected) for sent in self.ledger)

    def _run(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as trouble:  # said in the thread that waits for this one
            self.trouble = trouble

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self.clients):
                group.create_task(self._resident())

    async def _resident(self) -> None:
        while batch := list(itertools.islice(self._left, A_DEVICE)):
            async with Phone(self.base) as phone:
                for number, sent in batch:
                    await phone.open(f"/c/{sent.code}/report")
                    await self._tell(phone, number, sent)

    async def _tell(self, phone: Phone, number: int, sent: Sent) -> None:
        """Some tap twice, and some send it once more long after the answer came."""
        if number % 7 == 0:
            await asyncio.gather(phone.report(sent), phone.report(sent))
        else:
            await phone.report(sent)
        if number % 11 == 0:
            await phone.report(sent)
