"""A loopback WeCom as far as robots need it: files to fetch, and the address an answer may be sent to once."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class WecomSide:
    """`with WecomSide() as wecom`; `files` by path, `answers` by the code of the address."""

    def __init__(self) -> None:
        self.files, self.answers = dict[str, bytes](), dict[str, Any]()
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "WecomSide":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def file(self, name: str, data: bytes) -> str:
        self.files[f"/{name}"] = data
        return f"{self.url}/{name}"

    def address(self, code: str) -> str:
        return f"{self.url}/cgi-bin/aibot/response?response_code={code}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, side: WecomSide) -> None:
        self.side = side
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        found = self.server.side.files.get(self.path)
        self._write(404 if found is None else 200, found or b"")

    def do_POST(self) -> None:
        asked = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code = parse_qs(asked.query).get("response_code", [""])[0]
        fresh = asked.path == "/cgi-bin/aibot/response" and code not in self.server.side.answers
        if fresh:
            self.server.side.answers[code] = body
        self._write(200, json.dumps({"errcode": 0 if fresh else 60140, "errmsg": "ok"}).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """What counts is kept by the side."""
