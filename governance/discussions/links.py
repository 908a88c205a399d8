"""How topics and deeds look in the chain to whoever walks it."""

from collections.abc import Sequence

from sqlalchemy import select, update

from governance.core import links
from governance.core.db import db, now
from governance.core.links import LinkedItem
from governance.core.translation import LazyText as _l
from governance.discussions.model import Deed, Topic
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer


@links.describes("topic")
def topics(ids: Sequence[int], viewer: Viewer) -> dict[int, LinkedItem]:
    found = db.session.scalars(select(Topic).where(Topic.id.in_(ids)))
    return {
        topic.id: LinkedItem(
            label=_l("议题"),
            title=topic.title,
            endpoint="discussions.show",
            ref=topic.ref,
            status=topic.status.label,
            over=not topic.status.open,
        )
        for topic in found
        if may(viewer, "topic.read", topic)
    }


@links.hears("topic")
def refresh(ids: set[int]) -> None:
    """A ticket of these topics went on: their pages are made anew, and whoever follows sees that there is news."""
    news = update(Topic).where(Topic.id.in_(ids)).values(version=Topic.version + 1, changed_at=now())
    db.session.execute(news, execution_options={"synchronize_session": False})


@links.describes("deed")
def deeds(ids: Sequence[int], viewer: Viewer) -> dict[int, LinkedItem]:
    found = db.session.scalars(select(Deed).where(Deed.id.in_(ids)))
    return {
        deed.id: LinkedItem(
            label=_l("实事"),
            title=deed.title,
            endpoint="discussions.show",
            ref=deed.topic.ref,
            status="已办成",
            over=True,
        )
        for deed in found
    }
