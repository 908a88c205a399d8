"""What needs attention, as named conditions on places: counted on the first page of /keep, listed behind each count."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, not_, select

from governance.core.db import db, now
from governance.core.translation import LazyText
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import visible
from governance.people.access.viewer import Viewer
from governance.people.model import Post
from governance.places.kinds import CODED
from governance.places.model import Code, Place


@dataclass(frozen=True)
class Attention:
    name: str
    label: LazyText
    advice: LazyText

    @property
    def condition(self) -> ColumnElement[bool]:
        return _CONDITIONS[self.name]()

    def count(self, viewer: Viewer) -> int:
        query = select(func.count()).select_from(Place).where(visible(viewer, "place.keep", Place), self.condition)
        return db.session.scalar(query) or 0


def _code_is(*states: str) -> ColumnElement[bool]:
    return exists().where(Code.place_id == Place.id, Code.state.in_(states))


def _uncoded() -> ColumnElement[bool]:
    return and_(Place.kind.in_(CODED), not_(_code_is("printed", "posted", "lost", "torn")))


def _unmanned() -> ColumnElement[bool]:
    return and_(
        Place.kind == "grid", not_(exists().where(Post.place_id == Place.id, Post.role == "grid", Post.serving(now())))
    )


_CONDITIONS = {
    "unposted": lambda: _code_is("printed"),
    "gone": lambda: _code_is("lost", "torn"),
    "uncoded": _uncoded,
    "unmanned": _unmanned,
    "voiceless": lambda: and_(Place.kind == "community", Place.phone.is_(None)),
}
ATTENTIONS = {
    attention.name: attention
    for attention in (
        Attention("unposted", _l("码印了还没贴"), _l("贴好以后点“已贴”")),
        Attention("gone", _l("码丢了或坏了"), _l("补印一张，再停用旧的")),
        Attention("uncoded", _l("小区和楼栋还没有码"), _l("印一张贴上，居民才能扫")),
        Attention("unmanned", _l("网格没有网格员"), _l("安排一个岗位，工单才有人接")),
        Attention("voiceless", _l("社区没有留电话"), _l("扫码页要写一个能打通的电话")),
    )
}
