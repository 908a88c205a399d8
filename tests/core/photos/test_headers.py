"""The header alone tells kind and size; no name, no decoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.core.photos.headers import declared_size, kind_of
from tests import photos


@pytest.mark.parametrize(
    ("make", "kind", "size"),
    [
        (lambda: photos.jpeg_with_gps(640, 480), "jpeg", (640, 480)),
        (lambda: photos._saved(photos.drawn(640, 480), "JPEG", progressive=True), "jpeg", (640, 480)),
        (lambda: photos.png(123, 77), "png", (123, 77)),
        (lambda: photos.webp(160, 120), "webp", (160, 120)),
        (photos.moving_webp, "webp", (320, 240)),
        (lambda: photos._saved(photos.drawn(161, 121), "WEBP", lossless=True), "webp", (161, 121)),
        (lambda: photos._saved(photos.drawn(161, 121), "WEBP"), "webp", (161, 121)),
        (photos.heic, "heif", (640, 480)),
        (photos.bomb_png, "png", (60_000, 60_000)),
        (photos.lying_jpeg, "jpeg", (65_000, 65_000)),
        (photos.gif, None, None),
    ],
)
def test_kind_and_size_are_read_from_the_header(make, kind, size):
    data = make()
    assert (kind_of(data[:64]), declared_size(data)) == (kind, size)


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP", b""]), st.binary(max_size=80))
def test_no_header_is_strange_enough_to_raise(start, rest):
    declared_size(start + rest)
