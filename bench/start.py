"""`bin/serve` on the demo's database: how long a second start takes, and the memory of all its processes at rest."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from bench import family
from bench.row import Row
from bench.stage import Stage
from governance.core.config import ROOT

STARTS = 3
PROCESSES = 4  # the one that waits, gunicorn's master and its worker process, our worker
SETTLED = 5.0  # seconds until what was started has loaded all it needs


def rows(stage: Stage) -> Iterator[Row]:
    settings = stage.filled("SQLite")
    own = {"DATABASE_URL": "", "VAR_DIR": str(settings.var_dir), "DEMO": "1", "PORT": "0", "PYTHONPATH": str(ROOT)}
    seconds, megabytes = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        command = [sys.executable, "-m", "governance.serve"]
        with subprocess.Popen(command, env=os.environ | own, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline().startswith("ready\t")
            seconds.append(time.perf_counter() - began)
            time.sleep(SETTLED)
            pids = family.descendants(server.pid)
            assert len(pids) == PROCESSES, pids
            megabytes.append(family.memory(pids))
            server.terminate()
    yield Row("second start of bin/serve, wall", min(seconds), "s", note="the quickest of three")
    yield Row("memory of bin/serve at rest", max(megabytes), "MB", note="proportional set size of its four processes")
