"""Photos as phones really make them are taken: several pictures in one file, tiles, many megapixels, lacking an end."""

import functools
import resource
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from governance.core import sandbox
from governance.core.photos.clean import Unclean, clean, glance
from tests import photos

CASES = Path(__file__).with_name("cases")


def jpeg(width: int, height: int, **more: object) -> bytes:
    """Quick to make at any size: a few colours in broad stripes with grain in the first rows."""
    rows = np.linspace(40, 210, height).astype("uint8")[:, None]
    picture = np.broadcast_to(rows[..., None], (height, width, 3)).copy()
    picture[: height // 8] += np.random.default_rng(3).integers(0, 30, (height // 8, width, 3), dtype="uint8")
    return photos._saved(Image.fromarray(picture), "JPEG", **more)


@functools.cache
def whole() -> bytes:
    return photos.jpeg_with_gps(1600, 1200)


def cut(share: float) -> bytes:
    return whole()[: round(len(whole()) * (1 - share))]


TAKEN = {
    "two pictures": (lambda: (CASES / "two_images.heic").read_bytes(), (1600, 1200)),
    "two small pictures": (lambda: (CASES / "two_images_small.heic").read_bytes(), (800, 600)),
    "two tiny pictures": (lambda: (CASES / "two_images_tiny.heic").read_bytes(), (300, 200)),
    "16 megapixels of tiles": (lambda: (CASES / "heic16mp.heic").read_bytes(), (1600, 1200)),
    "50 megapixels": (lambda: jpeg(8192, 6144), (1600, 1200)),
    "108 megapixels": (lambda: jpeg(12000, 9000), (1600, 1200)),
    "a panorama": (lambda: jpeg(16382, 3628), (3612, 800)),
    "a long screenshot": (lambda: jpeg(1080, 16000), (800, 11852)),
    "a strip": (lambda: photos._saved(Image.new("RGB", (6600, 2), "red"), "PNG"), (6600, 2)),
    "without its end": (lambda: whole()[:-2], (1600, 1200)),
    "without its last bytes": (lambda: whole()[:-64], (1600, 1200)),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_phones_make_is_taken_at_a_size_that_can_be_read(name):
    make, size = TAKEN[name]
    cleaned = clean(make())
    assert abs(cleaned.width - size[0]) <= 1 and abs(cleaned.height - size[1]) <= 1


def test_of_a_photo_that_lacks_some_rows_the_others_are_drawn():
    cleaned = clean(cut(0.02))
    assert cleaned.width == 1600 and 1080 <= cleaned.height < 1200
    last = np.asarray(Image.open(BytesIO(cleaned.full)).convert("RGB"))[-1]
    assert last.std() > 0  # a row of the photo, not of filler


def test_half_a_photo_is_asked_for_again():
    with pytest.raises(Unclean, match="没有传完整"):
        clean(cut(0.5))


def test_the_thumbnail_of_a_long_screenshot_is_its_top_and_can_be_made_out():
    thumb = Image.open(BytesIO(clean(jpeg(1080, 16000)).thumb))
    assert thumb.size == (160, 320)


@pytest.mark.parametrize(("width", "height", "progressive"), [(20000, 12000, False), (9000, 6000, True)])
def test_what_is_too_large_is_known_from_its_header(width, height, progressive):
    data = bytearray(jpeg(640, 480, progressive=progressive))
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[frame + 5 : frame + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    with pytest.raises(Unclean, match="太大"):
        glance(bytes(data))


def test_a_huge_heic_is_known_from_its_header():
    data = (CASES / "two_images_tiny.heic").read_bytes()
    size = data.index(b"ispe") + 8
    with pytest.raises(Unclean, match="太大"):
        glance(data[:size] + (90_000).to_bytes(4, "big") + (90_000).to_bytes(4, "big") + data[size + 8 :])


def test_the_same_photo_has_the_same_fate_on_every_try():
    data = (CASES / "heic16mp.heic").read_bytes()
    with ThreadPoolExecutor(4) as crowd:
        made = list(crowd.map(lambda _: clean(data), range(6)))
    assert {(one.width, one.height, one.full) for one in made} == {(1600, 1200, made[0].full)}


LONG = pytest.param(12, 13, 20, marks=(pytest.mark.faults, pytest.mark.timeout(600)))  # 48 megapixels


@pytest.mark.parametrize(("columns", "rows", "tries"), [(4, 4, 4), LONG])
def test_a_tiled_heic_under_load_has_one_answer_on_every_try(columns, rows, tries):
    data, before = photos.tiled_heic(columns, rows), resource.getrusage(resource.RUSAGE_CHILDREN)
    with ThreadPoolExecutor(2) as crowd:  # as many as there are cores, all busy with the same
        made = list(crowd.map(lambda _: clean(data), range(tries)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len({(one.width, one.height, one.full) for one in made}) == 1
    assert sandbox.RESIDENT <= 400 << 20  # what holds more is ended, so each of them held less
    each = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / tries
    print(f"{columns * rows} tiles: {tries} tries, {each:.1f} s of CPU each")
    assert each < 5  # the wall's seconds are the machine's
