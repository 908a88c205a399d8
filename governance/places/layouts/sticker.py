"""The sticker for a stairwell or a courtyard: A6, four to an A4 page."""

from governance.places.layouts import icons, wording
from governance.places.layouts.drawing import GREEN, INK, PALE, SOFT, WHITE, Sheet
from governance.places.qr import Square

SIZE = (105.0, 148.5)
_LEFT, _WIDE, _MIDDLE = 9.0, 87.0, 52.5
_CODE = 62.0


def draw_same(sheet: Sheet) -> None:
    """What is the same on every sticker."""
    sheet.panel(_LEFT, 34, _WIDE, 81.5, 4, PALE)
    sheet.panel(_MIDDLE - _CODE / 2, 38, _CODE, _CODE, 2, WHITE)
    sheet.words(wording.SHORT_DOORS, _MIDDLE, 101.8, 17, GREEN, bold=True, anchor="middle")
    sheet.icon(icons.shield, _LEFT, 130.7, 10)
    sheet.words(wording.PROMISE, _LEFT + 13, 131.2, 10, INK, bold=True)
    sheet.words(wording.IF_FALSE_SHORT, _LEFT + 13, 136.6, 8.6, SOFT)


def draw(sheet: Sheet, notice: wording.Notice, square: Square) -> None:
    """What differs from sticker to sticker."""
    sheet.fitted(notice.address, (_LEFT, 8, _WIDE, 5), 9.5, SOFT, most_lines=1)
    sheet.fitted(notice.place_name, (_LEFT, 14.5, _WIDE, 16.5), 42, INK, bold=True, most_lines=2)
    sheet.square(square, _MIDDLE - _CODE / 2, 38, _CODE)
    sheet.words(notice.label, _MIDDLE, 109.8, 9.5, INK, anchor="middle")
    sheet.fitted(notice.phone, (_LEFT, 118, 54, 9.5), 25, INK, bold=True, most_lines=1)
    if notice.worker:
        sheet.words(notice.worker, _LEFT + _WIDE, 122.6, 10, SOFT, anchor="right")
