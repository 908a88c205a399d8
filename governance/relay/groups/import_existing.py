"""The groups that are bound already, by the keys an import compares: name, channel, places, and ear."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from governance.core.db import db
from governance.relay import channels
from governance.relay.delivery.quiet_hours import HOUR_FIELDS
from governance.relay.groups.uniqueness import Ear, ear_of
from governance.relay.model import Group, GroupPlace

BINDING = ("settings", "robot", "heard_as", "receives")
FACTS = ("name", "channel", "audience", "keeper_id", *BINDING, *HOUR_FIELDS)
Key = tuple[str, str, frozenset[int]]  # name, channel, places


@dataclass
class Known:
    """A group that exists already."""

    id: int
    facts: dict[str, Any]


def existing_groups() -> tuple[dict[Key, Known], dict[Ear, int]]:
    """The bound groups and their ears. Own groups of persons are left out."""
    places: dict[int, set[int]] = defaultdict(set)
    for group_id, place_id in db.session.execute(select(GroupPlace.group_id, GroupPlace.place_id)):
        places[group_id].add(place_id)
    columns = [getattr(Group, name) for name in (*FACTS, "id")]
    rows = db.session.execute(
        select(*columns).where(Group.archived_at.is_(None), Group.person_id.is_(None)).order_by(Group.id.desc())
    )
    known, ears = {}, {}
    for row in rows:
        facts = dict(row._mapping)
        group = Known(facts.pop("id"), facts)
        known[facts["name"], facts["channel"], frozenset(places[group.id])] = group
        kind = channels.for_groups().get(facts["channel"])
        if kind and (ear := ear_of(kind, facts)):
            ears[ear] = group.id
    return known, ears
