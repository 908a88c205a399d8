"""Long connections of robots. One worker holds the lease of each robot, receives and sends over its connection.

A message takes the same way as a callback: inbox, job, reply.
"""

import asyncio
import secrets
import threading
from contextlib import suppress
from dataclasses import replace

import aiohttp
import structlog
from flask import Flask

from governance.assistant.inbound.inbox import ANSWERED, REFUSED, TOLD, UNKNOWN, accept, record_reply
from governance.assistant.inbound.robot_lease import (
    LeasedRobot,
    begin_connection,
    claim_answer,
    claim_parcels,
    ready_answers,
    record_connection,
    release_leases,
    renew_leases,
    start_one,
)
from governance.assistant.inbound.webhooks import WELCOME
from governance.core.db import with_retries
from governance.core.threads import in_thread
from governance.relay.channels.base import Outcome, Sent, outcome_of
from governance.relay.delivery.batches import Parcel
from governance.relay.delivery.results import record_outcomes
from governance.wechat.answers import TROUBLES, Gone, Later, Lost, Never
from governance.wechat.inbound import ENTER, Incoming
from governance.wechat.websocket import Ended, RobotConnection

log = structlog.get_logger()
LOOK, SPEAK, TELL = 2.0, 0.3, 2.5  # seconds between two polls: of robots, replies, deliveries
FIRST_WAIT, LONGEST_WAIT, KICKED_WAIT, BUSY = 1.0, 60.0, 60.0, 5.0


def keep_connected(app: Flask, stop: threading.Event) -> None:
    """Keep the connections until `stop` is set. Exceptions are logged and never end it."""
    while not stop.is_set():
        try:
            asyncio.run(_Robots(app).run(stop))
        except Exception:  # noqa: BLE001 - the database may go away and come back
            log.exception("robots.trouble")
            stop.wait(LOOK)


class _Robots:
    def __init__(self, app: Flask) -> None:
        self.app, self.me = app, secrets.token_hex(8)
        self.tasks: dict[LeasedRobot, asyncio.Task[None]] = {}

    async def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                held = set(await in_thread(self.app, renew_leases, self.me))
                for over in [one for one, task in self.tasks.items() if task.done()]:
                    log.error("robot.trouble", robot=over.name, exc_info=self.tasks.pop(over).exception())
                for gone in self.tasks.keys() - held:
                    self.tasks.pop(gone).cancel()
                for new in held - self.tasks.keys():
                    self.tasks[new] = asyncio.create_task(_Connection(self.app, new).keep())
                await in_thread(self.app, stop.wait, LOOK)
        finally:
            for task in self.tasks.values():
                task.cancel()
            await asyncio.gather(*self.tasks.values(), return_exceptions=True)
            await in_thread(self.app, release_leases, self.me)


class _Connection:
    """The connection of one robot, reopened with exponential back-off."""

    def __init__(self, app: Flask, held: LeasedRobot) -> None:
        self.app, self.held = app, held

    async def keep(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=5)) as http:
                    url = self.app.extensions["settings"].wecom_aibot_url
                    async with RobotConnection(http, url, self.held.bot_id, self.held.secret) as line:
                        wait = FIRST_WAIT
                        await self._serve(line)
            except Ended as ended:
                wait = KICKED_WAIT if ended.kicked else wait
            except (TimeoutError, aiohttp.ClientError, OSError, *TROUBLES) as trouble:
                log.warning("robot.not_connected", robot=self.held.name, trouble=type(trouble).__name__)
            await in_thread(self.app, record_connection, self.held.id, False)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _serve(self, line: RobotConnection) -> None:
        await in_thread(self.app, begin_connection, self.held)
        work = (line.listen(lambda incoming: self._hear(line, incoming)), self._answer(line), self._tell(line))
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, line: RobotConnection, incoming: Incoming) -> None:
        """Store a message. Its reply goes over the connection, so another response address is dropped."""
        if incoming.kind != ENTER:
            await in_thread(self.app, accept, self.held.source, replace(incoming, answer_to=""))
            return
        with suppress(*TROUBLES):  # a lost greeting does no harm
            await line.greet(incoming.asked, WELCOME)

    async def _answer(self, line: RobotConnection) -> None:
        """Send ready replies, each to its request, or to the chat once the request has expired.

        When one must wait, those behind it in the same conversation wait too.
        """
        while True:
            waiting = set[str]()
            for id_, incoming, words in await in_thread(self.app, ready_answers, self.held.source):
                if incoming.conversation in waiting or not await in_thread(self.app, claim_answer, id_):
                    continue
                state, wait = await self._said(line, incoming, words)
                await in_thread(self.app, with_retries, record_reply, id_, state)
                if wait:
                    waiting.add(incoming.conversation)
                    await asyncio.sleep(wait)
            await asyncio.sleep(SPEAK)

    async def _said(self, line: RobotConnection, incoming: Incoming, words: str) -> tuple[str, float]:
        """Send one reply: its new state, and the seconds to wait before the next."""
        try:
            try:
                await line.answer(incoming.asked, words)
            except (Never, Gone):
                await line.push(incoming.conversation, words, single=not incoming.chat)
        except Later as later:
            return ANSWERED, max(BUSY, later.after)
        except Lost:
            return UNKNOWN, 0
        except (Never, Gone):
            return REFUSED, 0
        return TOLD, 0

    async def _tell(self, line: RobotConnection) -> None:
        """Send the deliveries of the robot's groups, at most one per TELL seconds to each: WeCom allows 30 a minute."""
        while True:
            for parcel in await in_thread(self.app, claim_parcels, self.held.name):
                for started in await in_thread(self.app, start_one, parcel):
                    ended = [(started, await _outcome(line, started))]
                    await in_thread(self.app, with_retries, record_outcomes, ended)
            await asyncio.sleep(TELL)


async def _outcome(line: RobotConnection, parcel: Parcel) -> Outcome:
    try:
        await line.push(parcel.bound["chat"], parcel.words)
    except TROUBLES as trouble:
        return outcome_of(trouble)
    return Sent()
