"""What people upload becomes a picture without a past, or is refused; nothing in between."""

import random
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from governance.core.photos.clean import Cleaned, Unclean, clean, glance
from tests import photos

INNOCENT = {
    "jpeg": photos.jpeg_with_gps,
    "grey jpeg": lambda: photos._saved(photos.drawn(640, 480).convert("L"), "JPEG"),
    "cmyk jpeg": lambda: photos._saved(photos.drawn(640, 480).convert("CMYK"), "JPEG"),
    "progressive jpeg": lambda: photos._saved(photos.drawn(640, 480), "JPEG", progressive=True),
    "polyglot": photos.polyglot_jpeg,
    "png": photos.png,
    "palette png": lambda: photos.png(mode="P"),
    "16-bit png": lambda: photos.png(mode="I;16"),
    "transparent png": photos.transparent_png,
    "webp": photos.webp,
    "moving webp": photos.moving_webp,
    "heic": photos.heic,
}
HOSTILE = {
    "bomb": photos.bomb_png,
    "lying header": photos.lying_jpeg,
    "text bomb": photos.text_bomb_png,
    "half a photo": photos.truncated,
    "gif": photos.gif,
    "svg": photos.svg,
    "page": lambda: b"<html><script>alert(1)</script></html>",
    "nothing": lambda: b"",
    "only a beginning": lambda: b"\xff\xd8\xff\xe0",
    "heic of nothing": lambda: b"\0\0\0\x18ftypheic" + b"\0" * 400,
    "larger than 15 MB": lambda: photos.jpeg_with_gps() + b"\0" * (15 << 20),
}


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def nothing_is_left(cleaned: Cleaned) -> bool:
    both = cleaned.full + cleaned.thumb
    return not any(secret in both for secret in photos.SECRETS) and not opened(cleaned.full).getexif()


@pytest.mark.parametrize("kind", INNOCENT)
def test_a_photo_becomes_two_jpegs_without_a_past(kind):
    cleaned = clean(INNOCENT[kind]())
    full, thumb = opened(cleaned.full), opened(cleaned.thumb)
    assert (full.format, thumb.format) == ("JPEG", "JPEG")
    assert full.size == (cleaned.width, cleaned.height)
    assert max(full.size) <= 1600 and max(thumb.size) <= 320
    assert nothing_is_left(cleaned)


def test_the_seeds_really_hold_what_must_go():
    assert b"Exif" in photos.jpeg_with_gps() and b"SecretPhone" in photos.jpeg_with_gps()
    assert opened(photos.jpeg_with_gps()).getexif().get_ifd(0x8825)
    assert b"<script" in photos.polyglot_jpeg() and b"<script" in photos.png()
    assert b"SecretPhone" in photos.heic() and b"hidden note" in photos.heic()


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_photo_is_refused_in_chinese(kind):
    with pytest.raises(Unclean) as refused:
        clean(HOSTILE[kind]())
    assert any("一" <= character <= "鿿" for character in refused.value.words)


@pytest.mark.parametrize(
    ("kind", "reason"), [("half a photo", "没有传完整"), ("lying header", "太大了"), ("gif", "不是照片")]
)
def test_the_reason_says_what_to_do(kind, reason):
    with pytest.raises(Unclean, match=reason):
        clean(HOSTILE[kind]())


def test_a_large_photo_keeps_its_shape_at_1600():
    cleaned = clean(photos.jpeg_with_gps(4032, 3024))
    assert (cleaned.width, cleaned.height) == (1600, 1200)


def test_a_small_photo_is_not_blown_up():
    cleaned = clean(photos.jpeg_with_gps(200, 100))
    assert (cleaned.width, cleaned.height) == (200, 100)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_phone_was_held(orientation):
    marked = Image.new("RGB", (400, 200), "blue")
    marked.paste("red", (0, 0, 100, 50))
    exif = Image.Exif()
    exif[0x0112] = orientation
    cleaned = clean(photos._saved(marked, "JPEG", quality=95, exif=exif))
    full = opened(cleaned.full)
    assert full.size == ((400, 200) if orientation < 5 else (200, 400))
    right, foot = full.width - 10, full.height - 10
    corner = {
        1: (10, 10),
        2: (right, 10),
        3: (right, foot),
        4: (10, foot),
        5: (10, 10),
        6: (right, 10),
        7: (right, foot),
        8: (10, foot),
    }
    red, green, blue = full.getpixel(corner[orientation])
    assert red > 200 > 100 > blue


def test_what_was_transparent_is_white():
    full = opened(clean(photos.transparent_png()).full)
    assert min(full.getpixel((5, 5))) > 245
    assert full.getpixel((300, 200))[0] > 180 > 60 > full.getpixel((300, 200))[2]


def test_of_a_moving_picture_the_first_frame_stays():
    assert opened(clean(photos.moving_webp()).full).getpixel((100, 100))[0] > 200


def test_a_photo_is_read_from_a_file_too(tmp_path):
    (tmp_path / "photo.txt").write_bytes(photos.png())
    assert clean(tmp_path / "photo.txt").width == 800


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heic"])
def test_an_upload_is_known_as_a_photo_by_its_header(kind):
    assert glance(INNOCENT[kind]()) in ("jpeg", "png", "webp", "heif")


@pytest.mark.parametrize("kind", ["gif", "svg", "page", "nothing", "bomb", "lying header", "larger than 15 MB"])
def test_what_no_photo_can_be_is_refused_at_upload(kind):
    with pytest.raises(Unclean):
        glance(HOSTILE[kind]())


def mutated(seed: bytes, dice: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(dice.choice((1, 2, 8, 40))):
        at = dice.randrange(len(data))
        way = dice.randrange(5)
        if way == 0:
            data[at] = dice.randrange(256)
        elif way == 1:
            data[at : at + dice.randrange(1, 9)] = dice.randbytes(dice.randrange(9))
        elif way == 2:
            del data[at : at + dice.randrange(1, 200)]
        elif way == 3:
            data[at:at] = b"<script>alert(1)</script>"
        else:
            data[at : at + 4] = b"\xff\xff\xff\xff"
        if not data:
            return b""
    return bytes(data)


def fate(data: bytes) -> str:
    """Only two ends are allowed; any other exception fails the test."""
    try:
        cleaned = clean(data)
    except Unclean:
        return "refused"
    assert nothing_is_left(cleaned), data
    return "clean"


def test_damaged_uploads_are_each_cleaned_or_refused(request):
    """The first 150 of 600; with --faults all."""
    dice, seeds = random.Random(20240601), photos.seeds()
    count = 600 if request.config.getoption("--faults") else 150
    damaged = [mutated(dice.choice(seeds), dice) for _ in range(count)]
    with ThreadPoolExecutor(4) as crowd:
        fates = list(crowd.map(fate, damaged))
    assert len(fates) == count and {"clean", "refused"} == set(fates)
