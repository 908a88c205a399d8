"""Which tests run: the long experiments when asked for, and none whose real server or browser is missing.

What is left out is named with its reason; on CI nothing may be missing.
"""

import os

import pytest

from tests import app, connected
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
    for part in (*PARTS.values(), app, connected):
        config.pluginmanager.register(part)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {name: reason for name, part in PARTS.items() if (reason := part.lacking())}
    if reasons and os.environ.get("CI") == "true":
        raise pytest.UsageError("CI must have every part: " + "; ".join(reasons.values()))
    if not config.getoption("--faults"):
        reasons["faults"] = "a long experiment; run with --faults"
    for item in items:
        for name in reasons.keys() & {marker.name for marker in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=reasons[name]))
