"""Groups from a table: every problem named by its row, a dry run, all or nothing, and safe to repeat.

A row is one group, known by its name, places and channel; a blank cell leaves the fact as it is. What one cell may hold
is in sheet.py. Groups whose row is not there stay: archiving is not importing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from governance.core.db import db, writing
from governance.core.errors import Invalid
from governance.core.events import append
from governance.people.access import Viewer
from governance.people.permissions import may, visible
from governance.places.gazetteer import Gazetteer, Spot
from governance.places.kinds import AREAS
from governance.places.model import Place
from governance.places.sheet import Problem
from governance.places.tables import Table
from governance.relay import channels
from governance.relay.groups import heard_as, robot_of
from governance.relay.hours import Hours
from governance.relay.keepers import NO_ACCOUNT, NOT_THEIRS, at_work, by_account
from governance.relay.model import Group, GroupPlace
from governance.relay.sheet import COLUMN, GroupRow, read_keepers, read_rows

SHOWN = 200
GROUP: Any = Group.__table__
BOUND: Any = GroupPlace.__table__
HOURS = ("quiet_from", "quiet_until", "digest_hour")
Key = tuple[str, str, frozenset[int]]  # name, channel, places


@dataclass
class Known:
    """A group that is there already."""

    id: int
    facts: dict[str, Any]


@dataclass
class Entry:
    """One row as it will stand in the database; `id` is the group it changes."""

    number: int
    spots: tuple[Spot, ...]
    facts: dict[str, Any]
    id: int | None = None
    changes: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return str(self.facts["name"])


@dataclass(frozen=True)
class Plan:
    """What an import will do, or why it cannot be done."""

    added: list[Entry]
    changed: list[Entry]
    same: int
    problems: list[Problem]

    @property
    def shown_problems(self) -> list[Problem]:
        return self.problems[:SHOWN]

    @property
    def mark(self) -> str:
        """Two plans with the same mark do the same; a confirmation is for one mark only."""
        facts = [entry.facts for entry in self.added], [(entry.id, entry.changes) for entry in self.changed]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def plan(table: Table, viewer: Viewer) -> Plan:
    """The dry run. Raises Invalid when a column is missing."""
    (rows, problems), keepers = read_rows(table), read_keepers(table)
    draft = _Draft(viewer, keepers.values())
    strangers = [number for number, account in keepers.items() if account not in draft.accounts]
    problems += [Problem(number, COLUMN["keeper"], NO_ACCOUNT) for number in strangers]
    entries = []
    for row in rows:
        try:
            entries.append(draft.take(row))
        except Invalid as wrong:
            fields = draft.trouble_with_keeper(row) | wrong.fields
            problems += [Problem(row.number, COLUMN.get(name, name), why) for name, why in fields.items()]
    added, changed = ([entry for entry in entries if bool(entry.id) is there] for there in (False, True))
    changed = [entry for entry in changed if entry.changes]
    same = len(entries) - len(added) - len(changed)
    return Plan(added, changed, same, sorted(problems, key=lambda problem: problem.row))


class _Draft:
    """What the rows are held against: the places, the accounts, and the groups that are there."""

    def __init__(self, viewer: Viewer, keepers: Iterable[str]) -> None:
        self.viewer = viewer
        self.places = Gazetteer(visible(viewer, "group.keep", Place))
        self.accounts = by_account(set(keepers))
        self.workers = at_work(self.accounts.values())
        self.known, self.ears = _there()
        self.seen: dict[Key, int] = {}

    def take(self, row: GroupRow) -> Entry:
        spots = tuple(self.places.find(text) for text in row.places)
        key = (row.name, row.channel, frozenset(spot.id for spot in spots))
        if key in self.seen:
            raise Invalid({"name": f"和第 {self.seen[key]} 行是同一个群"})
        self.seen[key] = row.number
        known = self.known.get(key)
        if known and not may(self.viewer, "group.keep", _Where(spots)):
            raise Invalid({"places": "这个群不归您管"})
        facts = self._facts(row, spots, known.facts if known else {})
        self._free_ear(facts["heard_as"], known, row.number)
        if known is None:
            return Entry(row.number, spots, facts)
        changes = {name: value for name, value in facts.items() if value != known.facts[name]}
        return Entry(row.number, spots, facts, known.id, changes)

    def _facts(self, row: GroupRow, spots: tuple[Spot, ...], before: Mapping[str, Any]) -> dict[str, Any]:
        kind = channels.channel(row.channel)
        kept = json.loads(before["settings"]) if before else {}
        bound = kind.read({**kept, **row.settings})
        voice, ear = kind.voice(bound), kind.ear(bound)
        hours = {name: row.hours.get(name, before.get(name)) for name in HOURS}
        Hours(**hours).checked()
        return {
            "name": row.name,
            "channel": row.channel,
            "audience": row.audience,
            "settings": json.dumps(bound, ensure_ascii=False),
            "robot": robot_of(row.channel, voice) if voice else None,
            "heard_as": heard_as(row.channel, ear) if ear else None,
            "keeper_id": self._keeper(row, spots, before),
            **hours,
        }

    def _keeper(self, row: GroupRow, spots: tuple[Spot, ...], before: Mapping[str, Any]) -> int | None:
        """The account's person; without one who there was before, else who imports."""
        if not row.keeper:
            kept: int | None = before["keeper_id"] if before else self.viewer.staff_id
            return kept
        person_id = self.accounts.get(row.keeper)  # whom nobody knows is named for every row already
        if person_id is not None and not may(self.workers[person_id], "group.keep", _Where(spots)):
            raise Invalid({"keeper": NOT_THEIRS})
        return person_id

    def trouble_with_keeper(self, row: GroupRow) -> dict[str, str]:
        """What is wrong with the keeper of a row that something else is wrong with, so that both are said at once."""
        try:
            self._keeper(row, tuple(self.places.find(text) for text in row.places), {"keeper_id": None})
        except Invalid as wrong:
            return {name: why for name, why in wrong.fields.items() if name == "keeper"}
        return {}

    def _free_ear(self, ear: str | None, known: Known | None, number: int) -> None:
        """The other side's group is bound once: else nobody could tell which of ours somebody spoke in."""
        owner = known.id if known else -number
        if ear and self.ears.setdefault(ear, owner) != owner:
            raise Invalid({"channel": "那边的这个群已经绑过了"})


class _Where:
    """The areas that all of these places share, as a group bound to them has them."""

    def __init__(self, spots: tuple[Spot, ...]) -> None:
        for area in AREAS:
            shared = {getattr(spot, f"{area}_id") for spot in spots}
            setattr(self, f"{area}_id", shared.pop() if len(shared) == 1 else None)


def _there() -> tuple[dict[Key, Known], dict[str, int]]:
    """The groups that are bound, and by what each of them is heard."""
    places: dict[int, set[int]] = defaultdict(set)
    for group_id, place_id in db.session.execute(select(GroupPlace.group_id, GroupPlace.place_id)):
        places[group_id].add(place_id)
    columns = [getattr(Group, name) for name in (*FACTS, "id")]
    rows = db.session.execute(select(*columns).where(Group.archived_at.is_(None)).order_by(Group.id.desc()))
    known, ears = {}, {}
    for row in rows:
        facts = dict(row._mapping)
        group = Known(facts.pop("id"), facts)
        known[facts["name"], facts["channel"], frozenset(places[group.id])] = group
        if facts["heard_as"]:
            ears[facts["heard_as"]] = group.id
    return known, ears


FACTS = ("name", "channel", "audience", "settings", "robot", "heard_as", "keeper_id", *HOURS)


def import_groups(table: Table, viewer: Viewer, seen: str = "") -> Plan:
    """Do the whole plan, or nothing when it has problems or is not the plan that was `seen`."""
    with writing():
        todo = plan(table, viewer)
        if not todo.problems and seen in ("", todo.mark):
            _insert(todo.added)
            _update(todo.changed)
            _record(todo, viewer)
    db.session.expire_all()
    return todo


def _insert(added: list[Entry]) -> None:
    if not added:
        return
    rows = [entry.facts | vars(_Where(entry.spots)) for entry in added]
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


def _record(todo: Plan, viewer: Viewer) -> None:
    """One event for each community concerned, naming the groups that were added and changed; never their settings."""
    streams: dict[int, tuple[Spot, list[int], list[int]]] = {}
    for index, entries in ((1, todo.added), (2, todo.changed)):
        for entry in entries:
            first = entry.spots[0]
            streams.setdefault(first.stream, (first, [], []))[index].append(entry.id)  # type: ignore[union-attr, arg-type]
    for stream, (spot, added, changed) in streams.items():
        where = {"stream": stream, "scope": spot.path, "actor": viewer.label, "actor_id": viewer.staff_id}
        append("group.import", stream, **where, added=added, changed=changed)  # type: ignore[arg-type]
