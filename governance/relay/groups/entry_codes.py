"""The QR code by which neighbours enter a residents' group: put here by its keeper, shown behind the code of the place.

WeChat lets such a code expire after seven days. An expired one is not shown; on the sixth day the keeper is reminded.
Only the address in the picture is kept. The picture, which shows the group's name and faces, is not.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple, TypeVar

from PIL import Image
from sqlalchemy import ColumnElement, literal, select

from governance.core.db import db, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.photos.clean import MOST_BYTES, Unclean, clean
from governance.core.translation import LazyText as _l
from governance.people.access.viewer import Viewer
from governance.places.qr import read_squares
from governance.relay.groups.keepers import require_kept
from governance.relay.model import ENTRY_CODE_LASTS as LASTS
from governance.relay.model import Group, GroupPlace
from governance.relay.record import record_event

OURS = re.compile(r"https?://(?:weixin\.qq\.com/g|work\.weixin\.qq\.com/gm?)/[\w-]{6,150}/?(?:\?[\w=&-]{0,40})?")
MOST_SHOWN = 3
Thing = TypeVar("Thing")


class Entry(NamedTuple):
    """A group that can be entered now."""

    id: int
    name: str
    address: str
    since: datetime

    @property
    def until(self) -> datetime:
        return self.since + LASTS


def keep(group: Group, by: Viewer, picture: bytes) -> None:
    """Keep the code in this picture. Raises Invalid by `picture`: no picture, no such code, or not a group's code."""
    address = address_in(picture)
    with writing():
        require_kept(group, by)
        if group.audience != "residents":
            raise Refused(_l("工作群不放在居民扫码的页面上"))
        group.entry_code, group.entry_code_at = address, now()
        record_event(group, "entry_code", by.label, by.staff_id)


def withdraw(group: Group, by: Viewer) -> None:
    """Show it no longer."""
    with writing():
        require_kept(group, by)
        group.entry_code = group.entry_code_at = None
        record_event(group, "no_entry_code", by.label, by.staff_id)


def address_in(picture: bytes) -> str:
    """The address in the code of this picture. It is decoded in a sandbox first."""
    if not picture:
        raise Invalid({"picture": _l("请选一张群二维码的截图")})
    try:
        pixels = Image.open(BytesIO(clean(picture[: MOST_BYTES + 1]).full)).convert("L")
    except Unclean as trouble:
        raise Invalid({"picture": trouble.message}) from trouble
    found = [text for text in read_squares(pixels, searching=True) if OURS.fullmatch(text)]
    if len(found) != 1:
        raise Invalid({"picture": _l("图里没有找到群二维码。请在群里点右上角，“群二维码”，截一张完整的图")})
    return found[0]


def shown(place_ids: Sequence[int]) -> list[Entry]:
    """The groups that can be entered now at the nearest of these places (the widest first) that has any."""
    query = select(GroupPlace.place_id, Group.id, Group.name, Group.entry_code, Group.entry_code_at)
    query = query.join(Group, Group.id == GroupPlace.group_id).where(GroupPlace.place_id.in_(place_ids))
    query = query.where(can_be_entered(now() - LASTS))
    found = [(row[0], Entry._make(row[1:])) for row in db.session.execute(query.order_by(Group.id))]
    return nearest(place_ids, found)


def can_be_entered(since: Any) -> ColumnElement[bool]:
    """Groups whose code was put here after `since` (a time, or a parameter for it)."""
    alive = Group.archived_at.is_(None) & (Group.audience == literal("residents"))
    return alive & (Group.entry_code_at > since)


def nearest(place_ids: Sequence[int], found: Sequence[tuple[int, Thing]]) -> list[Thing]:
    """Of things found at these places (the widest first), those at the nearest place that has any."""
    at = next((id_ for id_ in reversed(place_ids) if any(id_ == place for place, _ in found)), None)
    return [thing for place, thing in found if place == at][:MOST_SHOWN]
