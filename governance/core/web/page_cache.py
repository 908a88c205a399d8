"""A cache of pages that are the same for every visitor, kept with their gzip until their version changes.

The version of a page is read at most once a second. A page also expires, because it shows relative times.
"""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request

FRESH = 1.0  # seconds during which a page is not asked whether it has changed
OLDEST = 60.0  # seconds after which it is made anew
MOST = 20_000
# A page of a few kilobytes needs no window of 32: making one costs more than the packing. The bytes are the same.
WINDOW, GZIP, MEMORY = 12, 16, 6
SAME_FOR_ALL = {
    "Content-Type": "text/html; charset=utf-8",
    "Vary": "Accept-Encoding, Cookie",
    "Cache-Control": "private, max-age=0",
}
ZIPPED = SAME_FOR_ALL | {"Content-Encoding": "gzip"}
Key = tuple[Any, ...]


@dataclass
class Kept:
    body: bytes
    zipped: bytes
    version: Any
    made: float
    asked: float


def init_app(app: Flask) -> None:
    app.extensions["kept_pages"] = {}


def clear() -> None:
    """Forget all pages of this process. Others make a page anew when its version has changed."""
    _pages().clear()


def fresh(key: Key) -> Kept | None:
    """The page under `key`, when its version was read a moment ago."""
    kept = _pages().get(key)
    return kept if kept is not None and time.monotonic() - kept.asked < FRESH else None


def current_page(key: Key, version: Any, make: Callable[[], str]) -> Kept:
    """The page under `key` when its version is unchanged and it has not expired; else a new one."""
    pages, moment = _pages(), time.monotonic()
    kept = pages.get(key)
    if kept is None or kept.version != version or moment - kept.made > OLDEST:
        body = make().encode()
        kept = Kept(body, _zipped(body), version, moment, moment)
    kept.asked = moment
    if len(pages) >= MOST:
        pages.clear()
    pages[key] = kept
    return kept


def _pages() -> dict[Key, Kept]:
    pages: dict[Key, Kept] = current_app.extensions["kept_pages"]
    return pages


def _zipped(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=WINDOW + GZIP, memLevel=MEMORY)
    return packer.compress(body) + packer.flush()


def response_of(kept: Kept) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(kept.zipped, headers=ZIPPED)
    return Response(kept.body, headers=SAME_FOR_ALL)
