"""住户条: one on an A4 page, folded in three like a letter. The address is outside, the code inside.

The middle is folded onto the foot, the head backwards, so that only the head shows.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from governance.places.layouts import icons
from governance.places.layouts.drawing import GREEN, HAIR, INK, PALE, SOFT, WHITE, Sheet
from governance.places.layouts.wording import NAME, PROMISE
from governance.places.qr import Square

SIZE = (210.0, 297.0)
_LEFT, _RIGHT, _WIDE = 20.0, 190.0, 170.0
_FOLDS = (99.0, 198.0)
_CODE = 62.0
TITLE = "住户条"
FOR = "请交给住在这里的人"
OUTSIDE = "里面是只给这一家的二维码。不是您家的，请不要拆，交还社区。"
FOLD = "折"
INVITE = "认识一下，就能在议事厅里说话"
STEPS = (
    "微信扫左边的码，起一个昵称，勾上同意。",
    "邻居只看到昵称，看不到门牌和电话。",
    "只用一次。家里别人也要，请再要一张。",
)
TYPED = "扫不了？打开 {site}，填这些字："
ASIDE = "报问题、看进度、表态，都不用住户条，扫楼里的码就行。"
ALSO = "收到以后请自己保管。丢了、被别人用了：马上打电话，当时就能作废。"
ASKS_NOTHING = "我们不问身份证，不收钱。"


@dataclass(frozen=True)
class Slip:
    """The contents of one slip. `phone` is never empty: the caller finds the nearest place that has one."""

    url: str
    secret: str
    door: str
    place_name: str
    parent_names: tuple[str, ...]
    phone: str

    @property
    def address(self) -> str:
        return " · ".join(self.parent_names)

    @property
    def headline(self) -> str:
        return f"{self.place_name}　{self.door}"

    @property
    def shown(self) -> str:
        """The secret in groups, to be read out and typed."""
        plain = self.secret.upper()
        return " ".join(plain[at : at + 5] for at in range(0, len(plain), 5))

    @property
    def typed(self) -> str:
        parts = urlsplit(self.url)
        return TYPED.format(site=f"{parts.netloc}/me/known/slip")

    def every_word(self) -> tuple[str, ...]:
        own = (self.place_name, *self.parent_names, self.headline, self.address, self.phone, self.shown, self.typed)
        return (*own, TITLE, FOR, OUTSIDE, FOLD, INVITE, *STEPS, ASIDE, ALSO, ASKS_NOTHING)


def draw_same(sheet: Sheet) -> None:
    """What is the same on every slip."""
    sheet.panel(_LEFT, 15.9, 5, 5, 1.2, GREEN)
    sheet.words(NAME, _LEFT + 7.5, 16.1, 15, GREEN, bold=True)
    sheet.words(TITLE, _RIGHT, 16.1, 15, GREEN, bold=True, anchor="right")
    sheet.words(FOR, _LEFT, 30, 13.5, SOFT)
    sheet.words(OUTSIDE, _LEFT, 84, 11.5, SOFT)
    for fold in _FOLDS:
        for start in (0.0, SIZE[0] - 8):
            sheet.panel(start, fold - 0.1, 8, 0.2, 0.1, HAIR)
        sheet.words(FOLD, 10, fold - 1.6, 8, SOFT)
    top = _FOLDS[0] + 8
    sheet.panel(_LEFT, top, _CODE + 6, _CODE + 6, 4, PALE)
    sheet.panel(_LEFT + 3, top + 3, _CODE, _CODE, 2, WHITE)
    sheet.words(INVITE, 96, top + 3, 17, GREEN, bold=True)
    for number, step in enumerate(STEPS):
        y = top + 17 + number * 12
        sheet.panel(96, y - 1, 7, 7, 3.5, GREEN)
        sheet.words(str(number + 1), 99.5, y + 0.6, 11, WHITE, bold=True, anchor="middle")
        sheet.fitted(step, (106, y - 1, _RIGHT - 106, 7), 12.5, INK, most_lines=1)
    sheet.fitted(ASIDE, (96, top + 57, _RIGHT - 96, 9), 10.5, SOFT, most_lines=1)
    top = _FOLDS[1] + 12
    sheet.frame(_LEFT, top, _WIDE, 33, 5, GREEN, 0.6)
    sheet.icon(icons.shield, _LEFT + 6, top + 6.5, 20)
    sheet.words(ASKS_NOTHING, _LEFT + 32, top + 7, 20, INK, bold=True)
    sheet.words(PROMISE, _LEFT + 32, top + 20, 14, INK)
    sheet.fitted(ALSO, (_LEFT, top + 40, _WIDE, 6), 13, SOFT, most_lines=1)


def draw(sheet: Sheet, slip: Slip, square: Square) -> None:
    """What differs from slip to slip."""
    sheet.fitted(slip.address, (_LEFT, 37, _WIDE, 6), 14, SOFT, most_lines=1)
    sheet.fitted(slip.headline, (_LEFT, 46, _WIDE, 28), 54, INK, bold=True, most_lines=2)
    top = _FOLDS[0] + 8
    sheet.square(square, _LEFT + 3, top + 3, _CODE)
    sheet.fitted(slip.typed, (_LEFT, top + 70.5, 96, 5), 10.5, SOFT, most_lines=1)
    sheet.fitted(slip.shown, (_LEFT + 98, top + 69.5, _WIDE - 98, 7), 17, INK, bold=True, most_lines=1)
    sheet.fitted(slip.phone, (_LEFT, _FOLDS[1] + 62, _WIDE, 14), 38, INK, bold=True, most_lines=1)
