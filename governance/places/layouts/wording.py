"""The words that every printed thing has."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from governance.places.tokens import shown

NAME = "一码共治"
CALL = "家门口的事，扫码说一声"
HOW = "打开微信扫一扫，不用注册，不用下载"
DOORS = (
    ("报问题", "灯坏了、漏水、垃圾没人收"),
    ("看进度", "谁在办、办到哪一步"),
    ("我也遇到", "有人报过，点一下就算一份"),
)
SHORT_DOORS = "报问题 · 看进度 · 我也遇到"
PHONE = "不方便扫码？打电话也一样办"
PROMISE = "扫码后要您付钱、填身份证号的，都是假的。"
IF_FALSE = "牌子被撕、被盖、看着不对：先别扫，打上面的电话告诉我们。"
IF_FALSE_SHORT = "牌子被盖、看着不对：先别扫，打这个电话。"


@dataclass(frozen=True)
class Notice:
    """One code and the words beside it. `phone` is never empty: the caller finds the nearest place that has one."""

    token: str
    url: str
    place_name: str
    parent_names: tuple[str, ...]
    sticker_number: int
    phone: str
    worker_name: str | None = None

    @property
    def address(self) -> str:
        return " · ".join(self.parent_names)

    @property
    def label(self) -> str:
        return f"{shown(self.token)}　第 {self.sticker_number} 张"

    @property
    def worker(self) -> str:
        return f"网格员　{self.worker_name}" if self.worker_name else ""

    @property
    def site(self) -> str:
        parts = urlsplit(self.url)
        return f"真的网址开头是 {parts.scheme}://{parts.netloc}/c/"

    def every_word(self) -> tuple[str, ...]:
        """All text of this poster, the place's name first."""
        named = (self.place_name, *self.parent_names, self.worker_name or "", self.phone)
        return (*named, self.address, self.label, self.worker, self.site)


EVERY_WORD = "".join(
    (NAME, CALL, HOW, SHORT_DOORS, PHONE, PROMISE, IF_FALSE, IF_FALSE_SHORT, *(a + b for a, b in DOORS))
)
