"""The door card, for a refrigerator: eight on an A4 page."""

from governance.places.layouts import wording
from governance.places.layouts.drawing import GREEN, INK, PALE, SOFT, WHITE, Sheet
from governance.places.qr import Square

SIZE = (95.0, 66.0)
_CODE = 41.0
_TEXT, _WIDE = 51.0, 38.5


def draw_same(sheet: Sheet) -> None:
    """What is the same on every card."""
    sheet.panel(5, 5, _CODE, 45, 3, PALE)
    sheet.panel(6, 6, _CODE - 2, _CODE - 2, 2, WHITE)
    sheet.words(wording.SHORT_DOORS, _TEXT, 30.5, 10, GREEN, bold=True)
    sheet.panel(5, 53.2, 85, 0.3, 0.1, PALE)
    sheet.words(wording.PROMISE, 5, 54.9, 10.5, INK, bold=True)
    sheet.words(wording.IF_FALSE_SHORT, 5, 59.7, 8, SOFT)


def draw(sheet: Sheet, notice: wording.Notice, square: Square) -> None:
    """What differs from card to card."""
    sheet.square(square, 6, 6, _CODE - 2)
    sheet.words(notice.label, 5 + _CODE / 2, 46, 7.5, SOFT, anchor="middle")
    top = sheet.fitted(notice.place_name, (_TEXT, 12, _WIDE, 15.5), 26, INK, bold=True)
    sheet.fitted(notice.address, (_TEXT, top - 8, _WIDE, 6), 7.5, SOFT, most_lines=2)
    if notice.worker:
        sheet.words(notice.worker, _TEXT, 36.8, 8, SOFT)
    sheet.fitted(notice.phone, (_TEXT, 41.5, _WIDE, 8), 17, INK, bold=True, most_lines=1)
