"""Which tests run: the long experiments when asked for, and none whose real server or browser is missing.

What is left out is named with its reason; on CI nothing may be missing.
"""

import os
import zlib

import pytest

from tests import app, connected, groups, phone
from tests.peers import browser, postgres, redis

MARKERS = {
    "postgres": "needs the PostgreSQL server",
    "redis": "needs the Redis server",
    "browser": "needs Chromium and Chinese fonts",
    "faults": "a long experiment; runs with --faults",
}

PARTS = {"postgres": postgres, "redis": redis, "browser": browser}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="run the long experiments too")


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    for part in (*PARTS.values(), app, connected, groups, phone):
        config.pluginmanager.register(part)


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
    """Of tables that a module asks line by line, whole on one database (WHOLE_ON), every fourth line on the other."""
    left = [item for item in items if _is_spared(item)]
    config.hook.pytest_deselected(items=left)
    return [item for item in items if item not in set(left)]


def _is_spared(item: pytest.Item) -> bool:
    whole_on = getattr(item.module, "WHOLE_ON", None)  # type: ignore[attr-defined]
    values = dict(getattr(item, "callspec", None).params) if hasattr(item, "callspec") else {}
    kind = values.pop("shared_world", whole_on)
    name = f"{item.originalname}{sorted(map(str, values.values()))}"  # type: ignore[attr-defined]
    return whole_on is not None and bool(values) and kind != whole_on and zlib.crc32(name.encode()) % 4 != 0
