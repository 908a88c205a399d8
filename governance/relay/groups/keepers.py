"""Who keeps a group: a member of staff whose present post allows it. When the post ends, the group has no keeper."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select

from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.people.access.permissions import may, require
from governance.people.access.staff_viewers import at_work
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Post
from governance.places.kinds import AREAS
from governance.relay.model import Group
from governance.relay.record import record_event

MOST_IN_ONE = 5000
KEEPING = ("community", "street", "district")  # the roles of the rule group.keep; a test compares the two
NO_ACCOUNT, NOT_THEIRS = "没有这个账号", "这个人没有管这个群的岗位"


def hand_over(group: Group, by: Viewer, account: str) -> Group:
    """Make somebody else the group's keeper. Raises Invalid by `keeper`."""
    with writing():
        require_kept(group, by)
        found = by_account([account.strip().lower()])
        if not found:
            raise Invalid({"keeper": NO_ACCOUNT})
        (person_id,) = found.values()
        if not may(at_work([person_id])[person_id], "group.keep", group):
            raise Invalid({"keeper": NOT_THEIRS})
        before, group.keeper_id = group.keeper_id, person_id
        db.session.flush()
        record_event(group, "hand_over", by.label, by.staff_id, keeper=person_id, before=before)
    return group


def require_kept(group: Group, by: Viewer) -> None:
    """Lock a group for a change. Raises Forbidden, or Refused for an archived one."""
    require(by, "group.keep", locked(group))
    if group.archived_at:
        raise Refused("这个群已经归档，请重新绑定")


def by_account(accounts: Collection[str]) -> dict[str, int]:
    """The persons of these accounts who can sign in."""
    wanted = sorted(set(accounts))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), MOST_IN_ONE):
        some = Identity.subject.in_(wanted[start : start + MOST_IN_ONE])
        alive = select(Identity.subject, Identity.person_id).where(Identity.kind == "account", some)
        found |= {row.subject: row.person_id for row in db.session.execute(alive.where(Identity.disabled_at.is_(None)))}
    return found


def unkept() -> ColumnElement[bool]:
    """Groups without a keeper: they never had one, or the keeper's last post that allows it has ended."""
    here = or_(*(Post.place_id == getattr(Group, f"{kind}_id") for kind in AREAS))
    cared = exists().where(Post.person_id == Group.keeper_id, Post.role.in_(KEEPING), here, Post.serving(now()))
    return or_(Group.keeper_id.is_(None), ~cared)


def unkept_of(groups: Collection[Group]) -> frozenset[int]:
    """The groups among these without a keeper."""
    ids = [group.id for group in groups]
    return frozenset(db.session.scalars(select(Group.id).where(Group.id.in_(ids), unkept())))
