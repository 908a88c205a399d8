"""Each process of a deployment starts from its own module, and none outlives the one that started it."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from governance.core.config import ROOT

PATIENCE = 60.0  # seconds for what takes a few
SOON = 5.0  # seconds in which orphans must be gone
PARENT = """
import sys
from pathlib import Path
from governance.core import sandbox
sandbox.run(Path(sys.argv[1]), "PIL", [], b"", 60)
"""


@pytest.mark.parametrize("module", ["worker", "web.app", "serve", "prepare", "cli.__main__"])
def test_each_process_can_be_started(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import governance.{module}"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_serve_killed_leaves_no_process_behind_not_even_one_in_the_middle_of_a_request(settled, tmp_path: Path) -> None:
    with served(settled, tmp_path) as server, half_a_request(server.stdout.readline()):
        family = watched(descendants(server.pid))
        assert len(family) == 3, "the web server, its one worker process, and the worker"
        server.kill()
        assert left_after(SOON, family) == []


def test_serve_asked_to_stop_ends_its_processes_first(settled, tmp_path: Path) -> None:
    with served(settled, tmp_path) as server:
        assert server.stdout.readline().startswith("ready\t")
        family = watched(descendants(server.pid))
        server.terminate()
        assert server.wait(PATIENCE) == 0
        assert left_after(0, family) == []


def test_serve_stopped_while_it_prepares_leaves_no_process_behind(settled, tmp_path: Path) -> None:
    with served(settled, tmp_path) as server:
        while not (children := descendants(server.pid)):
            time.sleep(0.01)
        family = watched(children)
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE) == 0
        assert left_after(SOON, family) == []
        assert server.stdout.read() == ""


def test_the_child_that_reads_a_photo_ends_with_the_process_that_asked_for_it(tmp_path: Path) -> None:
    script, told = tmp_path / "script.py", tmp_path / "told"
    os.mkfifo(told)
    script.write_text(f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    with (
        told.open("rb+", buffering=0) as said,
        subprocess.Popen([sys.executable, "-c", PARENT, script], cwd=ROOT) as parent,
    ):
        assert is_ready(said.fileno(), PATIENCE), "the child never ran"
        family = watched([int(said.read(20))])
        parent.kill()
        assert left_after(SOON, family) == []


@contextmanager
def served(settled, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`bin/serve` on a copy of the settled database; SIGKILL ends it if the test did not."""
    shutil.copytree(settled[0], folder / "var")
    environment = {"VAR_DIR": str(folder / "var"), "DEMO": "1", "PORT": "0"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "governance.serve"],
            env=os.environ | environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with server:
        yield server
        server.kill()


@contextmanager
def half_a_request(ready: str) -> Iterator[None]:
    """A request that the web process cannot finish, as its second half never comes."""
    url = urlsplit(ready.split()[1])
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(b"POST /signin HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf")
        yield


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in children for each in (int(child), *descendants(int(child)))]


def watched(pids: Iterable[int]) -> dict[int, int]:
    """Each with a descriptor that the kernel makes readable when the process ends."""
    return {pid: os.pidfd_open(pid) for pid in pids}


def left_after(seconds: float, family: dict[int, int]) -> list[int]:
    """Those that did not end in time; they are ended now."""
    until = time.monotonic() + seconds
    left = [pid for pid, handle in family.items() if not is_ready(handle, max(0.0, until - time.monotonic()))]
    for pid in left:
        signal.pidfd_send_signal(family[pid], signal.SIGKILL)
    for handle in family.values():
        os.close(handle)
    return left


def is_ready(handle: int, seconds: float) -> bool:
    return bool(select.select([handle], [], [], seconds)[0])
