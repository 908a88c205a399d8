"""A sheet measured in millimetres from its top left corner, with two inks, and what can be drawn on it.

Every layout draws through it.
"""

from collections.abc import Callable

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from governance.places.qr import QUIET, Square
from governance.places.typefaces import Faces
from governance.places.typesetting import LEADING, Setting, fit

INK, SOFT = HexColor("#111512"), HexColor("#4a554f")
GREEN, PALE, HAIR = HexColor("#08703c"), HexColor("#e9f4ee"), HexColor("#c9d3cd")
WHITE = white
_CAP = 0.86  # how far the top of a Chinese character stands above the baseline, in sizes


class Sheet:
    """The paper of one poster; (0, 0) is the top left corner and y grows downwards."""

    def __init__(self, canvas: Canvas, faces: Faces, height: float) -> None:
        self.canvas, self.faces, self.height = canvas, faces, height

    def words(
        self,
        text: str,
        x: float,
        top: float,
        size: float,
        ink: Color = INK,
        *,
        bold: bool = False,
        anchor: str = "left",
    ) -> None:
        """One line of text whose letters' tops are at `top`."""
        font = self.faces.bold if bold else self.faces.regular
        width = stringWidth(text, font, size) / mm
        left = {"left": x, "middle": x - width / 2, "right": x - width}[anchor]
        self.canvas.setFillColor(ink)
        self.canvas.setFont(font, size)
        self.canvas.drawString(left * mm, self._y(top) - _CAP * size, text)

    def fitted(
        self,
        text: str,
        box: tuple[float, float, float, float],
        largest: float,
        ink: Color = INK,
        *,
        bold: bool = False,
        most_lines: int = 3,
        anchor: str = "left",
    ) -> float:
        """Text as large as the box (x, top, width, height) allows, at its foot; returns its top in millimetres."""
        x, top, width, height = box
        setting = fit(text, self.measure(bold), width * mm, height * mm, largest, most_lines)
        start = top + height - self._high(setting)
        edge = {"left": x, "right": x + width}[anchor]
        for number, line in enumerate(setting.lines):
            at = start + number * setting.size * LEADING / mm
            self.words(line, edge, at, setting.size, ink, bold=bold, anchor=anchor)
        return start

    def measure(self, bold: bool) -> Callable[[str], float]:
        font = self.faces.bold if bold else self.faces.regular
        return lambda text: stringWidth(text, font, 1)

    def panel(self, x: float, y: float, width: float, height: float, radius: float, fill: Color) -> None:
        self.canvas.setFillColor(fill)
        self.canvas.roundRect(x * mm, self._y(y + height), width * mm, height * mm, radius * mm, stroke=0, fill=1)

    def frame(self, x: float, y: float, width: float, height: float, radius: float, ink: Color, line: float) -> None:
        self.canvas.setStrokeColor(ink)
        self.canvas.setLineWidth(line * mm)
        self.canvas.roundRect(x * mm, self._y(y + height), width * mm, height * mm, radius * mm, stroke=1, fill=0)

    def square(self, square: Square, x: float, y: float, side: float) -> None:
        """The QR code with its quiet zone inside `side`, in pure black, so that a printer uses no coloured ink."""
        module = side * mm / (square.side + 2 * QUIET)
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(x * mm, self._y(y))
        canvas.scale(module, -module)
        canvas.setFillGray(0)
        path = canvas.beginPath()
        for left, top, wide, high in square.rectangles:
            path.rect(left + QUIET, top + QUIET, wide, high)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()

    def icon(self, draw: Callable[[Canvas], None], x: float, y: float, side: float) -> None:
        """A small drawing made on a 24 by 24 field, white on a green disc."""
        self.panel(x, y, side, side, side / 2, GREEN)
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(x * mm, self._y(y))
        canvas.scale(side * mm / 24, -side * mm / 24)
        canvas.setStrokeColor(WHITE)
        canvas.setFillColor(WHITE)
        canvas.setLineWidth(1.5)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        draw(canvas)
        canvas.restoreState()

    def _y(self, down: float) -> float:
        return (self.height - down) * mm

    @staticmethod
    def _high(setting: Setting) -> float:
        """The height from the top of the first line's letters to the foot of the last one's."""
        return (setting.height - (LEADING - 1) * setting.size) / mm
