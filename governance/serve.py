"""`bin/serve`: schema, demo, web and worker from one command, with lines for scripts.

It prints `ready`, then `scan` and `person` lines, tab-separated; a QR code goes to a terminal.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from sqlalchemy import select
from whitenoise.compress import Compressor

from governance import initial_data
from governance.core import migrations
from governance.core.config import ROOT, MissingSetting, Settings, load
from governance.core.db import db
from governance.demo import community
from governance.places.model import Code, Place
from governance.places.terminal import terminal
from governance.web.app import build

PATIENCE = 60.0


def main() -> int:
    try:
        settings = _addressed(load())
    except MissingSetting as trouble:
        print(trouble, file=sys.stderr)
        return 2
    migrations.upgrade(settings.database)
    compress(ROOT / "static")
    people = _demo(settings)
    children = [_start(settings, *command) for command in (web_command(settings), ("-m", "governance.worker"))]
    try:
        return _run(settings, people, children)
    finally:
        _end(children)


def _addressed(settings: Settings) -> Settings:
    """With PORT=0 a free port is taken now, so that it can be printed and passed on."""
    if settings.port:
        return settings
    with socket.socket() as free:
        free.bind((settings.host, 0))
        return settings.model_copy(update={"port": free.getsockname()[1]})


def compress(folder: Path) -> None:
    """Put a .gz beside each static file, for those who accept it."""
    compressor = Compressor(quiet=True, use_brotli=False)
    for file in folder.rglob("*"):
        if file.is_file() and compressor.should_compress(file.name):
            list(compressor.compress(str(file)))


def _demo(settings: Settings) -> list[community.Account]:
    """Fill an empty database of a demo. Its accounts are kept beside it, so that a second start can name them."""
    kept = settings.var_dir / "demo_people"
    with build(settings).app_context():
        initial_data.install()
        if settings.is_demo and community.is_empty():
            kept.touch(mode=0o600)
            kept.write_text("".join("\t".join(account) + "\n" for account in community.fill(settings.demo_password)))
    lines = kept.read_text().splitlines() if settings.is_demo and kept.exists() else []
    return [community.Account(*line.split("\t")) for line in lines]


def web_command(settings: Settings) -> tuple[str, ...]:
    address = f"{settings.host}:{settings.port}"
    threads = str(settings.web_threads)
    flags = ("--worker-class", "gthread", "--workers", "1", "--threads", threads, "--no-control-socket")
    return (
        "-m",
        "gunicorn",
        "app:app",
        "--bind",
        address,
        *flags,
        "--log-level",
        "warning",
        "--chdir",
        str(ROOT),
    )


def _start(settings: Settings, *command: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PORT": str(settings.port), "HOST": settings.host, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, *command], env=environment, cwd=ROOT, start_new_session=True)  # noqa: S603


def _run(settings: Settings, people: list[community.Account], children: list[subprocess.Popen[bytes]]) -> int:
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    if not _wait(
        lambda: _answers(settings),
        lambda: bool(stopped) or any(child.poll() is not None for child in children),
    ):
        return 0 if stopped else 1
    _announce(settings, people)
    while not stopped and all(child.poll() is None for child in children):
        time.sleep(0.2)
    return 0 if stopped else 1


def _wait(done: Callable[[], bool], given_up: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not given_up():
        if done():
            return True
        time.sleep(0.1)
    return False


def _answers(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _announce(settings: Settings, people: list[community.Account]) -> None:
    base = settings.base_url
    print("ready", base, sep="\t", flush=True)
    codes = _codes(settings)
    for code, place in codes:
        print("scan", f"{base}/c/{code}", place, sep="\t", flush=True)
    for person in people:
        print("person", person.account, person.password, person.role, person.name, sep="\t", flush=True)
    if codes and sys.stdout.isatty():
        print(terminal(f"{base}/c/{codes[0][0]}"), flush=True)


def _codes(settings: Settings) -> list[tuple[str, str]]:
    with build(settings).app_context():
        query = select(Code.token, Place.name).join(Place).where(Code.state == "posted")
        buildings = query.where(Place.kind == "building").order_by(Code.place_id).limit(3)
        return [(row.token, row.name) for row in db.session.execute(buildings)]


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """End what we started, kindly first."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
