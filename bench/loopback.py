"""A loopback robot receiver as cheap as asyncio allows, in a process of its own: `python -m bench.loopback`.

Prints its address; at the end of its input it prints how many calls came and for how many robots.
"""

import asyncio
import re
import sys

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n" + b'{"errcode":0,"errmsg":"ok"}'
)
LENGTH = re.compile(rb"(?i)content-length: (\d+)")
KEY = re.compile(rb"key=([^ &]+)")
calls: list[bytes] = []


class Robot(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.held = transport, b""

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            head, length = self.held[:end], LENGTH.search(self.held, 0, end)
            whole = end + 4 + int(length[1] if length else 0)
            if len(self.held) < whole:
                return
            key, self.held = KEY.search(head), self.held[whole:]
            calls.append(key[1] if key else b"")
            self.transport.write(ANSWER)  # type: ignore[attr-defined]  # asyncio sets it before data comes


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Robot, "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(len(calls), len(set(calls)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
