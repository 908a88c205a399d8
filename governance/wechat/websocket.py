"""The long connection of an intelligent robot: requests with their answers, and what WeCom sends unasked.

The frames are those of developer.work.weixin.qq.com/document/path/101463: a command, a request id in `headers` and a
body; the answer has the same id and an errcode. A newer connection of the same robot ends the older one.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import aiohttp

from governance.wechat.answers import Later, Lost, Never, errcode, judged
from governance.wechat.envelope import LARGEST, Unreadable
from governance.wechat.inbound import Incoming, of_robot
from governance.wechat.parsing import json_object, text_in

PING_EVERY, PATIENCE = 30.0, 10.0  # seconds
CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")
Hear = Callable[[Incoming], Awaitable[None]]


class Ended(Exception):
    """The connection is closed; `kicked`: the same robot connected elsewhere."""

    def __init__(self, kicked: bool = False) -> None:
        super().__init__()
        self.kicked = kicked


class RobotConnection:
    """`async with RobotConnection(http, url, bot_id, secret) as connection` subscribes; `listen` takes messages."""

    def __init__(self, http: aiohttp.ClientSession, url: str, bot_id: str, secret: str) -> None:
        self._http, self._url, self._who = http, url, {"bot_id": bot_id, "secret": secret}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._said: asyncio.Queue[Incoming | None] = asyncio.Queue(1000)
        self._kicked = False

    async def __aenter__(self) -> "RobotConnection":
        """Raises Never when WeCom refuses the robot, OSError or aiohttp's errors when it cannot be reached."""
        self._ws = await self._http.ws_connect(self._url, max_msg_size=4 * LARGEST, timeout=_close_soon())
        self._tasks = [asyncio.create_task(self._read())]
        try:
            await self.ask("aibot_subscribe", self._who)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        self._tasks.append(asyncio.create_task(self._ping()))
        return self

    async def __aexit__(self, _type: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ws.close()

    async def listen(self, hear: Hear) -> None:
        """Call `hear` with each message, in order. Raises Ended."""
        while (incoming := await self._said.get()) is not None:
            await hear(incoming)
        raise Ended(self._kicked)

    async def answer(self, asked: str, words: str) -> None:
        """Answer the message with this request id. Raises Later, Never, Gone or Lost."""
        stream = {"id": secrets.token_hex(16), "finish": True, "content": words}
        await self.ask("aibot_respond_msg", {"msgtype": "stream", "stream": stream}, asked)

    async def greet(self, asked: str, words: str) -> None:
        await self.ask("aibot_respond_welcome_msg", {"msgtype": "text", "text": {"content": words}}, asked)

    async def push(self, chat: str, words: str, single: bool = False) -> None:
        """Send a message unasked, to a chat that has spoken to the robot before."""
        said = {"chatid": chat, "chat_type": 1 if single else 2, "msgtype": "markdown", "markdown": {"content": words}}
        await self.ask("aibot_send_msg", said)

    async def ask(self, command: str, body: dict[str, Any] | None = None, asked: str = "") -> None:
        """Send one request. Raises Later, Never, Gone, or Lost when no answer came in time."""
        request_id = asked or secrets.token_hex(16)
        frame = {"cmd": command, "headers": {"req_id": request_id}} | ({"body": body} if body is not None else {})
        answer = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        try:
            if self._ws.closed:
                raise Later("长连接断了")
            await self._ws.send_str(json.dumps(frame, ensure_ascii=False))
            said = await asyncio.wait_for(answer, PATIENCE)
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Lost("长连接没有回音") from None
        finally:
            self._waiting.pop(request_id, None)
        trouble = judged(errcode(said), text_in(said, "errmsg"), "robot")
        if trouble:
            raise trouble

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            try:
                await self.ask("ping")
            except (Later, Never, Lost):
                await self._ws.close()

    async def _read(self) -> None:
        try:
            async for message in self._ws:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(aiohttp.ClientConnectionError())
            self._said.put_nowait(None)

    def _take(self, text: str) -> None:
        """Dispatch one frame: an answer to its request, a message to `listen`; drop anything else."""
        try:
            frame = json_object(text)
            request_id, command = text_in(frame, "headers", "req_id"), text_in(frame, "cmd")
            if command in CALLBACKS:
                self._hand_on(frame.get("body"), request_id)
            elif (answer := self._waiting.get(request_id)) is not None and not answer.done():
                answer.set_result(frame)
        except (Unreadable, asyncio.QueueFull):
            return  # said again by WeCom or by people; a strange frame must not end the connection

    def _hand_on(self, body: Any, request_id: str) -> None:
        if text_in(body, "event", "eventtype") == "disconnected_event":
            self._kicked = True
        elif isinstance(body, dict):
            self._said.put_nowait(of_robot(body, request_id))


def _close_soon() -> aiohttp.ClientWSTimeout:
    return aiohttp.ClientWSTimeout(ws_close=2.0)
