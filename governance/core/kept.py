"""Pages that are the same for every visitor: kept with their gzip until what they show has changed.

Whether it has is asked at most once a second for each page; and a page grows old, as the times on it do.
"""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

FRESH = 1.0  # seconds during which a page is not asked whether it has changed
OLDEST = 60.0  # seconds after which it is made anew
MOST = 20_000
SAME_FOR_ALL = {
    "Content-Type": "text/html; charset=utf-8",
    "Vary": "Accept-Encoding, Cookie",
    "Cache-Control": "private, max-age=0",
}
ZIPPED = SAME_FOR_ALL | {"Content-Encoding": "gzip"}
Thing = TypeVar("Thing")


@dataclass
class Kept:
    body: bytes
    zipped: bytes
    version: Any
    made: float
    asked: float


def init_app(app: Flask) -> None:
    app.extensions["kept_pages"] = {}


def page(key: tuple[Any, ...], look: Callable[[], tuple[Any, Thing]], make: Callable[[Thing], str]) -> Kept:
    """The page under `key`: as kept, or made anew of what `look` found when its version is another than before."""
    pages: dict[tuple[Any, ...], Kept] = current_app.extensions["kept_pages"]
    kept, moment = pages.get(key), time.monotonic()
    if kept is not None and moment - kept.asked < FRESH:
        return kept
    version, thing = look()
    if kept is None or kept.version != version or moment - kept.made > OLDEST:
        body = make(thing).encode()
        kept = Kept(body, _zipped(body), version, moment, moment)
    kept.asked = moment
    if len(pages) >= MOST:
        pages.clear()
    pages[key] = kept
    return kept


def _zipped(body: bytes) -> bytes:
    """As gzip (RFC 1952), with no time in its head, so that the same page is the same bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()


def answer(kept: Kept) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(kept.zipped, headers=ZIPPED)
    return Response(kept.body, headers=SAME_FOR_ALL)
