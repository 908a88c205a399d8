"""A group of the other side is bound only once; otherwise a message from it could not be matched to a group.

The name that a bot gives a group belongs to that bot. Another bot with another key may use the same name.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from governance.core.db import advisory_lock, db
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.relay.channels import Channel
from governance.relay.model import Group

LOCK = 0x0E_EA25
Ear = tuple[str, str | None]  # the ear, and the robot where ears belong to a robot


def bind_in_turn() -> None:
    """Serialise bindings, so that a free ear stays free until it is bound. Call it first inside `writing()`."""
    advisory_lock(LOCK)


def ear_of(kind: type[Channel], columns: Mapping[str, Any]) -> Ear | None:
    """The ear of a group bound with these settings; None where the channel receives nothing."""
    heard = columns["heard_as"]
    return (heard, columns["robot"] if kind.own_ears else None) if heard else None


def bound_already(group: Group, ear: Ear | None) -> Group | None:
    """Another group with this ear."""
    if ear is None:
        return None
    heard, robot = ear
    query = select(Group).where(Group.heard_as == heard, Group.archived_at.is_(None), Group.id != (group.id or 0))
    with db.session.no_autoflush:
        return db.session.scalars((query.where(Group.robot == robot) if robot else query).limit(1)).first()


def bound_elsewhere_words(viewer: Viewer, other: Group) -> str:
    """The refusal for binding it again. It names the other group only to its keeper."""
    if may(viewer, "group.keep", other):
        return f"那边的这个群已经绑过了，就是“{other.name}”，请去改那一个"
    return "那边的这个群在别的社区绑着，请找管它的人"
