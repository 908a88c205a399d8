"""A small loopback SMS gateway that speaks docs/sms.md, with the faults networks have.

`script` is a list of faults for the next calls: a status, or reset, hang; without one it takes the message.
"""

import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Gateway:
    """`with Gateway() as gateway`: `taken` holds what was really sent, once for each id."""

    key: str = "the-gateway's-key"
    script: list[str] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    release: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Gateway":
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/messages?tenant=a"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        gateway = self.server.gateway
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gateway.calls.append(message)
        fault = gateway.script.pop(0) if gateway.script else ""
        if self.headers["Authorization"] != f"Bearer {gateway.key}" or set(message) != {"id", "to", "text"}:
            fault = "403"
        if fault in ("", "202", "reset", "hang", "500 taken"):  # taken, though the answer may be lost
            gateway.taken.setdefault(message["id"], message)
        self._answer(fault)

    def _answer(self, fault: str) -> None:
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "hang":
            self.server.gateway.release.wait()
        else:
            self.send_response(int(fault.split()[0]) if fault else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """What counts is `calls`."""
