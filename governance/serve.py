"""`bin/serve`: schema, demo, web and worker from one command, with lines for scripts.

It prints `ready`, then `scan` and `person` lines, tab-separated; a QR code goes to a terminal. This process only
waits, so it imports nothing large. Its children are killed with it, however it ends.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, Any

from governance.core import tied

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds until the web process must answer
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Child = subprocess.Popen[bytes]


class _Stopped(Exception):
    """Somebody asked us to end."""


def main() -> int:
    """Run until a signal (0) or until a child ends (1). Raises nothing."""
    for name in STOPPING:
        signal.signal(name, _stop)
    children: list[Child] = []
    try:
        return _run(children)
    except _Stopped:
        return 0
    finally:
        _end(children)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _run(children: list[Child]) -> int:
    children.append(preparing := _start("-m", "governance.prepare", output=subprocess.PIPE))
    said, _ = preparing.communicate()
    if preparing.returncode:
        return preparing.returncode
    facts = json.loads(said)
    host, port = facts["host"], facts["port"]
    os.environ |= {"HOST": host, "PORT": str(port)}
    children.append(_start(*web_command(host, port, facts["threads"])))
    children.append(_start("-m", "governance.worker"))
    if not _answers_in_time(host, port, children[1:]):
        return 1
    _announce(facts["lines"], facts["picture"])
    while os.wait()[0] not in [child.pid for child in children]:
        pass  # as process 1 of a container we inherit others' children too
    return 1


def web_command(host: str, port: int, threads: int) -> tuple[str, ...]:
    """The arguments of Python that start the web server."""
    flags = ("--worker-class", "gthread", "--workers", "1", "--threads", str(threads), "--no-control-socket")
    where = ("--bind", f"{host}:{port}", "--chdir", str(ROOT))
    return (
        "-m",
        "gunicorn",
        "app:app",
        *where,
        *flags,
        "--log-level",
        "warning",
        "--config",
        f"python:{tied.__name__}",
    )


def _start(*command: str, output: int | IO[Any] | None = None) -> Child:
    """A child in a session of its own, so that Ctrl-C reaches us alone and we end it kindly."""
    return subprocess.Popen(  # noqa: S603 - our own modules, by our own interpreter
        [sys.executable, *command],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=output,
        start_new_session=True,
        preexec_fn=partial(tied.die_with, os.getpid()),  # noqa: PLW1509 - there is one thread here
    )


def _answers_in_time(host: str, port: int, children: list[Child]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and all(child.poll() is None for child in children):
        if _answers(host, port):
            return True
        time.sleep(0.1)
    return False


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _announce(lines: list[list[str]], picture: str) -> None:
    for line in lines:
        print(*line, sep="\t", flush=True)
    if picture and sys.stdout.isatty():
        print(picture, flush=True)


def _end(children: list[Child]) -> None:
    """End what we started, kindly first. A second signal changes nothing."""
    for name in STOPPING:
        signal.signal(name, signal.SIG_IGN)
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
