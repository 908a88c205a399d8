"""A picture of 12 megapixels as a phone takes it, and Pillow alone decoding it; both in processes of their own.

`python -m bench.taking FILE MEGABYTES` makes the file. `python -m bench.taking FILE` prints the milliseconds of CPU
that Pillow takes for decoding it whole, shrinking and saving it.
"""

import io
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from governance.demo.photos import scene

WIDTH, HEIGHT = 4032, 3024


def taken(megabytes: float) -> bytes:
    """A drawn scene with the grain of a sensor, as strong as the size of the file asks for."""
    ground = Image.open(io.BytesIO(scene("leak"))).convert("RGB").resize((WIDTH, HEIGHT))
    grain = np.random.default_rng(3).normal(0, 1, (HEIGHT, WIDTH, 3)).astype("float32")
    pixels = np.asarray(ground, "float32")
    low, high = 0.0, 40.0
    for _ in range(7):
        middle = (low + high) / 2
        data = _jpeg(np.clip(pixels + grain * middle, 0, 255).astype("uint8"))
        low, high = (low, middle) if len(data) > megabytes * 1e6 else (middle, high)
    return data


def _jpeg(pixels: np.ndarray) -> bytes:
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "JPEG", quality=88)
    return made.getvalue()


def _alone(data: bytes) -> float:
    began = time.process_time()
    Image.open(io.BytesIO(data)).convert("RGB").resize((1600, 1200)).save(io.BytesIO(), "JPEG", quality=80)
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    file = Path(sys.argv[1])
    if len(sys.argv) > 2:
        file.write_bytes(taken(float(sys.argv[2])))
    else:
        print(_alone(file.read_bytes()))
