"""Parses hostile bytes in a child process with little memory, little time and no secrets.

Any failure of the child, a crash included, is raised as `Fell`. The script decides what the child does.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore

from governance.core import tied

_TIED = str(tied.__file__)
_AT_ONCE = BoundedSemaphore(4)  # children together may not take the machine from those who answer people


class Fell(Exception):
    """The child gave no answer; `words` is the reason it gave, if any."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


def run(script: Path, needs: str, arguments: list[str], data: bytes, seconds: float) -> bytes:
    """The output of `script` for `data`. It can import the standard library and the folder of the package `needs`.

    The child is killed when this process ends, however it ends.
    """
    tied_child = [sys.executable, "-I", "-S", "-W", "ignore", _TIED, str(os.getpid()), str(script)]
    command = [*tied_child, _folder(needs), *arguments]
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - our own script, by our own interpreter
                command, input=data, capture_output=True, timeout=seconds, env={}, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise Fell from late
    if done.returncode:
        raise Fell(done.stderr.decode("utf-8", "ignore").strip() if done.returncode == 3 else "")
    return done.stdout


def _folder(package: str) -> str:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return str(Path(spec.origin).parent.parent)
