"""A QR code in a terminal that a phone can scan, whatever the terminal's colours."""

import qrcode

from governance.places.qr import QUIET, Square

_BLACK_ON_WHITE, _PLAIN = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def terminal(url: str) -> str:
    """Two modules to a character; colours are set, so that a dark terminal does not invert them."""
    square = Square(url, qrcode.ERROR_CORRECT_L)
    side = square.side + 2 * QUIET
    black = {
        (x, y)
        for left, top, wide, high in square.rectangles
        for x in range(left + QUIET, left + QUIET + wide)
        for y in range(top + QUIET, top + QUIET + high)
    }
    lines = ("".join(_HALVES[(x, y) in black, (x, y + 1) in black] for x in range(side)) for y in range(0, side, 2))
    return "\n".join(f"{_BLACK_ON_WHITE}{line}{_PLAIN}" for line in lines)
