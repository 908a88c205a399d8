"""Rate limits by device and place. The network address is only a flood guard, as a whole building may share one.

With Redis all machines share the counts; without it, or while it is away, each process counts for itself.
"""

import threading
import time
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter as Window
from redis.exceptions import RedisError

from governance.core.errors import TooMuch

View = TypeVar("View", bound=Callable[..., Any])
FLOOD = parse("1200/minute")
MOST = 100_000  # keys a process remembers before it looks for old ones


class LocalCounter:
    """The counts of this process in a sliding window: this slot and a share of the slot before.

    The library's memory storage starts a thread for nearly every hit, which walks over all keys.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._counts: dict[tuple[str, ...], tuple[int, int, int, int]] = {}

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one more, unless that is too many."""
        length = limit.get_expiry()
        slot, into = divmod(self._clock(), length)
        with self._lock:
            before, count = self._standing((str(limit), *key), int(slot))
            if _over(limit, before, count, into):
                return False
            if len(self._counts) >= MOST:
                self._forget_old()
            self._counts[(str(limit), *key)] = (length, int(slot), before, count + 1)
        return True

    def test(self, limit: RateLimitItem, *key: str) -> bool:
        """Whether one more would be let through."""
        slot, into = divmod(self._clock(), limit.get_expiry())
        with self._lock:
            return not _over(limit, *self._standing((str(limit), *key), int(slot)), into)

    def _standing(self, key: tuple[str, ...], slot: int) -> tuple[int, int]:
        """The counts of the slot before and of this one."""
        _length, last, before, count = self._counts.get(key, (0, slot, 0, 0))
        return (before, count) if last == slot else (count, 0) if last == slot - 1 else (0, 0)

    def _forget_old(self) -> None:
        moment = self._clock()
        fresh = {key: kept for key, kept in self._counts.items() if kept[1] >= moment // kept[0] - 1}
        self._counts = fresh if len(fresh) < MOST else {}


def _over(limit: RateLimitItem, before: int, count: int, into: float) -> bool:
    return before * (1 - into / limit.get_expiry()) + count + 1 > limit.amount


def init_app(app: Flask, redis_url: str) -> None:
    here = LocalCounter()
    shared = Window(RedisStorage(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5)) if redis_url else here
    app.extensions["limits"] = (shared, here)
    app.before_request(_flood_guard)


def within_limit(limit: str, *key: str) -> bool:
    """Count one more of `limit` (such as "20/hour") under this key; False when that is too many."""
    return _hit(_read(limit), *key)


_read = cache(parse)


def has_room(limit: str, *key: str) -> bool:
    """Whether one more would be within the limit; it is not counted."""
    shared, here = current_app.extensions["limits"]
    try:
        return bool(shared.test(parse(limit), *key))
    except RedisError:
        return bool(here.test(parse(limit), *key))


def require(limit: str, *key: str) -> None:
    if not within_limit(limit, *key):
        raise TooMuch


def network(address: str) -> str:
    """The key of an address. An IPv6 address counts by its first 64 bits, as one subscriber has all that begin so."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((read, 64), strict=False)) if read.version == 6 else address


def _hit(limit: RateLimitItem, *key: str) -> bool:
    shared, here = current_app.extensions["limits"]
    try:
        return bool(shared.hit(limit, *key))
    except RedisError:
        return bool(here.hit(limit, *key))


def proven(view: View) -> View:
    """Exempts an endpoint whose callers sign each request: a platform calls for everybody from a few addresses."""
    view.proven = True  # type: ignore[attr-defined]
    return view


def _flood_guard() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "proven", False):
        return
    if request.method == "POST" and not _hit(FLOOD, "address", network(request.remote_addr or "")):
        raise TooMuch
