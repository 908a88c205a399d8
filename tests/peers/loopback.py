"""What the small HTTP peers share: a server on loopback in a thread of its own, and answers as networks spoil them."""

import socket
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self


class Peer:
    """`with Peer() as peer` it answers at `url`; `release` ends whatever hangs."""

    handler: ClassVar[type["Handler"]]
    path: ClassVar[str] = ""

    def __enter__(self) -> Self:
        self.release = threading.Event()
        self._serve(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.leave()

    def _serve(self, port: int) -> None:
        self.server = _Server(self, port)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{self.path}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def leave(self) -> None:
        """Nobody is there any more: connections are refused, and those that were kept are closed."""
        self.server.shutdown()
        self.server.server_close()
        self.server.hang_up()

    def come_back(self) -> None:
        """At the same address."""
        self._serve(self.server.server_address[1])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, peer: Peer, port: int) -> None:
        self.peer: Any = peer
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), peer.handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whose client goes away in the middle has nothing to say about it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        for one in list(self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """A peer's own says `do_GET` or `do_POST` with these; `kind` is the type of what it answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    kind = "application/json"
    server: _Server

    @property
    def peer(self) -> Any:
        return self.server.peer

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def write(self, status: int, body: bytes = b"", length: int | None = None, kind: str = "") -> None:
        """An answer; with a `length` that is more than there is, one cut short."""
        self.send_response(status)
        self.send_header("Content-Type", kind or self.kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def hang(self) -> None:
        """No answer until the peer is released."""
        self.peer.release.wait()
        self.close_connection = True

    def truncated(self) -> None:
        self.write(200, b'{"errcode":0', length=27)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """What counts is what the peer keeps."""
