"""The QR code: black modules, the rectangles that draw them, and the proof that they can be read.

qrcode makes it and zxing-cpp, an unrelated library, reads it, so that an error of either is found. layouts/ decides
where it goes.
"""

import qrcode
import zxingcpp
from PIL.Image import Image

QUIET = 4  # modules of white on every side, as ISO/IEC 18004 asks
_PAPER, _INK = 255, 0
_QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])

Matrix = list[list[bool | None]]
Rectangle = tuple[int, int, int, int]  # left, top, width, height in modules, from the top left without the quiet zone


class Unreadable(Exception):
    """The drawing does not decode to its address; nothing may be handed out."""


class Square:
    """The code of one address, as rectangles."""

    def __init__(self, text: str, correction: int = qrcode.ERROR_CORRECT_Q) -> None:
        maker = qrcode.QRCode(error_correction=correction, border=0)
        maker.add_data(text, optimize=0)
        maker.make()
        self.text = text
        self.side = maker.modules_count
        self.rectangles = merged(maker.modules)

    def proven(self) -> "Square":
        """This square, after an independent decoder has read its rectangles. Raises Unreadable."""
        read = read_squares(self.raster())
        if read != [self.text]:
            raise Unreadable(f"{self.text} would be read as {read}")
        return self

    @property
    def outline(self) -> str:
        """The rectangles as one path of an SVG drawing of `across` modules, quiet zone included."""
        return "".join(f"M{x + QUIET} {y + QUIET}h{w}v{h}h-{w}z" for x, y, w, h in self.rectangles)

    @property
    def across(self) -> int:
        return self.side + 2 * QUIET

    def raster(self, scale: int = 2) -> memoryview:
        """The rectangles as grey pixels, quiet zone included."""
        width = (self.side + 2 * QUIET) * scale
        pixels = bytearray([_PAPER]) * (width * width)
        for left, top, wide, high in self.rectangles:
            start, ink = (left + QUIET) * scale, bytes([_INK]) * (wide * scale)
            for row in range((top + QUIET) * scale, (top + high + QUIET) * scale):
                at = row * width + start
                pixels[at : at + len(ink)] = ink
        return memoryview(pixels).cast("B", (width, width))


def merged(modules: Matrix) -> list[Rectangle]:
    """Black modules as few rectangles: runs along a row, and equal runs below each other as one."""
    done: list[Rectangle] = []
    above: dict[tuple[int, int], Rectangle] = {}
    for top, row in enumerate(modules):
        here: dict[tuple[int, int], Rectangle] = {}
        for left, wide in _runs(row):
            x, y, w, h = above.pop((left, wide), (left, top, wide, 0))
            here[left, wide] = (x, y, w, h + 1)
        done += above.values()
        above = here
    return done + list(above.values())


def read_squares(pixels: memoryview | Image, *, searching: bool = False) -> list[str]:
    """The texts a decoder finds in a grey picture; `searching` also tries turned, small and inverted codes."""
    found = zxingcpp.read_barcodes(
        pixels,
        _QR_ONLY,
        try_rotate=searching,
        try_downscale=searching,
        try_invert=searching,
    )
    return [one.text for one in found]


def _runs(row: list[bool | None]) -> list[tuple[int, int]]:
    runs, left = [], None
    for at, black in enumerate([*row, False]):
        if black and left is None:
            left = at
        elif not black and left is not None:
            runs.append((left, at - left))
            left = None
    return runs
