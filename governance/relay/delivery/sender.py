"""The sender: claim, commit `sending`, release the database, call the channel, record the outcome.

At most IN_FLIGHT messages of one worker are being sent. No transaction is open while the network is waited for.
"""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import aiohttp
from flask import Flask

from governance.core.db import with_retries
from governance.core.threads import in_thread
from governance.core.waiting import Waiting
from governance.relay import channels
from governance.relay.channels.base import Channel, Outcome, Unknown
from governance.relay.channels.person import PersonChannel
from governance.relay.delivery.batches import Parcel
from governance.relay.delivery.claims import anything_due, claim
from governance.relay.delivery.in_flight import LAPSED, reap, start
from governance.relay.delivery.rate_limit import turn
from governance.relay.delivery.results import Ended, record_outcomes

IN_FLIGHT = 64
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)
LOOK = 0.05  # seconds between two checks of finished calls
KEEPALIVE = 4
WAITING_FOR_WECHAT = ThreadPoolExecutor(8, thread_name_prefix="wechat")


def deliver(app: Flask, names: Collection[str] = ()) -> bool:
    """Send what is ready on these pushing channels, or on all; says whether there was anything.

    One call is one bounded batch. A slow channel delays the other channels of the same call.
    """
    with app.app_context():
        found = reap() > 0
    for name, kind in channels.pushing().items():
        if names and name not in names:
            continue
        channel = kind(app.extensions["settings"])
        with app.app_context():
            parcels = _claimed(channel)
        if parcels:
            asyncio.run(_Round(app, channel, parcels).run())
        found = found or bool(parcels)
    return found


def waiting(name: str) -> Waiting:
    """What to ask the database to learn whether `deliver` has anything to do for this channel."""
    return (LAPSED, anything_due(name))


def _claimed(channel: Channel) -> list[Parcel]:
    """Nothing while the circuit breaker is open; one parcel as a trial afterwards."""
    if channel.host.rests:
        return []
    return claim(channel, 1 if channel.host.is_away else channel.batch)


class _Round:
    """One batch: the parcels that wait and the calls in flight."""

    def __init__(self, app: Flask, channel: Channel, parcels: list[Parcel]) -> None:
        self.app, self.channel, self.waiting = app, channel, parcels
        self.flying: set[asyncio.Task[Ended]] = set()

    async def run(self) -> None:
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT, keepalive_timeout=KEEPALIVE, ttl_dns_cache=300)
        async with aiohttp.ClientSession(
            connector=connector, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            ended: list[Ended] = []
            while self.waiting or self.flying or ended:
                batch = self._next()
                for parcel in await in_thread(self.app, with_retries, self._exchange, ended, batch):
                    self.flying.add(asyncio.create_task(self._send(http, parcel)))
                ended = await self._landed()

    def _next(self) -> list[Parcel]:
        """The next parcels; all of them once the host is away, because `start` puts them back."""
        free = len(self.waiting) if self.channel.host.rests else IN_FLIGHT - len(self.flying)
        batch, self.waiting = self.waiting[:free], self.waiting[free:]
        return batch

    async def _landed(self) -> list[Ended]:
        if not self.flying:
            return []
        done, self.flying = await asyncio.wait(self.flying, timeout=LOOK)
        while not done and self.flying:
            done, self.flying = await asyncio.wait(self.flying, return_when=asyncio.FIRST_COMPLETED)
        return [task.result() for task in done]

    async def _send(self, http: aiohttp.ClientSession, parcel: Parcel) -> Ended:
        return parcel, await self._outcome(http, parcel)

    async def _outcome(self, http: aiohttp.ClientSession, parcel: Parcel) -> Outcome:
        try:
            return self.channel.excused(await self._answered(http, parcel))
        except Exception as trouble:  # noqa: BLE001 - a channel's own fault must neither end the round nor repeat a message
            return Unknown(f"通道出错（{type(trouble).__name__}）")

    async def _answered(self, http: aiohttp.ClientSession, parcel: Parcel) -> Outcome:
        if isinstance(self.channel, PersonChannel):
            return await self._told_alone(self.channel, parcel)
        return await self.channel.send(http, parcel.bound, parcel.words, parcel.matters)

    async def _told_alone(self, channel: PersonChannel, parcel: Parcel) -> Outcome:
        """Call the gateway in a thread, because it blocks. The size of the pool bounds how many wait."""
        arguments = (parcel.person_id or 0, parcel.news, parcel.words)
        outcome: Outcome = await in_thread(self.app, channel.tell, *arguments, pool=WAITING_FOR_WECHAT)
        return outcome

    def _exchange(self, ended: Sequence[Ended], batch: Sequence[Parcel]) -> list[Parcel]:
        """One transaction: record the outcomes and commit the next batch as `sending`."""
        with turn():
            record_outcomes(ended)
            return start(self.channel, batch) if batch else []
