"""What cleaning a photo of 12 megapixels costs, child process included, for files of 3 and 5 MB as phones make them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.row import Row
from bench.stage import Stage

SIZES = (3, 5)  # MB


def rows(stage: Stage) -> Iterator[Row]:
    """Measured from a small process: a child's peak would otherwise count the memory of the one that started it."""
    peak = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}.jpg"
            subprocess.run([sys.executable, "-m", "bench.taking", str(file), str(size)], check=True)
            command = [sys.executable, "-m", "bench.cleaning", str(file)]
            got = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            peak, note = (
                max(peak, got["megabytes"]),
                f"{file.stat().st_size / 1e6:.1f} MB; bare: Pillow, decoding it whole",
            )
            yield Row(f"photo of 12 megapixels, {size} MB", got["cpu"], "ms", got["whole"], note=note)
            yield Row(f"photo of 12 megapixels, {size} MB, wall", got["wall"], "ms", note="start of the child included")
    yield Row("photo of 12 megapixels, memory", peak, "MB", note="the child's peak")
