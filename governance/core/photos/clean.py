"""Makes an uploaded photo safe to show: its pixels are redrawn at two sizes, or it is refused.

A child process decodes it (core/sandbox.py, decoder.py). The caller decides who may upload and where results are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from governance.core import sandbox
from governance.core.errors import Problem
from governance.core.photos.headers import ENOUGH, declared_size, is_progressive, kind_of
from governance.core.translation import LazyText as _l

MOST_BYTES = 15 << 20
MOST_PIXELS = 50_000_000
MOST_OF_JPEG = 200_000_000  # an eighth of a baseline JPEG is decoded straight away; a progressive one is held whole
_SECONDS = 20.0
_CLEANER = Path(__file__).with_name("decoder.py")
_BROKEN = _l("这张照片打不开，请换一张或重新拍")
_TOO_HEAVY = _l("一张照片不能超过 15 MB，请换一张")
_TOO_LARGE = _l("照片太大了，请换一张小一点的")
_SAID = {"large": _TOO_LARGE, "cut short": _l("照片没有传完整，请再传一次")}  # by the decoder
_PACKAGE = {"jpeg": "PIL", "png": "PIL", "webp": "PIL", "heif": "pi_heif"}
_SCAN = 0xDA
_ALLOWED = {0xE0, 0xDB, 0xC0, 0xC4, _SCAN}  # JFIF, tables, one baseline frame, its scan


class Box(NamedTuple):
    """A part of a photo, in permille of its width and height."""

    left: int
    top: int
    right: int
    bottom: int


class Unclean(Problem):
    """Refused; the message is for the person who sent it."""


@dataclass(frozen=True)
class Cleaned:
    """Two JPEGs without metadata; width and height are the full one's."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def glance(data: bytes) -> str:
    """The kind of photo by its header. Raises Unclean for what can be refused without decoding."""
    if len(data) > MOST_BYTES:
        raise Unclean(_TOO_HEAVY)
    kind = kind_of(data[:ENOUGH])
    if kind is None:
        raise Unclean(_l("这个文件不是照片（要 JPG、PNG、WebP 或 HEIC）"))
    wide, high = declared_size(data) or (1, 1)
    if wide * high > (MOST_OF_JPEG if kind == "jpeg" and not is_progressive(data) else MOST_PIXELS):
        raise Unclean(_TOO_LARGE)
    return kind


def clean(source: Path | bytes, black: Sequence[Box] = ()) -> Cleaned:
    """The photo's pixels, upright, at the size of `decoder.drawn_size`, and a thumbnail. Raises Unclean.

    The boxes in `black` are painted over.
    """
    data = _bytes_of(source)
    kind = glance(data)
    boxes = ";".join(",".join(map(str, box)) for box in black)
    try:
        return _read(sandbox.run(_CLEANER, _PACKAGE[kind], [kind, boxes], data, _SECONDS))
    except sandbox.Fell as trouble:
        raise Unclean(_TOO_LARGE if trouble.large else _SAID.get(trouble.words, _BROKEN)) from trouble


def _bytes_of(source: Path | bytes) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MOST_BYTES:
        raise Unclean(_TOO_HEAVY)
    return source if isinstance(source, bytes) else source.read_bytes()


def _read(answer: bytes) -> Cleaned:
    """The child's answer, verified: both pictures must be plain JPEGs and nothing else."""
    line, _, pictures = answer.partition(b"\n")
    width, height, cut = (int(number) for number in line.split())
    cleaned = Cleaned(pictures[:cut], pictures[cut:], width, height)
    if not (_only_pixels(cleaned.full) and _only_pixels(cleaned.thumb)):
        raise Unclean(_BROKEN)
    return cleaned


def _only_pixels(jpeg: bytes) -> bool:
    """Whether every segment is one that drawing needs, so that no metadata can be in it."""
    if not (jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")):
        return False
    at, marker = 2, 0
    while marker != _SCAN:
        if at + 4 > len(jpeg) or jpeg[at] != 0xFF or (marker := jpeg[at + 1]) not in _ALLOWED:
            return False
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return True
