"""Imports places from a table: problems by row, a dry run, all rows or none, safe to repeat.

A row is one place, known by its official code, else by its name under its parent. A blank cell leaves the fact as it
is. sheet.py checks single cells, tree.py the meaning of a row. An import does not move places.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, cast, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from governance.core.db import db, writing
from governance.core.errors import Refused
from governance.core.events import record
from governance.core.import_plan import Plan, RowProblem
from governance.places.kinds import AREAS, ORDER
from governance.places.model import Place
from governance.places.sheet import COLUMN, read_rows
from governance.places.tables import Table
from governance.places.tree import FACTS, Keeps, Node, Tree, Wrong

PLACE: Any = Place.__table__


@dataclass(frozen=True)
class PlacePlan(Plan[Node]):
    """`nodes` are all places there are and will be."""

    nodes: list[Node]


def plan(table: Table, keeps: Keeps) -> PlacePlan:
    """The dry run. `keeps` says whether a place may be added or changed. Raises Invalid when a column is missing."""
    rows, problems = read_rows(table)
    tree = Tree(keeps)
    for row in sorted(rows, key=lambda row: ORDER.index(row.kind)):
        try:
            tree.take(row)
        except Wrong as wrong:
            problems.append(RowProblem(row.number, COLUMN[wrong.column], wrong.reason))
    changed = [node for node in tree.nodes if node.id and node.changes]
    same = sum(1 for node in tree.nodes if node.id and node.row and not node.changes)
    return PlacePlan(tree.added, changed, same, sorted(problems, key=lambda problem: problem.row), tree.nodes)


def import_places(table: Table, keeps: Keeps, actor: str, actor_id: int | None, seen: str = "") -> PlacePlan:
    """Carry out the plan; nothing when it has problems or its digest is not `seen`."""
    try:
        with writing():
            todo = plan(table, keeps)
            if not todo.problems and seen in ("", todo.digest):
                _insert(todo.added)
                _update(todo.changed)
                _freshen(todo)
                _record(todo, actor, actor_id)
    except IntegrityError as trouble:
        raise Refused("别人刚刚也在改这些地点，这次没有导入，请再试一次") from trouble
    db.session.expire_all()
    return todo


def _insert(added: list[Node]) -> None:
    """Insert kind by kind, so that every parent has its id before its children."""
    for kind in ORDER:
        level = [node for node in added if node.kind == kind]
        if not level:
            continue
        ids = db.session.scalars(
            insert(PLACE).returning(PLACE.c.id, sort_by_parameter_order=True), [_columns(node) for node in level]
        )
        for node, id_ in zip(level, ids.all(), strict=True):
            node.settle(id_)
        outer = PLACE.alias()
        above = select(outer.c.path).where(outer.c.id == PLACE.c.parent_id).scalar_subquery()
        path = func.coalesce(above, "/") + cast(PLACE.c.id, String) + "/"
        own = {f"{kind}_id": PLACE.c.id} if kind in AREAS else {}
        db.session.execute(update(PLACE).where(PLACE.c.path == "").values(path=path, **own))


def _columns(node: Node) -> dict[str, Any]:
    node.inherit()
    areas = {f"{kind}_id": getattr(node, f"{kind}_id") for kind in AREAS}
    facts = {name: node.facts[name] for name in FACTS}
    return {
        "parent_id": node.parent.id if node.parent else None,
        "kind": node.kind,
        "name": node.name,
        **areas,
        **facts,
    }


def _update(changed: list[Node]) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for node in changed:
        by_columns.setdefault(tuple(sorted(node.changes)), []).append({"the_id": node.id, **node.changes})
    for columns, rows in by_columns.items():
        one = update(PLACE).where(PLACE.c.id == bindparam("the_id"))
        db.session.connection().execute(one.values({name: bindparam(name) for name in columns}), rows)


def _freshen(todo: PlacePlan) -> None:
    """Invalidate the cached pages of changed places and of everything inside them."""
    stale: set[Node] = set(todo.changed)
    for node in todo.nodes:
        if node.parent in stale:
            stale.add(node)
    rows = [{"the_id": node.id} for node in stale if node.id]
    one = update(PLACE).where(PLACE.c.id == bindparam("the_id")).values(version=PLACE.c.version + 1)
    if rows:
        db.session.connection().execute(one, rows)


def _record(todo: PlacePlan, actor: str, actor_id: int | None) -> None:
    """One event for each community concerned (above communities: for each place), with the ids added and changed."""
    streams: dict[int, tuple[list[int], list[int]]] = {}
    for index, nodes in enumerate((todo.added, todo.changed)):
        for node in nodes:
            streams.setdefault(node.community_id or node.id or 0, ([], []))[index].append(node.id or 0)
    paths = {node.id: node.path for node in todo.nodes}
    for stream, (added, changed) in streams.items():
        facts: dict[str, Any] = {"added": added, "changed": changed}
        record("place.import", stream, stream=stream, scope=paths[stream], actor=actor, actor_id=actor_id, **facts)
