"""Applies the plan of a group import (import_plan.py), all or nothing. Repeating it changes nothing.

Groups without a row stay; an import never archives.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import bindparam, insert, update

from governance.core.db import db, writing
from governance.core.events import append
from governance.core.import_plan import Plan
from governance.people.access.viewer import Viewer
from governance.places.gazetteer import Spot
from governance.places.kinds import shared_areas
from governance.places.tables import Table
from governance.relay.groups.import_plan import Entry, plan
from governance.relay.groups.uniqueness import bind_in_turn
from governance.relay.model import Group, GroupPlace

GROUP: Any = Group.__table__
BOUND: Any = GroupPlace.__table__


def import_groups(table: Table, viewer: Viewer, seen: str = "") -> Plan[Entry]:
    """Apply the plan. Does nothing when the plan has problems or differs from the plan that was `seen`."""
    with writing():
        bind_in_turn()
        todo = plan(table, viewer)
        if not todo.problems and seen in ("", todo.digest):
            _insert(todo.added)
            _update(todo.changed)
            _record(todo, viewer)
    db.session.expire_all()
    return todo


def _insert(added: list[Entry]) -> None:
    if not added:
        return
    rows = [entry.facts | shared_areas(entry.spots) for entry in added]
    made = db.session.scalars(insert(GROUP).returning(GROUP.c.id, sort_by_parameter_order=True), rows)
    for entry, id_ in zip(added, made.all(), strict=True):
        entry.id = id_
    bound = [{"group_id": entry.id, "place_id": spot.id} for entry in added for spot in entry.spots]
    db.session.execute(insert(BOUND), bound)


def _update(changed: list[Entry]) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for entry in changed:
        changes = {f"b_{name}": value for name, value in (entry.changes or {}).items()}
        by_columns[tuple(sorted(entry.changes or {}))].append({"b_id": entry.id, **changes})
    for columns, rows in by_columns.items():
        one = update(GROUP).where(GROUP.c.id == bindparam("b_id"))
        db.session.connection().execute(one.values({name: bindparam(f"b_{name}") for name in columns}), rows)


def _record(todo: Plan[Entry], viewer: Viewer) -> None:
    """Record one event for each community, with the names of added and changed groups and without settings."""
    streams: dict[int, tuple[Spot, list[int], list[int]]] = {}
    for index, entries in ((1, todo.added), (2, todo.changed)):
        for entry in entries:
            first = entry.spots[0]
            streams.setdefault(first.stream, (first, [], []))[index].append(entry.id)  # type: ignore[union-attr, arg-type]
    for stream, (spot, added, changed) in streams.items():
        where = {"stream": stream, "scope": spot.path, "actor": viewer.label, "actor_id": viewer.staff_id}
        append("group.import", stream, **where, added=added, changed=changed)  # type: ignore[arg-type]
