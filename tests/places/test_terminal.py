"""A phone held before a terminal reads the code, whichever way round the terminal's colours are."""

import re

import pytest
from PIL import Image, ImageDraw

from governance.places.qr import read_squares
from governance.places.terminal import terminal

URL = "http://127.0.0.1:8000/c/7K3M9QX1"
CELL = (9, 19)  # a little taller than two squares, as terminals are
COLOURS = re.compile(r"\x1b\[([\d;]*)m")


def seen(text: str, ground: str, ink: str) -> Image.Image:
    """What a terminal with these colours shows."""
    lines = text.split("\n")
    width = max(len(COLOURS.sub("", line)) for line in lines)
    screen = Image.new("RGB", ((width + 10) * CELL[0], (len(lines) + 4) * CELL[1]), ground)
    pen = ImageDraw.Draw(screen)
    for row, line in enumerate(lines):
        back, front, column = ground, ink, 0
        for part in re.split(r"(\x1b\[[\d;]*m)", line):
            if colours := COLOURS.fullmatch(part):
                back, front = ("white", "black") if colours[1] == "38;5;16;48;5;231" else (ground, ink)
                continue
            for character in part:
                left, top = (column + 5) * CELL[0], (row + 2) * CELL[1]
                right, middle, foot = left + CELL[0] - 1, top + CELL[1] // 2, top + CELL[1] - 1
                pen.rectangle((left, top, right, middle), fill=front if character in "▀█" else back)
                pen.rectangle((left, middle + 1, right, foot), fill=front if character in "▄█" else back)
                column += 1
    return screen


@pytest.mark.parametrize(("ground", "ink"), [("black", "white"), ("white", "black"), ("#002b36", "#839496")])
def test_the_code_is_read_from_the_screen(ground, ink):
    assert read_squares(seen(terminal(URL), ground, ink).convert("L"), searching=True) == [URL]


def test_it_fits_a_small_terminal_and_every_line_ends_plain():
    lines = terminal(URL).split("\n")
    assert len(lines) <= 22
    assert all(len(COLOURS.sub("", line)) <= 40 and line.endswith("\x1b[0m") for line in lines)
