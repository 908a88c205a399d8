"""Queries of the pages of notices."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance.core.db import db, find_by
from governance.core.errors import Missing
from governance.core.web.paging import LARGEST, Page, page
from governance.notices import lifecycle as life
from governance.notices.model import Notice
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer


def kept(viewer: Viewer, after: str) -> Page[Notice]:
    """The notices at this viewer's places, the latest first."""
    query = select(Notice).where(visible(viewer, "notice.keep", Notice))
    return page(query.options(joinedload(Notice.place), joinedload(Notice.author)), (Notice.id,), after, falling=True)


def to_approve(viewer: Viewer) -> list[Notice]:
    asked = select(Notice).where(Notice.state == life.ASKED, visible(viewer, "notice.approve", Notice))
    return list(db.session.scalars(asked.options(joinedload(Notice.place)).order_by(Notice.id).limit(50)))


def one(viewer: Viewer, id_: int) -> Notice:
    """The notice with this id, if the viewer keeps it. Raises Missing."""
    notice = db.session.get(Notice, id_) if id_ <= LARGEST else None
    if notice is None or not may(viewer, "notice.keep", notice):
        raise Missing
    return notice


def public(viewer: Viewer, ref: str) -> Notice:
    """The notice with this reference, as its recipients read it. Raises Missing."""
    notice = find_by(Notice, ref=ref)
    if notice is None or not may(viewer, "notice.read", notice):
        raise Missing
    return notice
