"""A real Redis server on a free loopback port that lives as long as the tests and keeps nothing."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from tests.peers import process


def lacking() -> str | None:
    return None if shutil.which("redis-server") else "no Redis server here (Debian package redis-server)"


class Server:
    """Starts, stops and starts again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, process.free_port()
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        return self.server.pid if self.server else None

    def start(self) -> None:
        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self.server = process.start(["redis-server", *options], self.folder / "log", self.answers)

    def stop(self) -> None:
        if self.server:
            process.stop(self.server)
        self.server = None

    def forget(self) -> None:
        """All that was kept."""
        with Redis.from_url(self.url) as client:
            client.flushall()

    def answers(self) -> bool:
        """Ours only when it lies in our folder: another program may have taken the port meanwhile."""
        try:
            with Redis.from_url(self.url, decode_responses=True, socket_timeout=1) as client:
                return client.config_get("dir") == {"dir": str(self.folder)}
        except NoConnection:
            return False


@contextmanager
def server() -> Iterator[Server]:
    with process.folder("redis", None) as folder:
        made = Server(folder)
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="session")
def redis() -> Iterator[Server]:
    """One server for the whole run (for each worker under xdist); flush it where a test needs it empty."""
    with server() as made:
        yield made
