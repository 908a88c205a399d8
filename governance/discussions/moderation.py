"""Screening of contributions: watchwords, numbers and links hold words for a staff check and never hide them."""

import re
import unicodedata

from sqlalchemy import select

from governance.core.db import db, numbered, writing
from governance.core.errors import Invalid, Missing
from governance.core.events import append
from governance.discussions import danger
from governance.discussions.model import Watchword
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.people.residents import verification

EVERYWHERE = 0  # watchwords belong to no community, so their changes have a hash chain of their own
# Each entry is long enough to avoid matches inside ordinary words: 刷单 would match 粉刷单元门, 办证 would match
# 办证明, 去死 would match 下去死角.
# fmt: off
DEFAULTS = (
    "赌博", "代开发票", "裸聊", "兼职刷单", "刷单返利", "高利贷", "办假证", "毒品", "枪支",
    "滚出去", "滚出小区", "滚蛋", "去死吧", "傻逼", "煞笔", "操你", "草泥马", "狗日的", "王八蛋", "他妈的",
)
# fmt: on
LINK = re.compile(
    r"(?i)[a-z][a-z0-9+.-]{1,20}:/+"  # any scheme
    r"|(?:[a-z0-9-]+[.。])+[a-z]{2,}(?![a-z])"  # a host without a scheme
    r"|(?<![增参])加\s*(?:微(?![型小景心波观])|v(?!ip)|q)"  # a request to add a contact; not 微型消防站
)
DATE = re.compile(r"(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}(?!\d)")
NUMBER = re.compile(r"(?:\d[ ._·•—–-]{0,2}){7,}")


def read_plainly(text: str) -> str:
    """Normalise the text for matching: full-width, spaced and dotted letters become plain letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")


def signs(text: str) -> list[str]:
    """The reasons for a staff check of this text, as labels for staff; an empty list means publish at once."""
    seen = unicodedata.normalize("NFKC", text)
    found = ["像是网址，或者请人加微信"] if LINK.search(seen) else []
    found += ["像是有人有危险，或者想不开"] if danger.is_in(text) else []
    found += ["有一长串数字"] if NUMBER.search(DATE.sub("／", seen)) else []
    return found + [f"有“{word}”" for word in _watchwords_in(text)]


def _watchwords_in(text: str) -> list[str]:
    plain = read_plainly(text)
    return [word for word in watchwords() if read_plainly(word) in plain]


@verification.screen
def has_watchword(text: str) -> bool:
    return bool(_watchwords_in(text))


def watchwords() -> list[str]:
    return list(db.session.scalars(select(Watchword.word).order_by(Watchword.id)))


def keep(by: Viewer, word: str) -> None:
    """Add a watchword for all communities. Raises Invalid if it is too short or exists already."""
    with writing():
        require(by, "watchword.keep", None)
        if len(read_plainly(word)) < 2:
            raise Invalid({"word": "至少两个字，太短会误伤"})
        if read_plainly(word) in map(read_plainly, watchwords()):
            raise Invalid({"word": "已经有这个词了"})
        row = Watchword(word=word)
        db.session.add(row)
        db.session.flush()
        _record(by, "add", row)


def drop(by: Viewer, word_id: int) -> None:
    with writing():
        require(by, "watchword.keep", None)
        row = numbered(Watchword, word_id)
        if row is None:
            raise Missing
        _record(by, "drop", row)
        db.session.delete(row)


def _record(by: Viewer, verb: str, row: Watchword) -> None:
    append(
        f"watchword.{verb}", row.id, stream=EVERYWHERE, scope="/", actor=by.label, actor_id=by.staff_id,
        word=row.word,
    )  # fmt: skip
