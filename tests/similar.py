"""How like two pictures are: the structural similarity of Wang et al. 2004, over blocks of 8 by 8 grey pixels."""

import numpy as np
from PIL import Image

BLOCK = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(one: Image.Image, other: Image.Image) -> float:
    """1.0 for the same picture. A picture that is a pixel larger is first drawn at the size of the other."""
    other = other if other.size == one.size else other.resize(one.size)
    x, y = (_blocks(picture) for picture in (one, other))
    mean_x, mean_y = x.mean(-1), y.mean(-1)
    covariance = ((x - mean_x[..., None]) * (y - mean_y[..., None])).mean(-1)
    above = (2 * mean_x * mean_y + C1) * (2 * covariance + C2)
    below = (mean_x**2 + mean_y**2 + C1) * (x.var(-1) + y.var(-1) + C2)
    return float((above / below).mean())


def _blocks(picture: Image.Image) -> np.ndarray:
    grey = np.asarray(picture.convert("L"), dtype=float)
    side = min(BLOCK, *grey.shape)
    high, wide = (length // side for length in grey.shape)
    cut = grey[: high * side, : wide * side].reshape(high, side, wide, side)
    return cut.transpose(0, 2, 1, 3).reshape(high * wide, side * side)
