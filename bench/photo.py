"""What cleaning a photo of 12 megapixels costs, child process included; against Pillow decoding it whole."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

from bench.row import Row
from governance.core.photos.clean import clean

TIMES = 9


def rows(full: bool) -> list[Row]:
    """Measured from a small process: a child's peak would otherwise count the memory of the one that started it."""
    from PIL import Image  # noqa: PLC0415 - the small process must not load it

    from tests.photos import jpeg_with_gps  # noqa: PLC0415 - likewise

    photo = jpeg_with_gps(4032, 3024)
    began = time.process_time()
    Image.open(BytesIO(photo)).convert("RGB").resize((1600, 1200)).save(BytesIO(), "JPEG", quality=80)
    whole = (time.process_time() - began) * 1000
    with tempfile.NamedTemporaryFile() as file:
        file.write(photo)
        file.flush()
        command = [sys.executable, "-m", "bench.photo", file.name]
        got = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    bare = "bare: Pillow decoding all of it, without a process of its own"
    return [
        Row("photo of 12 megapixels, CPU", got["cpu"], "ms", whole, at_most=200, note=bare),
        Row("photo of 12 megapixels, wall", got["wall"], "ms", note="start of the child included"),
        Row("photo of 12 megapixels, memory", got["megabytes"], "MB", at_most=80, note="the child's peak"),
    ]


def _measured(path: Path) -> dict[str, float]:
    walls, cpus = [], []
    for _ in range(TIMES):
        began, before = time.perf_counter(), _children_cpu()
        clean(path)
        walls.append(time.perf_counter() - began)
        cpus.append(_children_cpu() - before)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    middle = TIMES // 2
    return {
        "cpu": round(sorted(cpus)[middle] * 1000),
        "wall": round(sorted(walls)[middle] * 1000),
        "megabytes": round(peak),
    }


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(_measured(Path(sys.argv[1]))))
