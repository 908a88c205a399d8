"""A loopback WeCom as far as robots need it: files to fetch, and the address an answer may be sent to once."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.peers.loopback import Handler, Peer


class _Handler(Handler):
    def do_GET(self) -> None:
        found = self.peer.files.get(self.path)
        self.write(404 if found is None else 200, found or b"")

    def do_POST(self) -> None:
        asked = urlsplit(self.path)
        body = json.loads(self.body())
        code = parse_qs(asked.query).get("response_code", [""])[0]
        fresh = asked.path == "/cgi-bin/aibot/response" and code not in self.peer.answers
        if fresh:
            self.peer.answers[code] = body
        self.write(200, json.dumps({"errcode": 0 if fresh else 60140, "errmsg": "ok"}).encode())


class WecomSide(Peer):
    """`with WecomSide() as wecom`; `files` by path, `answers` by the code of the address."""

    handler = _Handler

    def __init__(self) -> None:
        self.files, self.answers = dict[str, bytes](), dict[str, Any]()

    def file(self, name: str, data: bytes) -> str:
        self.files[f"/{name}"] = data
        return f"{self.url}/{name}"

    def address(self, code: str) -> str:
        return f"{self.url}/cgi-bin/aibot/response?response_code={code}"
