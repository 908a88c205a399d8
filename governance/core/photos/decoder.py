"""The child process that decodes and redraws one photo; core/photos/clean.py starts it in the sandbox.

Standard input is the photo. The arguments are the folder of Pillow, the kind, and the boxes to black out: `left,top,
right,bottom` in permille of the width and height, joined with `;`. Standard output is
`width height length-of-full`, a line break, the full picture and the thumbnail. Only pixels are carried over. Exit 3
with a reason that clean.py knows is a refusal; any other end is a crash.
"""

import io
import resource
import sys
from importlib import import_module
from typing import Any, NoReturn

BILINEAR = 2  # a third quicker than the default, and no worse to look at when shrinking
CPU_SECONDS = 10
ADDRESS_SPACE = 2 << 30  # the parent looks at what is resident; this holds between two looks
QUALITY = 80
LONG_SIDE, SHORT_SIDE = 1600, 800  # a screenshot of many screens keeps 800 pixels across, or nobody can read it
LONGEST, LARGEST = 12_000, 10_000_000  # of the picture that is drawn: pixels on its long side, and in all
THUMB_SIDE, THUMB_SHAPE = 320, 2  # what is longer than twice its width is cut to that shape
MOST_MISSING = 0.1  # of the rows of a photo that was not sent whole
DECODERS = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "heif": ("pi_heif", "HeifImageFile"),
}
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF orientation -> Pillow's Transpose


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder, kind, boxes = sys.argv[1:]
    sys.path.append(folder)
    photo, turn = decoded(kind, sys.stdin.buffer.read())
    pixels = to_rgb(photo)
    shrink_to(pixels, drawn_size(*pixels.size))
    if turn is not None:
        pixels = pixels.transpose(turn)
    black_out(pixels, boxes)
    width, height = pixels.size
    full = encoded(pixels)
    thumb = cut_to_shape(pixels)
    shrink_to(thumb, (THUMB_SIDE, THUMB_SIDE))
    out = sys.stdout.buffer
    out.write(b"%d %d %d\n" % (width, height, len(full)) + full + encoded(thumb))
    out.flush()


def decoded(kind: str, data: bytes) -> tuple[Any, Any]:
    """The picture and how to turn it upright. A JPEG that lacks its last rows loses them, or is refused."""
    photo = opened(kind, io.BytesIO(data))
    if not (photo.width and photo.height):
        refuse("large")
    turn = orientation(photo)
    try:
        photo.load()
    except MemoryError:
        refuse("large")
    except OSError:
        photo = whole_rows(kind, data)
    # A file of several pictures is read again by each `thumbnail`; the first one's pixels alone are not. A copy of them
    # would double what 48 megapixels take.
    return photo._new(photo.im), turn


def opened(kind: str, source: io.BytesIO) -> Any:
    """The photo by its own decoder and no other, so that a file cannot choose a rarer one."""
    module, name = DECODERS[kind]
    decoder = import_module(module)
    if kind == "heif":
        decoder.options.DECODE_THREADS = 1  # each thread takes memory of its own, and the answer must not depend on it
    photo = getattr(decoder, name)(source)
    if kind == "jpeg":  # an eighth, a quarter or half of it is decoded straight away
        photo.draft(None, drawn_size(*photo.size))
    return photo


def whole_rows(kind: str, data: bytes) -> Any:
    """What came of a photo that was not sent whole, without the rows that did not."""
    vars(import_module("PIL.ImageFile"))["LOAD_TRUNCATED_IMAGES"] = True
    photo = opened(kind, io.BytesIO(data))
    try:
        photo.load()
    except OSError:
        refuse("cut short")
    rows = decoded_rows(photo)
    if kind != "jpeg" or rows < photo.height * (1 - MOST_MISSING):
        refuse("cut short")
    return photo.crop((0, 0, photo.width, rows))


def decoded_rows(photo: Any) -> int:
    """How many rows came: libjpeg fills those that did not with its middle grey."""
    pixels = photo.convert("RGB")
    filler = import_module("PIL.Image").new("RGB", pixels.size, (128, 128, 128))
    bounds = import_module("PIL.ImageChops").difference(pixels, filler).getbbox()
    return bounds[3] if bounds else 0


def drawn_size(width: int, height: int) -> tuple[int, int]:
    """How large it is drawn: 1600 on its long side; what is long and narrow, 800 on its short side, within bounds."""
    long_side, short_side = max(width, height), min(width, height)
    scale = max(LONG_SIDE / long_side, SHORT_SIDE / short_side)
    scale = min(1.0, scale, LONGEST / long_side, (LARGEST / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def orientation(photo: Any) -> Any:
    """The EXIF rotation; a broken tag is no reason to refuse the photo."""
    try:
        return _TURNS.get(photo.getexif().get(0x0112))
    except Exception:  # whatever a decoder may raise over a broken note
        return None


def to_rgb(photo: Any) -> Any:
    """RGB on white where it was transparent, without metadata."""
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        shrink_to(photo, (4000, 4000))  # a layer takes as much memory again
        layer = photo.convert("RGBA")
        ground = layer.copy()
        ground.paste("white", (0, 0, *layer.size))
        ground.alpha_composite(layer)
        photo = ground
    if photo.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off instead of scaling
        photo = photo.point(lambda grey: grey * (1 / 256)).convert("L")
    pixels = photo if photo.mode == "RGB" else photo.convert("RGB")
    pixels.info = {}
    return pixels


def black_out(pixels: Any, boxes: str) -> None:
    """Paint the boxes black; their edges are moved outwards to whole pixels."""
    width, height = pixels.size
    for box in filter(None, boxes.split(";")):
        left, top, right, bottom = (int(number) for number in box.split(","))
        corners = (left * width // 1000, top * height // 1000, -(-right * width // 1000), -(-bottom * height // 1000))
        pixels.paste((0, 0, 0), corners)


def cut_to_shape(pixels: Any) -> Any:
    """At most twice as long as it is wide: the top of a long screenshot, the middle of a panorama."""
    width, height = pixels.size
    if height > width * THUMB_SHAPE:
        return pixels.crop((0, 0, width, width * THUMB_SHAPE))
    if width > height * THUMB_SHAPE:
        left = (width - height * THUMB_SHAPE) // 2
        return pixels.crop((left, 0, left + height * THUMB_SHAPE, height))
    return pixels.copy()


def shrink_to(pixels: Any, size: tuple[int, int]) -> None:
    pixels.thumbnail(size, BILINEAR, reducing_gap=2.0)


def encoded(pixels: Any) -> bytes:
    import_module("PIL.JpegImagePlugin")  # knows how to save one
    made = io.BytesIO()
    pixels.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def refuse(words: str) -> NoReturn:
    sys.stderr.buffer.write(words.encode())
    sys.stderr.flush()
    sys.exit(3)


if __name__ == "__main__":
    main()
