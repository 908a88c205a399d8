"""The square that is drawn is the square that was proven, and a wrong one is never given out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from governance.places.qr import QUIET, Square, Unreadable, merged, read_squares

URL = "https://yima.example.cn/c/7K3M9QX1"


def painted(side: int, rectangles: list[tuple[int, int, int, int]]) -> list[list[int]]:
    """How often each module is painted."""
    field = [[0] * side for _ in range(side)]
    for left, top, wide, high in rectangles:
        for y in range(top, top + high):
            for x in range(left, left + wide):
                field[y][x] += 1
    return field


def fields(side: int) -> st.SearchStrategy[list[list[bool]]]:
    row = st.lists(st.booleans(), min_size=side, max_size=side)
    return st.lists(row, min_size=side, max_size=side)


@given(st.integers(1, 9).flatmap(fields))
def test_rectangles_paint_every_black_module_once_and_no_white_one(modules):
    assert painted(len(modules), merged(modules)) == [[int(black) for black in row] for row in modules]


def test_equal_runs_under_one_another_become_one_rectangle():
    assert merged([[True, True, False]] * 3) == [(0, 0, 2, 3)]


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8000/c/0000001Y", "https://" + "yima." * 30 + "cn/c/7K3M9QX1"])
def test_another_library_reads_what_was_made(url):
    assert read_squares(Square(url).proven().raster()) == [url]


def test_a_square_drawn_wrongly_is_refused():
    square = Square(URL)
    square.rectangles = square.rectangles[::2]
    with pytest.raises(Unreadable):
        square.proven()


def test_a_square_that_says_something_else_is_refused():
    square, other = Square(URL), Square(URL.replace("7K3M9QX1", "0000001Y"))
    square.rectangles = other.rectangles
    with pytest.raises(Unreadable, match="0000001Y"):
        square.proven()


def test_it_survives_a_fifth_of_it_being_torn_off():
    square = Square(URL)
    size = (square.side + 2 * QUIET) * 8
    pixels = Image.frombytes("L", (size, size), square.raster(8).tobytes())
    pixels.paste(255, (QUIET * 8 + 8 * 8, QUIET * 8 + 9 * 8, QUIET * 8 + 19 * 8, QUIET * 8 + 18 * 8))
    assert read_squares(pixels, searching=True) == [URL]


def test_the_quiet_zone_is_four_modules_of_white():
    raster = Square(URL).raster(scale=1)
    side = raster.shape[0]
    edge = [raster[y, x] for y in range(side) for x in range(side) if min(x, y, side - 1 - x, side - 1 - y) < QUIET]
    assert set(edge) == {255}
