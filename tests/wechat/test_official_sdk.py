"""WeCom's own SDK for robots beside ours, on the same line: what we send is formed as what it sends."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import aibot
import aiohttp
import pytest
from aibot.crypto_utils import decrypt_file

from governance.wechat import websocket
from governance.wechat.envelope import Envelope
from governance.wechat.websocket import RobotConnection
from tests.peers.platform import Platform
from tests.peers.robot_line import SECRET, RobotLine

WORDS, ASKED, CHAT = "三层的灯好了 **不是粗体**", "the-request-in-hand", "chat-5"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK speaks TLS only; our line is loopback. And neither waits half a minute for its first ping."""
    monkeypatch.setattr(aibot.ws, "_SSL_CONTEXT", None)
    monkeypatch.setattr(websocket, "PING_EVERY", 0.1)


def frames(live: Callable[[str], Awaitable[None]]) -> dict[str, Any]:
    """What a client sent by command, while it lived; made comparable: of ids only that they are there."""
    with RobotLine() as line:
        asyncio.run(live(line.url))
    assert all(frame["headers"]["req_id"] for frame in line.frames)
    return {frame["cmd"]: _comparable(frame) for frame in line.frames}


def _comparable(frame: dict[str, Any]) -> dict[str, Any]:
    body = dict(frame.get("body") or {})
    if "stream" in body:
        body["stream"] = {**body["stream"], "id": "any"}
    body.pop("chat_type", None)  # optional; we say it, as WeCom's documents do (path/101463)
    kept = frame["headers"]["req_id"] if frame["headers"]["req_id"] == ASKED else "any"
    return {"headers": {**frame["headers"], "req_id": kept}, "body": body}


async def _theirs(url: str) -> None:
    quiet = type("Quiet", (), dict.fromkeys(("debug", "info", "warn", "error"), lambda *_: None))()
    given = {"bot_id": "aib-1", "secret": SECRET, "ws_url": url, "heartbeat_interval": 100, "logger": quiet}
    client = aibot.WSClient(aibot.WSClientOptions(**given))
    ready = asyncio.Event()
    client.on("authenticated", lambda *_: ready.set())
    await client.connect()
    await asyncio.wait_for(ready.wait(), 5)
    asked = {"headers": {"req_id": ASKED}}
    await client.reply_stream(asked, secrets.token_hex(8), WORDS, finish=True)
    await client.reply_welcome(asked, {"msgtype": "text", "text": {"content": WORDS}})
    await client.send_message(CHAT, {"msgtype": "markdown", "markdown": {"content": WORDS}})
    await asyncio.sleep(0.3)
    client.disconnect()


async def _ours(url: str) -> None:
    async with aiohttp.ClientSession() as http, RobotConnection(http, url, "aib-1", SECRET) as line:
        await line.answer(ASKED, WORDS)
        await line.greet(ASKED, WORDS)
        await line.push(CHAT, WORDS)
        await asyncio.sleep(0.3)


def test_each_frame_is_formed_as_the_official_clients() -> None:
    theirs, ours = frames(_theirs), frames(_ours)
    assert ours.keys() == theirs.keys() and len(ours) == 5
    assert ours == theirs


@pytest.mark.parametrize("size", [1, 31, 32, 5000])
def test_a_file_is_opened_as_the_official_client_opens_it(size: int) -> None:
    theirs, photo = Platform(receive_id=""), secrets.token_bytes(size)
    pad = 32 - size % 32
    sealed = theirs.enciphered(photo + bytes([pad]) * pad)
    assert Envelope("", theirs.aes_key).open_file(sealed) == decrypt_file(sealed, theirs.aes_key) == photo
