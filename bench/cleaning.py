"""The cost of cleaning one photo, printed as JSON: `python -m bench.cleaning FILE`. It imports little.

Linux counts in a child's peak the memory of the process that started it.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from governance.core.photos.clean import clean

TIMES = 9


def _measured(path: Path) -> dict[str, float]:
    """Turn about with Pillow alone, in a child too."""
    walls, cpus, wholes = [], [], []
    for _ in range(TIMES):
        began, before = time.perf_counter(), _children_cpu()
        clean(path)
        walls.append(time.perf_counter() - began)
        cpus.append(_children_cpu() - before)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for _ in range(TIMES // 2):
        wholes.append(float(subprocess.check_output([sys.executable, "-m", "bench.taking", str(path)])))
    return {"cpu": median(cpus) * 1000, "wall": median(walls) * 1000, "whole": median(wholes), "megabytes": peak}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(_measured(Path(sys.argv[1]))))
