"""A small loopback receiver that speaks the protocol of a WeCom group robot, with the faults networks have.

It takes text, markdown, news and image, and refuses what is over their limits or not formed as they are.

`script[key]` is a list of faults for the next calls of that key ("" stands for any key), `always` one for every call;
without one it answers ok.
"""

import base64
import hashlib
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.peers.loopback import Handler, Peer

OK = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Call:
    key: str
    text: str
    at: float
    fault: str
    kind: str = "text"
    body: bytes = b""

    @property
    def said(self) -> dict[str, Any]:
        """What it carried under the name of its kind."""
        found: dict[str, Any] = json.loads(self.body)[self.kind]
        return found


@dataclass
class Log:
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, call: Call) -> None:
        with self.lock:
            self.calls.append(call)


class _Handler(Handler):
    def do_POST(self) -> None:
        receiver = self.peer
        asked = urlsplit(self.path)
        key = parse_qs(asked.query).get("key", [""])[0]
        body = self.body()
        kind, text, trouble = _read(asked.path, body)
        fault = trouble or receiver.next_fault(key)
        receiver.log.add(Call(key, text, time.time(), fault, kind, body))
        time.sleep(receiver.delay)
        getattr(self, fault, lambda: self._answered(fault))()

    def garbage(self) -> None:
        self.write(200, b"<html>busy</html>")

    def _answered(self, fault: str) -> None:
        if fault in ("429", "500", "503"):
            self.write(int(fault), b"busy")
            return
        said: dict[str, Any] = {"errcode": int(fault), "errmsg": "refused, hint: [1]"} if fault else OK
        self.write(200, json.dumps(said).encode())


class Receiver(Peer):
    """`with Receiver() as receiver`; faults: 503 429 500 reset hang truncated garbage, or an errcode."""

    handler = _Handler

    def __init__(self) -> None:
        self.log, self.script = Log(), defaultdict[str, list[str]](list)
        self.delay, self.always = 0.0, ""

    def heard(self, key: str = "") -> list[str]:
        """The texts a group really got (or got although the answer was lost), in order."""
        arrived = ("", "reset", "hang", "truncated", "garbage", "500")
        return [call.text for call in self.log.calls if key in ("", call.key) and call.fault in arrived]

    def next_fault(self, key: str) -> str:
        with self.log.lock:
            waiting = self.script[key] or self.script[""]
            return waiting.pop(0) if waiting else self.always


def _read(path: str, body: bytes) -> tuple[str, str, str]:
    """The kind of a call, its words in one text, and the errcode WeCom would answer a malformed one with."""
    try:
        asked = json.loads(body)
        kind = asked["msgtype"]
        said = asked[kind]
    except (ValueError, KeyError, TypeError):
        return "", "", "40008"
    if path != "/cgi-bin/webhook/send" or kind not in KINDS or set(asked) != {"msgtype", kind}:
        return kind, "", "40008"
    return (kind, *KINDS[kind](said))


def _of_text(said: Any) -> tuple[str, str]:
    return _within(said, 2048)


def _of_markdown(said: Any) -> tuple[str, str]:
    return _within(said, 4096)


def _within(said: Any, most: int) -> tuple[str, str]:
    content = said.get("content", "")
    if not content.strip():
        return content, "44004"
    return content, "40058" if len(content.encode()) > most else ""


def _of_news(said: Any) -> tuple[str, str]:
    """WeCom cuts what is too long; nothing of ours is to be cut there."""
    cards = said.get("articles", [])
    if len(cards) > 8:
        return "", "45008"
    if not cards or not all(card.get("title") and card.get("url") for card in cards):
        return "", "41016"
    words = "\n".join(f"{card['title']}\n{card['url']}\n{card.get('description', '')}" for card in cards)
    fields = {"title": 128, "description": 512, "url": 2048, "picurl": 2048}
    fits = all(len(card.get(name, "").encode()) <= most for card in cards for name, most in fields.items())
    return words, "" if fits and all(set(card) <= set(fields) for card in cards) else "40058"


def _of_image(said: Any) -> tuple[str, str]:
    try:
        data = base64.b64decode(said["base64"], validate=True)
    except (KeyError, ValueError):
        return "", "40058"
    if len(data) > 2 << 20 or not data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return "", "40009"
    return "", "" if hashlib.md5(data).hexdigest() == said.get("md5") else "301019"


KINDS = {"text": _of_text, "markdown": _of_markdown, "news": _of_news, "image": _of_image}
