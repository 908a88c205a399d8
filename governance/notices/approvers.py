"""The colleagues who may approve a notice, shown to its author."""

from dataclasses import dataclass

from sqlalchemy import select

from governance.core.db import db, now
from governance.core.translation import AnyText
from governance.notices.model import Notice
from governance.people.access.permissions import may
from governance.people.access.staff_viewers import at_work
from governance.people.model import ROLES, Person, Post
from governance.places.kinds import AREAS

NAMED = 5


@dataclass(frozen=True)
class Approvers:
    """The first few nicknames, the total count, and the role to assign if there is no approver."""

    names: tuple[str, ...]
    count: int
    role: AnyText


def approvers(notice: Notice) -> Approvers:
    areas = [getattr(notice, f"{area}_id") for area in AREAS]
    here = select(Post.person_id).where(
        Post.place_id.in_([id_ for id_ in areas if id_ is not None]), Post.serving(now())
    )
    staff = at_work(sorted(set(db.session.scalars(here))))
    able = [id_ for id_, viewer in staff.items() if may(viewer, "notice.approve", notice)]
    named = db.session.scalars(select(Person.nickname).where(Person.id.in_(able)).order_by(Person.id).limit(NAMED))
    return Approvers(tuple(name or "" for name in named), len(able), ROLES.get(notice.place.kind, ROLES["community"]))
