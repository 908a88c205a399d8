"""The poster for a hall or a gate: one code on an A4 page, readable from three steps away."""

from governance.places.layouts import icons, wording
from governance.places.layouts.drawing import GREEN, HAIR, INK, PALE, SOFT, WHITE, Sheet
from governance.places.qr import Square

SIZE = (210.0, 297.0)
_LEFT, _RIGHT, _WIDE = 18.0, 192.0, 174.0
_CODE = 92.0
_PANEL = (104.0, 111.0)  # top and height of the green field


def draw_same(sheet: Sheet) -> None:
    """What is the same on every poster."""
    sheet.panel(_LEFT, 16.9, 5, 5, 1.2, GREEN)
    sheet.words(wording.NAME, _LEFT + 7.5, 17.1, 15, GREEN, bold=True)
    sheet.panel(_LEFT, 71.5, 26, 1.5, 0.75, GREEN)
    sheet.words(wording.CALL, _LEFT, 77.5, 35, GREEN, bold=True)
    sheet.words(wording.HOW, _LEFT, 93, 15.5, SOFT)
    top, height = _PANEL
    sheet.panel(_LEFT, top, _WIDE, height, 6, PALE)
    sheet.panel(_LEFT + 6, top + 6, _CODE, _CODE, 3, WHITE)
    drawings = (icons.report, icons.follow, icons.discuss)
    for row, (draw, (name, hint)) in enumerate(zip(drawings, wording.DOORS, strict=True)):
        y = top + 13 + row * 33
        sheet.icon(draw, 122, y, 15)
        sheet.words(name, 141, y + 3, 26, INK, bold=True)
        sheet.words(hint, 122, y + 18.4, 13.5, SOFT)
    sheet.words(wording.PHONE, _LEFT, 223, 15.5, SOFT)
    sheet.frame(_LEFT, 253, _WIDE, 29, 5, GREEN, 0.6)
    sheet.icon(icons.shield, _LEFT + 6, 259.5, 16)
    sheet.words(wording.PROMISE, _LEFT + 28, 258.2, 19.5, INK, bold=True)
    sheet.words(wording.IF_FALSE, _LEFT + 28, 268, 12.5, INK)


def draw(sheet: Sheet, notice: wording.Notice, square: Square) -> None:
    """What differs from poster to poster."""
    sheet.fitted(notice.address, (66, 13.5, _RIGHT - 66, 9), 15, SOFT, most_lines=2, anchor="right")
    sheet.fitted(notice.place_name, (_LEFT, 29, _WIDE, 38), 88, INK, bold=True)
    top = _PANEL[0]
    sheet.square(square, _LEFT + 6, top + 6, _CODE)
    sheet.words(notice.label, _LEFT + 6 + _CODE / 2, top + 101.4, 18, INK, bold=True, anchor="middle")
    sheet.fitted(notice.phone, (_LEFT, 231, 118, 14), 40, INK, bold=True, most_lines=1)
    if notice.worker:
        sheet.panel(_RIGHT - 52, 225, 0.4, 20, 0.2, HAIR)
        sheet.fitted(notice.worker, (_RIGHT - 46, 225, 46, 20), 20, INK, bold=True, most_lines=2)
    sheet.fitted(notice.site, (_LEFT + 28, 272.5, _WIDE - 34, 5.5), 12.5, INK, most_lines=1)
