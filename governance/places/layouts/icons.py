"""The few small drawings on printed things, each on a field of 24 by 24 with y downwards."""

from reportlab.pdfgen.canvas import Canvas


def report(canvas: Canvas) -> None:
    """A speech bubble with an exclamation mark."""
    _bubble(canvas, 5.5, 6, 13, 9.5)
    canvas.line(12, 8.2, 12, 11)
    canvas.circle(12, 13.1, 0.5, stroke=0, fill=1)


def follow(canvas: Canvas) -> None:
    """Steps on a line, the last one ticked."""
    canvas.line(7.2, 8.5, 7.2, 15.5)
    canvas.circle(7.2, 7, 1.3, stroke=1, fill=0)
    canvas.circle(7.2, 17, 1.3, stroke=1, fill=1)
    canvas.line(11, 7, 17.5, 7)
    path = canvas.beginPath()
    path.moveTo(11.2, 14.6)
    path.lineTo(13.6, 17)
    path.lineTo(18, 12)
    canvas.drawPath(path, stroke=1, fill=0)


def discuss(canvas: Canvas) -> None:
    """Two speech bubbles."""
    _bubble(canvas, 5, 5.6, 10, 6.8)
    path = canvas.beginPath()
    path.moveTo(17.2, 9.8)
    path.lineTo(19, 9.8)
    path.lineTo(19, 16)
    path.lineTo(17.2, 16)
    path.lineTo(17.2, 18.2)
    path.lineTo(14.6, 16)
    path.lineTo(10.2, 16)
    canvas.drawPath(path, stroke=1, fill=0)


def shield(canvas: Canvas) -> None:
    """A shield with a tick."""
    path = canvas.beginPath()
    path.moveTo(12, 4.8)
    path.lineTo(18, 7)
    path.lineTo(18, 11.6)
    path.curveTo(18, 15.4, 15.6, 17.9, 12, 19.4)
    path.curveTo(8.4, 17.9, 6, 15.4, 6, 11.6)
    path.lineTo(6, 7)
    path.close()
    path.moveTo(9.3, 11.8)
    path.lineTo(11.3, 13.8)
    path.lineTo(14.9, 9.9)
    canvas.drawPath(path, stroke=1, fill=0)


def _bubble(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    foot = y + height
    path = canvas.beginPath()
    path.moveTo(x, y)
    path.lineTo(x + width, y)
    path.lineTo(x + width, foot)
    path.lineTo(x + width * 0.5, foot)
    path.lineTo(x + width * 0.24, foot + 2.6)
    path.lineTo(x + width * 0.24, foot)
    path.lineTo(x, foot)
    path.close()
    canvas.drawPath(path, stroke=1, fill=0)
