"""Photos for the tests, drawn here: innocent ones as phones make them, and ones made to do harm."""

import base64
import functools
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

SECRETS = (
    b"Exif",
    b"GPS",
    b"SecretPhone",
    b"<script",
    b"http://ns.adobe.com",
    b"Photoshop",
    b"ICC_PROFILE",
    b"hidden note",
)
_XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>hidden note<script>alert(2)</script></x:xmpmeta>"


@functools.cache
def drawn(width: int, height: int) -> Image.Image:
    """A stairwell wall with a pipe that drips into a puddle: gradients, edges and grain, as a camera sees."""
    x, y = np.linspace(0, 1, width), np.linspace(0, 1, height)[:, None]
    light = 205 - 70 * np.hypot(x - 0.3, y - 0.2)
    grain = np.random.default_rng(7).normal(0, 6, (height, width))
    wall = np.clip(np.stack([light + 8, light + 4, light - 10], -1) + grain[..., None], 0, 255)
    image = Image.fromarray(wall.astype("uint8"))
    pen = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, foot: float) -> tuple[float, float, float, float]:
        return left * width, top * height, right * width, foot * height

    pen.rectangle(box(0, 0.82, 1, 1), fill=(122, 116, 106))
    pen.ellipse(box(0.36, 0.85, 0.78, 0.97), fill=(88, 104, 118))
    pen.rectangle(box(0.54, 0, 0.6, 0.62), fill=(96, 98, 100))
    pen.rectangle(box(0.525, 0.5, 0.615, 0.56), fill=(70, 72, 74))
    for drop in (0.66, 0.72, 0.79):
        pen.ellipse(box(0.562, drop, 0.578, drop + 0.03), fill=(150, 178, 200))
    return image.filter(ImageFilter.GaussianBlur(max(1, width // 1600)))


def jpeg_with_gps(width: int = 1200, height: int = 900, orientation: int = 1) -> bytes:
    """As a phone makes it: where and by which phone it was taken, a thumbnail's worth of notes, a comment."""
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Make], exif[Base.Model] = orientation, "SecretPhone", "SecretPhone 9"
    exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (39.0, 55.0, 12.5)})
    return _saved(
        drawn(width, height), "JPEG", quality=88, exif=exif, comment=b"hidden note", icc_profile=b"ICC_PROFILE" * 20
    )


def polyglot_jpeg() -> bytes:
    """A JPEG that is also a page with a script, in its comment, its notes and behind its end."""
    script = b"<html><script>alert(1)</script>"
    plain = _saved(drawn(640, 480), "JPEG", comment=script)
    notes = b"\xff\xe1" + struct.pack(">H", len(_XMP) + 2) + _XMP
    return plain[:2] + notes + plain[2:] + script


def png(width: int = 800, height: int = 600, mode: str = "RGB") -> bytes:
    notes = PngInfo()
    notes.add_text("Comment", "hidden note <script>alert(1)</script>")
    notes.add_itxt("XML:com.adobe.xmp", _XMP.decode("latin-1"))
    return _saved(_in_mode(drawn(width, height), mode), "PNG", pnginfo=notes)


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode != "I;16":
        return image.convert(mode)
    return Image.fromarray(np.asarray(image.convert("L")).astype("uint16") * 257)


def transparent_png() -> bytes:
    layer = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    ImageDraw.Draw(layer).rectangle((200, 100, 400, 300), fill=(200, 30, 30, 255))
    return _saved(layer, "PNG")


def webp(width: int = 800, height: int = 600) -> bytes:
    exif = Image.Exif()
    exif[Base.Make] = "SecretPhone"
    return _saved(drawn(width, height), "WEBP", exif=exif, xmp=_XMP)


def moving_webp() -> bytes:
    """Three frames; the first is red."""
    frames = [Image.new("RGB", (320, 240), colour) for colour in ("red", "lime", "blue")]
    return _saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)


def heic() -> bytes:
    """A 640 by 480 drawing in HEIC with a phone's notes; kept as bytes because nothing we install writes HEIC."""
    return base64.b64decode(Path(__file__).with_name("photo.heic.b64").read_bytes())


def tiled_heic(columns: int, rows: int) -> bytes:
    """HEIC as phones make it, one picture of many tiles; each is the drawing of `heic`, stored once."""
    single = heic()
    at = single.index(b"hvcC") - 4
    decoder = single[at : at + int.from_bytes(single[at : at + 4])]
    begin, _, _, length = struct.unpack(">IHII", single[single.index(b"iloc") + 16 :][:14])  # of the first item
    tiles, size = range(2, columns * rows + 2), struct.pack(">II", columns * 640, rows * 480)
    ask = b"\0\0" + bytes([rows - 1, columns - 1]) + struct.pack(">HH", columns * 640, rows * 480)  # ImageGrid
    names = b"".join(
        _box(b"infe", b"\2\0\0" + bytes([0 if number == 1 else 1]) + struct.pack(">HH", number, 0) + kind + b"\0")
        for number, kind in [(1, b"grid"), *((number, b"hvc1") for number in tiles)]
    )
    kept = _box(
        b"ipco", decoder + _box(b"ispe", b"\0\0\0\0" + struct.pack(">II", 640, 480)) + _box(b"ispe", bytes(4) + size)
    )
    used = b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in tiles) + struct.pack(">HBB", 1, 1, 3)
    told = _box(b"ipma", bytes(4) + struct.pack(">I", len(tiles) + 1) + used[-4:] + used[:-4])
    drawn_from = _box(b"dimg", struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *tiles))

    def meta(data: int) -> bytes:
        """`data` is where the bytes of the tiles begin; those of the grid come after them."""
        extents = [(1, data + length, len(ask)), *((number, data, length) for number in tiles)]
        places = b"".join(struct.pack(">HHHII", number, 0, 1, start, count) for number, start, count in extents)
        parts = (
            _box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            _box(b"pitm", bytes(4) + struct.pack(">H", 1)),
            _box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", len(extents)) + places),
            _box(b"iinf", bytes(4) + struct.pack(">H", len(extents)) + names),
            _box(b"iref", bytes(4) + drawn_from),
            _box(b"iprp", kept + told),
        )
        return _box(b"meta", bytes(4) + b"".join(parts))

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    return head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", single[begin : begin + length] + ask)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def bomb_png(side: int = 60_000) -> bytes:
    """A few kilobytes that claim, and would unpack to, gigabytes."""
    rows = zlib.compress(b"\0" * (side // 8 + 1) * 2000, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def lying_jpeg() -> bytes:
    """A small JPEG whose header claims 65,000 by 65,000."""
    plain = bytearray(_saved(drawn(640, 480), "JPEG"))
    frame = plain.index(b"\xff\xc0")
    plain[frame + 5 : frame + 9] = struct.pack(">HH", 65000, 65000)
    return bytes(plain)


def text_bomb_png() -> bytes:
    """A small picture with a compressed note of 200 MB."""
    note = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * (200 << 20), 1))
    plain = png(64, 64)
    return plain[:33] + note + plain[33:]


def truncated() -> bytes:
    whole = jpeg_with_gps()
    return whole[: len(whole) // 2]


def gif() -> bytes:
    return _saved(drawn(320, 240), "GIF")


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def seeds() -> list[bytes]:
    """What the mutations start from."""
    small = jpeg_with_gps(320, 240, orientation=6)
    return [
        small,
        polyglot_jpeg(),
        png(120, 90),
        transparent_png(),
        webp(160, 120),
        moving_webp(),
        heic(),
        text_note_png(),
    ]


def text_note_png() -> bytes:
    return png(64, 64, "P")


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    made = BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
