"""The child process that decodes and redraws one photo; core/photos/clean.py starts it in the sandbox.

Standard input is the photo. The arguments are the folder of Pillow, the kind, the most pixels and the two sizes.
Standard output is `width height length-of-full`, a line break, the full picture and the thumbnail. Only pixels are
carried over. Exit 3 with a reason that clean.py knows is a refusal; any other end is a crash.
"""

import io
import resource
import sys
from importlib import import_module
from typing import Any, NoReturn

BILINEAR = 2  # a third quicker than the default, and no worse to look at when shrinking
ADDRESS_SPACE, CPU_SECONDS = 420 << 20, 10
QUALITY = 80
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
    folder, kind, most, long_side, thumb_side = sys.argv[1:]
    sys.path.append(folder)
    photo = opened(kind, io.BytesIO(sys.stdin.buffer.read()))
    if not 0 < photo.width * photo.height <= int(most):
        refuse("large")
    side = int(long_side)
    if kind == "jpeg":  # an eighth, a quarter or half of it is decoded straight away
        shrink = min(1, side / max(photo.size))
        photo.draft(None, (int(photo.width * shrink), int(photo.height * shrink)))
    try:
        photo.load()
    except MemoryError:
        refuse("large")
    except OSError:
        refuse("cut short")
    turn = orientation(photo)
    pixels = to_rgb(photo)
    shrink_to(pixels, side)
    if turn is not None:
        pixels = pixels.transpose(turn)
    width, height = pixels.size
    full = encoded(pixels)
    shrink_to(pixels, int(thumb_side))
    out = sys.stdout.buffer
    out.write(b"%d %d %d\n" % (width, height, len(full)) + full + encoded(pixels))
    out.flush()


def opened(kind: str, source: io.BytesIO) -> Any:
    """The photo by its own decoder and no other, so that a file cannot choose a rarer one."""
    module, name = DECODERS[kind]
    return getattr(import_module(module), name)(source)


def orientation(photo: Any) -> Any:
    """The EXIF rotation; a broken tag is no reason to refuse the photo."""
    try:
        return _TURNS.get(photo.getexif().get(0x0112))
    except Exception:  # whatever a decoder may raise over a broken note
        return None


def to_rgb(photo: Any) -> Any:
    """RGB on white where it was transparent, without metadata."""
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        shrink_to(photo, 4000)  # a layer takes as much memory again
        layer = photo.convert("RGBA")
        ground = layer.copy()
        ground.paste("white", (0, 0, *layer.size))
        ground.alpha_composite(layer)
        photo = ground
    pixels = photo if photo.mode == "RGB" else photo.convert("RGB")
    pixels.info = {}
    return pixels


def shrink_to(pixels: Any, side: int) -> None:
    pixels.thumbnail((side, side), BILINEAR, reducing_gap=2.0)


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
