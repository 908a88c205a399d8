"""Viewers of members of staff other than the one of this request."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance.core.db import db, now
from governance.people.access.viewer import ActivePost, Viewer
from governance.people.model import Post


def at_work(person_ids: Iterable[int]) -> dict[int, Viewer]:
    """The viewer of each person, with the posts that serve now."""
    held: dict[int, list[ActivePost]] = {id_: [] for id_ in person_ids}
    mine = select(Post).where(Post.person_id.in_(held), Post.serving(now())).options(joinedload(Post.place))
    for post in db.session.scalars(mine):
        held[post.person_id].append(
            ActivePost(post.role, post.place.kind if post.place else "", post.place_id, post.body_id)
        )
    return {id_: Viewer(staff_id=id_, posts=tuple(posts)) for id_, posts in held.items()}
