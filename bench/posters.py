"""What printing every code of a district costs: time, memory, size; against making the squares alone."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import qrcode

from bench.row import Row
from bench.stage import Stage

CODES = 14_000
_ALONE = 300


def rows(stage: Stage) -> Iterator[Row]:
    """Measured in a process of its own, so that the memory is the print's alone; a twentieth unless `--full`."""
    codes = CODES if stage.full else CODES // 20
    command = [sys.executable, "-m", "bench.printing", str(codes)]
    got = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    whole, alone = got["seconds"] / codes * CODES, _squares_alone() / _ALONE * CODES
    note = f"{codes:,} made; bare: qrcode alone"
    yield Row("14,000 A4 posters, every symbol decoded, wall", whole, "s", alone, note=note)
    yield Row("finished pages decoded again", got["checked"], "pages", note=f"in {got['check_seconds']:.1f} s")
    yield Row("memory while printing posters", got["megabytes"], "MB", note="one process")
    yield Row("the posters' PDF", got["file_megabytes"], "MB", note=f"{codes:,} pages, letters embedded")


def _squares_alone() -> float:
    began = time.perf_counter()
    for number in range(_ALONE):
        maker = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q)
        maker.add_data(f"https://yima.example.cn/c/{number:08d}")
        maker.make()
    return time.perf_counter() - began
