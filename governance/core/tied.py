"""A process that ends with its parent, even when the parent is killed with SIGKILL. It does nothing outside Linux.

Three places use it: `bin/serve` for its children, gunicorn's workers (this module is their configuration file:
`--config python:governance.core.tied`), and the child processes of `sandbox`, which run this file as a program.
"""

import ctypes
import os
import runpy
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def die_with(parent: int) -> None:
    """From now on the kernel sends SIGKILL to this process when the thread that started it ends; at once if it has.

    Call it in the child. `parent` is the process id of the parent as the parent knew it.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), signal.SIGKILL)


def post_fork(_arbiter: Any, worker: Any) -> None:
    """gunicorn calls this in each new worker, which would else serve on for seconds after its master was killed."""
    die_with(worker.ppid)


def main() -> None:
    """`tied.py PARENT SCRIPT [ARGUMENT…]`: run a script that ends with its parent."""
    parent, sys.argv = int(sys.argv[1]), sys.argv[2:]
    die_with(parent)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
