"""A small loopback receiver that speaks the protocol of a WeCom group robot, with the faults networks have.

`script[key]` is a list of faults for the next calls of that key ("" stands for any key), `always` one for every call;
without one it answers ok.
"""

import json
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OK = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Call:
    key: str
    text: str
    at: float
    fault: str


@dataclass
class Log:
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, call: Call) -> None:
        with self.lock:
            self.calls.append(call)


class Receiver:
    """`with Receiver() as receiver`; faults: 503 429 500 reset hang truncated garbage, or an errcode."""

    def __init__(self) -> None:
        self.log, self.script = Log(), defaultdict[str, list[str]](list)
        self.release, self.delay, self.always = threading.Event(), 0.0, ""
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def heard(self, key: str = "") -> list[str]:
        """The texts a group really got (or got although the answer was lost), in order."""
        arrived = ("", "reset", "hang", "truncated", "garbage", "500")
        return [call.text for call in self.log.calls if key in ("", call.key) and call.fault in arrived]

    def next_fault(self, key: str) -> str:
        with self.log.lock:
            waiting = self.script[key] or self.script[""]
            return waiting.pop(0) if waiting else self.always


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        asked = urlsplit(self.path)
        key = parse_qs(asked.query).get("key", [""])[0]
        text, trouble = _read(asked.path, self.rfile.read(int(self.headers["Content-Length"])))
        fault = trouble or receiver.next_fault(key)
        receiver.log.add(Call(key, text, time.time(), fault))
        time.sleep(receiver.delay)
        getattr(self, f"_{fault or 'ok'}", lambda: self._answered(fault))()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _hang(self) -> None:
        self.server.receiver.release.wait()
        self.close_connection = True

    def _truncated(self) -> None:
        self._write(200, b'{"errcode":0', length=27)
        self.close_connection = True

    def _garbage(self) -> None:
        self._write(200, b"<html>busy</html>")

    def _answered(self, fault: str) -> None:
        if fault in ("429", "500", "503"):
            self._write(int(fault), b"busy")
            return
        said: dict[str, Any] = {"errcode": int(fault), "errmsg": "refused, hint: [1]"} if fault else OK
        self._write(200, json.dumps(said).encode())

    def _write(self, status: int, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The log that counts is `receiver.log`."""


def _read(path: str, body: bytes) -> tuple[str, str]:
    """The text of a call, and the errcode WeCom would answer a malformed one with."""
    try:
        asked = json.loads(body)
        text = asked["text"]["content"]
    except (ValueError, KeyError, TypeError):
        return "", "40008"
    if path != "/cgi-bin/webhook/send" or asked.get("msgtype") != "text":
        return text, "40008"
    if not text:
        return text, "44004"
    return text, "40058" if len(text.encode()) > 2048 else ""
