"""Prints codes: a PDF of many, a picture of one. Nothing is handed out that an independent decoder cannot read.

layouts/ places things, qr.py makes the square, typefaces.py the letters. The caller decides which codes, under which
address.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Protocol

import pypdfium2
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from governance.places.layouts import a4, card, slip, sticker
from governance.places.layouts.drawing import HAIR, Sheet
from governance.places.layouts.wording import EVERY_WORD, Notice
from governance.places.qr import Square, Unreadable, read_squares
from governance.places.typefaces import Faces, MissingGlyph, faces_for, must_be_printable

__all__ = ["FORMATS", "MissingGlyph", "Notice", "Unreadable", "check_pages", "picture", "print_pdf"]

_PAGE = (210.0, 297.0)
_PROOF_SCALE = 2.0  # 144 dots to the inch: a card's module is then three dots wide


@dataclass(frozen=True)
class Format:
    """How one poster is drawn, and how many fit on a page."""

    size: tuple[float, float]
    across: int
    down: int
    draw_same: Callable[[Sheet], None]
    draw: Callable[[Sheet, Any, Square], None]

    @property
    def places(self) -> list[tuple[float, float]]:
        """The lower left corners of the pieces, in reading order, centred on the page."""
        wide, high = self.size
        left, foot = (_PAGE[0] - self.across * wide) / 2, (_PAGE[1] - self.down * high) / 2
        rows = reversed(range(self.down))
        return [(left + column * wide, foot + row * high) for row in rows for column in range(self.across)]


FORMATS = {
    "a4": Format(a4.SIZE, 1, 1, a4.draw_same, a4.draw),
    "sticker": Format(sticker.SIZE, 2, 2, sticker.draw_same, sticker.draw),
    "card": Format(card.SIZE, 2, 4, card.draw_same, card.draw),
}

LAYOUTS = FORMATS | {"slip": Format(slip.SIZE, 1, 1, slip.draw_same, slip.draw)}  # whatever carries a code


class Printed(Protocol):
    """What every printed thing with a code needs."""

    @property
    def url(self) -> str: ...

    def every_word(self) -> tuple[str, ...]: ...


def print_pdf(notices: Iterable[Printed], format: str, out: BinaryIO) -> int:
    """Write one PDF; returns the number of codes. Raises MissingGlyph or Unreadable before anything is written."""
    every = list(notices)
    layout = LAYOUTS[format]
    with faces_for(_characters(every)) as faces:
        canvas = Canvas(out, pagesize=(_PAGE[0] * mm, _PAGE[1] * mm), pageCompression=1)
        canvas.setTitle("一码共治")
        _keep_same(canvas, faces, layout)
        for page in _in_groups(every, layout.across * layout.down):
            _draw_page(canvas, faces, layout, page)
            canvas.showPage()
        canvas.save()
    return len(every)


def picture(notice: Notice, width: int) -> bytes:
    """The sticker of one code as a PNG, for a group or a screen."""
    layout, made = FORMATS["sticker"], BytesIO()
    with faces_for(_characters([notice])) as faces:
        canvas = Canvas(made, pagesize=(layout.size[0] * mm, layout.size[1] * mm))
        _keep_same(canvas, faces, layout)
        _draw_one(canvas, faces, layout, notice, (0, 0))
        canvas.save()
    with pypdfium2.PdfDocument(made.getvalue()) as pdf:
        page = pdf[0]
        image = page.render(scale=width / page.get_width()).to_pil()
    drawn = BytesIO()
    image.quantize(64).save(drawn, "PNG", optimize=True)
    if read_squares(image.convert("L"), searching=True) != [notice.url]:
        raise Unreadable(notice.url)
    return drawn.getvalue()


def check_pages(pdf: bytes | str, urls: Sequence[str], format: str, share: float = 0.01) -> int:
    """Decode a share of the finished pages; returns how many. Raises Unreadable at the first difference."""
    on_page = LAYOUTS[format].across * LAYOUTS[format].down
    with pypdfium2.PdfDocument(pdf) as document:
        step = max(1, round(1 / share))
        chosen = range(0, len(document), step)
        for number in chosen:
            page = document[number]
            image = page.render(scale=_PROOF_SCALE, grayscale=True).to_pil()
            expected = sorted(urls[number * on_page : (number + 1) * on_page])
            if (read := sorted(read_squares(image, searching=True))) != expected:
                raise Unreadable(f"page {number + 1} would be read as {read}, not {expected}")
    return len(chosen)


def _characters(notices: Iterable[Printed]) -> set[str]:
    letters = set(EVERY_WORD)
    for notice in notices:
        for words in notice.every_word():
            if not letters.issuperset(words):
                must_be_printable(words)
                letters.update(words)
    return letters


def _keep_same(canvas: Canvas, faces: Faces, layout: Format) -> None:
    canvas.beginForm("same", 0, 0, layout.size[0] * mm, layout.size[1] * mm)
    layout.draw_same(Sheet(canvas, faces, layout.size[1]))
    canvas.endForm()


def _draw_page(canvas: Canvas, faces: Faces, layout: Format, notices: Sequence[Printed]) -> None:
    for notice, corner in zip(notices, layout.places, strict=False):
        _draw_one(canvas, faces, layout, notice, corner)
    if len(layout.places) > 1:
        _draw_cuts(canvas, layout)


def _draw_one(canvas: Canvas, faces: Faces, layout: Format, notice: Printed, corner: tuple[float, float]) -> None:
    canvas.saveState()
    canvas.translate(corner[0] * mm, corner[1] * mm)
    canvas.doForm("same")
    layout.draw(Sheet(canvas, faces, layout.size[1]), notice, Square(notice.url).proven())
    canvas.restoreState()


def _draw_cuts(canvas: Canvas, layout: Format) -> None:
    """Hairlines along the edges where pieces are cut apart."""
    (wide, high), (left, foot) = layout.size, layout.places[-layout.across]
    canvas.setStrokeColor(HAIR)
    canvas.setLineWidth(0.3)
    for column in range(layout.across + 1):
        x = (left + column * wide) * mm
        canvas.line(x, foot * mm, x, (foot + layout.down * high) * mm)
    for row in range(layout.down + 1):
        y = (foot + row * high) * mm
        canvas.line(left * mm, y, (left + layout.across * wide) * mm, y)


def _in_groups(notices: Sequence[Printed], size: int) -> Iterator[Sequence[Printed]]:
    for start in range(0, len(notices), size):
        yield notices[start : start + size]
