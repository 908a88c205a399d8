"""What the first bytes of a photo say: its kind and the size it claims, without decoding."""

import struct

ENOUGH = 64  # bytes from which the kind is known
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_HEIF_HEAD = 1 << 20  # bytes in which the boxes that describe the pictures stand
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # tables that share the number range of JPEG's frame headers


def kind_of(head: bytes) -> str | None:
    """jpeg, png, webp or heif by content; None for anything else, whatever its name."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "heif"
    return None


def declared_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the header; None where only the decoder can tell."""
    readers = {"jpeg": _jpeg, "png": _png, "webp": _webp, "heif": _heif}
    read = readers.get(kind_of(data[:ENOUGH]) or "")
    try:
        return read(data) if read else None
    except (struct.error, IndexError):
        return None


def _png(data: bytes) -> tuple[int, int] | None:
    return struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" else None


def is_progressive(jpeg: bytes) -> bool:
    """Whether the whole picture must be held before any of it can be drawn smaller."""
    frame = _frame(jpeg)
    return frame is not None and frame[0] in _PROGRESSIVE


def _jpeg(data: bytes) -> tuple[int, int] | None:
    frame = _frame(data)
    return frame[1:] if frame else None


def _frame(data: bytes) -> tuple[int, int, int] | None:
    """The marker of a JPEG's frame, its width and its height."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            high, wide = struct.unpack(">HH", data[at + 5 : at + 9])
            return marker, wide, high
        at += 2 + length
    return None


def _heif(data: bytes) -> tuple[int, int] | None:
    """The largest picture that the file describes: a tiled photo has one entry for the whole and one for its tiles."""
    head, sizes, at = data[:_HEIF_HEAD], [], 0
    while (at := head.find(b"ispe", at)) >= 0:
        sizes.append(struct.unpack(">II", head[at + 8 : at + 16]))
        at += 4
    return max(sizes, key=lambda size: size[0] * size[1]) if sizes else None


def _webp(data: bytes) -> tuple[int, int] | None:
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        wide, high = struct.unpack("<HH", body[6:10])
        return wide & 0x3FFF, high & 0x3FFF
    return None
