"""By what a group is heard, and whose it is already: the other side's group is bound once, else nobody could tell in
which of ours somebody spoke. What a bot calls a group is that bot's own word: another bot's, with another key, may be
called the same."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from governance.core.db import advisory_lock, db
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.relay.channels import Channel
from governance.relay.model import Group

LOCK = 0x0E_EA25
Ear = tuple[str, str | None]  # by what it is heard, and by which robot where that matters


def bind_in_turn() -> None:
    """One binds at a time, so that an ear that is free stays so until it is taken. Call it first inside `writing()`."""
    advisory_lock(LOCK)


def ear_of(kind: type[Channel], columns: Mapping[str, Any]) -> Ear | None:
    """What no two groups have in common; nothing where nobody is heard."""
    heard = columns["heard_as"]
    return (heard, columns["robot"] if kind.own_ears else None) if heard else None


def bound_already(group: Group, ear: Ear | None) -> Group | None:
    """Another group that is heard so."""
    if ear is None:
        return None
    heard, robot = ear
    query = select(Group).where(Group.heard_as == heard, Group.archived_at.is_(None), Group.id != (group.id or 0))
    with db.session.no_autoflush:
        return db.session.scalars((query.where(Group.robot == robot) if robot else query).limit(1)).first()


def bound_elsewhere_words(viewer: Viewer, other: Group) -> str:
    """What is said to who binds it again; whom they keep not themselves is not named."""
    if may(viewer, "group.keep", other):
        return f"那边的这个群已经绑过了，就是“{other.name}”，请去改那一个"
    return "那边的这个群在别的社区绑着，请找管它的人"
