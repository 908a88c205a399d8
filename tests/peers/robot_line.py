"""A loopback WeCom that robots keep a long connection to: it speaks to them, hears them, refuses or ends them."""

import asyncio
import json
import secrets
import threading
from collections import defaultdict
from typing import Any

from aiohttp import WSMsgType, web

SECRET = "the-robot's-own-secret"


class RobotLine:
    """`with RobotLine() as line`; `frames` are those we were sent, `refuse[cmd]` the next errcodes of a command."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.refuse = defaultdict[str, list[int]](list)
        self.connections: list[web.WebSocketResponse] = []
        self.deaf = False  # hears and answers nothing
        self.cuts: set[str] = set()  # the commands at which it hangs up, once each
        self._ready = threading.Event()

    def __enter__(self) -> "RobotLine":
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_get("/", self._talk)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/"  # type: ignore[union-attr]
        self._ready.set()
        await self._over.wait()
        await runner.cleanup()

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            if message.type is not WSMsgType.TEXT or self.deaf:
                continue
            frame = json.loads(message.data)
            code = self._code(frame)
            if frame["cmd"] == "aibot_subscribe" and not code:
                self.connections.append(ws)
            self.frames.append(frame)
            if frame["cmd"] in self.cuts:
                self.cuts.remove(frame["cmd"])
                break
            await ws.send_json({"headers": frame["headers"], "errcode": code, "errmsg": "said"})
        return ws

    def _code(self, frame: dict[str, Any]) -> int:
        if self.refuse[frame["cmd"]]:
            return self.refuse[frame["cmd"]].pop(0)
        return 40001 if frame["cmd"] == "aibot_subscribe" and frame["body"].get("secret") != SECRET else 0

    def say(self, body: dict[str, Any], command: str = "aibot_msg_callback") -> str:
        """Something a member says to the robot; the request its answer belongs to."""
        asked = secrets.token_hex(8)
        self.send(json.dumps({"cmd": command, "headers": {"req_id": asked}, "body": body}))
        return asked

    def send(self, text: str) -> None:
        asyncio.run_coroutine_threadsafe(self.connections[-1].send_str(text), self._loop).result(5)

    def hang_up(self) -> None:
        asyncio.run_coroutine_threadsafe(self.connections[-1].close(), self._loop).result(5)

    def sent(self, command: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["cmd"] == command]
