"""Words that want a second look: watchwords, numbers and links send what was written to a person, never to silence."""

import re
import unicodedata

from sqlalchemy import select

from governance.core.db import db, writing
from governance.core.errors import Invalid, Missing
from governance.core.events import record
from governance.discussions.model import Watchword
from governance.people.access import Viewer
from governance.people.permissions import require

EVERYWHERE = 0  # watchwords belong to no community, so their changes have a chain of their own
DEFAULTS = ("赌博", "代开发票", "裸聊", "刷单", "高利贷", "办证", "滚出去", "去死")
LINK = re.compile(r"(?i)[a-z][a-z0-9+.-]{1,20}:/+|(?:[a-z0-9-]+[.])+[a-z]{2,}(?![a-z])|加\s*(?:微|v|q)")
NUMBER = re.compile(r"(?:\d[ -]?){7,}")


def read_plainly(text: str) -> str:
    """As a reader sees it: full-width, spaced-out and dotted letters are the letters they stand for."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")


def needs_a_look(text: str) -> bool:
    """Somebody of the community reads it before others do."""
    seen = unicodedata.normalize("NFKC", text)
    if LINK.search(seen) or NUMBER.search(seen):
        return True
    plain = read_plainly(text)
    return any(read_plainly(word) in plain for word in watchwords())


def watchwords() -> list[str]:
    return list(db.session.scalars(select(Watchword.word).order_by(Watchword.id)))


def keep(actor: Viewer, word: str) -> None:
    """One watchword more, for everywhere. Raises Invalid: too short, or there already."""
    with writing():
        require(actor, "watchword.keep", None)
        if len(read_plainly(word)) < 2:
            raise Invalid({"word": "至少两个字，太短会误伤"})
        if db.session.scalar(select(Watchword.id).filter_by(word=word)):
            raise Invalid({"word": "已经有这个词了"})
        row = Watchword(word=word)
        db.session.add(row)
        db.session.flush()
        _record(actor, "add", row)


def drop(actor: Viewer, word_id: int) -> None:
    with writing():
        require(actor, "watchword.keep", None)
        row = db.session.get(Watchword, word_id)
        if row is None:
            raise Missing
        _record(actor, "drop", row)
        db.session.delete(row)


def _record(actor: Viewer, verb: str, row: Watchword) -> None:
    record(
        f"watchword.{verb}", row.id, stream=EVERYWHERE, scope="/", actor=actor.label, actor_id=actor.staff_id,
        word=row.word,
    )  # fmt: skip
