"""Which tests run: the long experiments when asked for, and none whose real server or browser is missing.

What is left out is named with its reason; on CI nothing may be missing.
"""

import os
import signal
import threading
import zlib

import pytest

from tests import app, connected, groups, phone, slowest
from tests.peers import browser, postgres, process, redis

MARKERS = {
    "postgres": "needs the PostgreSQL server",
    "redis": "needs the Redis server",
    "browser": "needs Chromium and Chinese fonts",
    "faults": "a long experiment; runs with --faults",
    "mainly_on": "without --faults on this one of the two databases only",
}

PARTS = {"postgres": postgres, "redis": redis, "browser": browser}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="run the long experiments too")
    parser.addoption("--slowest", action="store_true", help="say where the time went, folder by folder")


def pytest_configure(config: pytest.Config) -> None:
    # However a run is ended, also in the background of a shell: what its tests started is stopped on the way out.
    if threading.current_thread() is threading.main_thread():
        for ended in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ended, signal.default_int_handler)
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    for part in (*PARTS.values(), app, connected, groups, phone):
        config.pluginmanager.register(part)
    if config.getoption("--slowest"):
        config.pluginmanager.register(slowest.Slowest())
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(process.in_memory()))  # where `tmp_path` lies


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {name: reason for name, part in PARTS.items() if (reason := part.lacking())}
    if reasons and os.environ.get("CI") == "true":
        raise pytest.UsageError("CI must have every part: " + "; ".join(reasons.values()))
    if not config.getoption("--faults"):
        reasons["faults"] = "a long experiment; run with --faults"
        items[:] = _enough(config, items)
    for item in items:
        for name in reasons.keys() & {marker.name for marker in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=reasons[name]))


def _enough(config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
    """What `mainly_on` keeps to one database, and of tables that a module asks line by line, whole on one database
    (WHOLE_ON), every fourth line on the other."""
    left = [item for item in items if _is_spared(item)]
    config.hook.pytest_deselected(items=left)
    return [item for item in items if item not in set(left)]


def _is_spared(item: pytest.Item) -> bool:
    values = list(map(str, item.callspec.params.values())) if hasattr(item, "callspec") else []
    on = next((value for value in values if value in ("sqlite", "postgresql")), None)
    mainly = item.get_closest_marker("mainly_on")
    if mainly and on not in (None, *mainly.args):
        return True
    whole_on = getattr(item.module, "WHOLE_ON", None)  # type: ignore[attr-defined]
    lines = sorted(value for value in values if value != on)
    name = f"{item.originalname}{lines}"  # type: ignore[attr-defined]
    return bool(whole_on and on and lines) and on != whole_on and zlib.crc32(name.encode()) % 4 != 0
