"""Runs a server that cannot outlive the tests: ended with all it started, or by the kernel if they die."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1
DISK, MEMORY = Path("/tmp"), Path("/dev/shm")
START = 90  # seconds a server has to answer; on a busy machine `bin/serve` took more than 30
PATIENCE = 20  # seconds a server has to end by itself
ROOM = 2 * 2**30  # bytes that must be free in memory before files are put there
libc = ctypes.CDLL(None)


class NotStarted(Exception):
    """The server ended, or did not answer in time; the message is its log."""


def die_with_parent() -> None:
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged(*preferred: str) -> pwd.struct_passwd | None:
    """Whom to run a server as that refuses root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in (*preferred, "nobody") if name in known)


def in_memory() -> Path:
    """Where files lie in memory, if there is room for them; else the disk."""
    try:
        return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM else DISK
    except OSError:
        return DISK


@contextmanager
def folder(kind: str, owner: pwd.struct_passwd | None, root: Path = DISK) -> Iterator[Path]:
    """A private folder, short enough for a socket's name. Those that killed runs left behind go first."""
    sweep(kind)
    path = Path(tempfile.mkdtemp(prefix=f"onecode-{kind}-{os.getpid()}-", dir=root))
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep(kind: str) -> None:
    for path in (*DISK.glob(f"onecode-{kind}-*-*"), *MEMORY.glob(f"onecode-{kind}-*-*")):
        if not alive(int(path.name.split("-")[2])):
            shutil.rmtree(path, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start(
    command: list[str], log: Path, answers: Callable[[], bool], user: pwd.struct_passwd | None = None
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    with log.open("ab") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
            start_new_session=True,
            cwd="/",
            **credentials(user),
        )
    try:
        wait_for(server, answers, log)
    except BaseException:
        stop(server)
        raise
    return server


def credentials(user: pwd.struct_passwd | None) -> dict:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def wait_for(server: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START
    while not answers():
        if server.poll() is not None or time.monotonic() > until:
            raise NotStarted(f"{server.args}\n{log.read_text(errors='replace')}")
        time.sleep(0.02)


def stop(*servers: subprocess.Popen[bytes], how: signal.Signals = signal.SIGINT) -> None:
    """Ask them to end; after PATIENCE at the most, what is left of them and of what they started is killed."""
    families = [one for server in servers for one in descendants(server.pid)]
    for server in servers:
        if server.poll() is None:
            server.send_signal(how)
    until = time.monotonic() + PATIENCE
    try:
        for server in servers:
            _end(server, until)
    finally:
        for one in families:
            one.kill()


def _end(server: subprocess.Popen[bytes], until: float) -> None:
    try:
        server.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        for one in descendants(server.pid):
            one.kill()
    finally:
        server.kill()
        server.wait()


class Descendant:
    """A process that a server started, held so that its number is never taken for another's."""

    def __init__(self, pid: int) -> None:
        self._held = os.pidfd_open(pid)

    def kill(self) -> None:
        try:
            signal.pidfd_send_signal(self._held, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(self._held)


def descendants(pid: int) -> list[Descendant]:
    """All that live now, in whatever session they sit; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    found, ahead = [], children.get(pid, [])
    while ahead:
        one = ahead.pop()
        ahead += children.get(one, [])
        with contextlib.suppress(OSError):
            found.append(Descendant(one))
    return found


def output(command: list[str], environment: dict[str, str]) -> str:
    """What a command printed; its complaint is the error when it fails."""
    done = subprocess.run(
        command, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise NotStarted(f"{command}\n{done.stdout}\n{done.stderr}")
    return done.stdout
