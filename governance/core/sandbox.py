"""Parses hostile bytes in a child process with little memory, little time and no secrets.

Any failure of the child, a crash included, is raised as `Fell`. The script decides what the child does. Memory is
limited by what is resident, as the kernel counts it: address space would count threads, not data.
"""

import os
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from governance.core import tied

_TIED = str(tied.__file__)
RESIDENT = 400 << 20  # bytes a child may hold
_AT_ONCE = BoundedSemaphore(4)  # children together may not take the machine from those who answer people
_LOOK = 0.02  # seconds between two looks at what a child holds
_PAGE = resource.getpagesize()


class Fell(Exception):
    """The child gave no answer; `words` is the reason it gave, if any; `large` says it took too much."""

    def __init__(self, words: str = "", *, large: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.large = large


def run(script: Path, needs: str, arguments: list[str], data: bytes, seconds: float) -> bytes:
    """The output of `script` for `data`. It can import the standard library and the folder of the package `needs`.

    The child is killed when this process ends, however it ends.
    """
    tied_child = [sys.executable, "-I", "-S", "-W", "ignore", _TIED, str(os.getpid()), str(script)]
    command = [*tied_child, _folder(needs), *arguments]
    pipe = subprocess.PIPE
    with (
        _AT_ONCE,
        _in_memory(data) as given,
        subprocess.Popen(command, stdin=given, stdout=pipe, stderr=pipe, env={}) as child,  # noqa: S603 - our own script
    ):
        try:
            answer, words = _watched(child, time.monotonic() + seconds)
        finally:
            child.kill()
    if child.returncode:
        raise Fell(words.decode("utf-8", "ignore").strip() if child.returncode == 3 else "")
    return answer


def _in_memory(data: bytes) -> BinaryIO:
    """A file without a name that a child can read, so that nobody has to feed it while it is watched."""
    file = open(os.memfd_create("sandbox"), "w+b")  # noqa: SIM115 - the caller closes it
    file.write(data)
    file.seek(0)
    return file


def _watched(child: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """What the child writes and says. Raises Fell when it takes too long or holds too much."""
    while True:
        try:
            return child.communicate(timeout=_LOOK)
        except subprocess.TimeoutExpired as waiting:
            if time.monotonic() > until:
                raise Fell from waiting
            if _resident(child.pid) > RESIDENT:
                raise Fell(large=True) from waiting


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):  # it has just ended, or this is no Linux
        return 0


def _folder(package: str) -> str:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return str(Path(spec.origin).parent.parent)
