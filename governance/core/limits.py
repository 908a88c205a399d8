"""How much is too much, by device and place; the network address is only a flood guard, as a whole building shares one.

With Redis the count is shared by all machines; without it, or while it is gone, each process counts for itself.
"""

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter as Window
from redis.exceptions import RedisError

from governance.core.errors import TooMuch

FLOOD = parse("1200/minute")


def init_app(app: Flask, redis_url: str) -> None:
    here = MemoryStorage()
    shared: Storage = RedisStorage(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5) if redis_url else here
    app.extensions["limits"] = (Window(shared), Window(here))
    app.before_request(_flood_guard)


def take(limit: str, *key: str) -> bool:
    """Count one more of `limit` (such as "20/hour") under this key; False when that is too many."""
    return _hit(parse(limit), *key)


def require(limit: str, *key: str) -> None:
    if not take(limit, *key):
        raise TooMuch


def _hit(limit: RateLimitItem, *key: str) -> bool:
    shared, here = current_app.extensions["limits"]
    try:
        return bool(shared.hit(limit, *key))
    except RedisError:
        return bool(here.hit(limit, *key))


def _flood_guard() -> None:
    if request.method == "POST" and not _hit(FLOOD, "address", request.remote_addr or ""):
        raise TooMuch
