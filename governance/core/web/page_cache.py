"""A cache of what is the same for every visitor, kept until its version changes: pages with their gzip, parts of pages.

The version is read at most once a second. What is kept also expires, because it shows relative times.
"""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

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


Thing = TypeVar("Thing")


@dataclass
class Kept(Generic[Thing]):
    thing: Thing
    version: Any
    made: float
    asked: float


class Page(NamedTuple):
    body: bytes
    zipped: bytes


def init_app(app: Flask) -> None:
    app.extensions["kept_pages"] = {}


def clear() -> None:
    """Forget all pages of this process. Others make a page anew when its version has changed."""
    _pages().clear()


def fresh(key: Key) -> Kept[Any] | None:
    """What is kept under `key`, when its version was read a moment ago."""
    kept = _pages().get(key)
    return kept if kept is not None and time.monotonic() - kept.asked < FRESH else None


def current_page(key: Key, version: Any, make: Callable[[], str]) -> Kept[Page]:
    """`current` for a whole page."""
    return current(key, version, lambda: _packed(make()))


def current(key: Key, version: Any, make: Callable[[], Thing]) -> Kept[Thing]:
    """What is kept under `key` when its version is unchanged and it has not expired; else made anew."""
    pages, moment = _pages(), time.monotonic()
    kept = pages.get(key)
    if kept is None or kept.version != version or moment - kept.made > OLDEST:
        kept = Kept(make(), version, moment, moment)
    kept.asked = moment
    if len(pages) >= MOST:
        pages.clear()
    pages[key] = kept
    return kept


def _pages() -> dict[Key, Kept[Any]]:
    pages: dict[Key, Kept[Any]] = current_app.extensions["kept_pages"]
    return pages


def _packed(page: str) -> Page:
    body, packer = page.encode(), zlib.compressobj(wbits=WINDOW + GZIP, memLevel=MEMORY)
    return Page(body, packer.compress(body) + packer.flush())


def response_of(kept: Kept[Page]) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(kept.thing.zipped, headers=ZIPPED)
    return Response(kept.thing.body, headers=SAME_FOR_ALL)
