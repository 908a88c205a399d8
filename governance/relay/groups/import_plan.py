"""The plan of a group import: its rows compared with places, accounts and existing groups.

A row is one group, identified by name, places and channel. An empty cell keeps the stored value. import_rows.py checks
single cells, import_apply.py applies the plan.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any

from governance.core.db import db
from governance.core.errors import Invalid
from governance.core.import_plan import Plan, RowProblem
from governance.people.access.permissions import may, visible
from governance.people.access.staff_viewers import at_work
from governance.people.access.viewer import Viewer
from governance.places.gazetteer import Gazetteer, Spot
from governance.places.kinds import shared_areas
from governance.places.model import Place
from governance.places.tables import Table
from governance.relay import channels
from governance.relay.channels.base import Channel
from governance.relay.delivery.quiet_hours import BY_DEFAULT, HOUR_FIELDS, Hours
from governance.relay.groups.binding import binding
from governance.relay.groups.import_existing import BINDING, Key, Known, existing_groups
from governance.relay.groups.import_rows import COLUMN, GroupRow, read_keepers, read_rows
from governance.relay.groups.keepers import NO_ACCOUNT, NOT_THEIRS, by_account
from governance.relay.groups.uniqueness import bound_elsewhere_words, ear_of
from governance.relay.model import Group

ANOTHER_KEY = "这个社区里叫这个名字的机器人，密钥不是这个。请填同一个；要换密钥，去改那个群"
Called = tuple[int | None, str, str]  # what shares a key: community, channel and bot name


@dataclass
class Entry:
    """One row as it will be stored. `id` is the group it changes, or None."""

    number: int
    spots: tuple[Spot, ...]
    facts: dict[str, Any]
    id: int | None = None
    changes: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    @property
    def whole(self) -> Any:
        return self.facts


def plan(table: Table, viewer: Viewer) -> Plan[Entry]:
    """The dry run. Raises Invalid when a column is missing."""
    (rows, problems), keepers = read_rows(table), read_keepers(table)
    draft = _Draft(viewer, keepers.values())
    strangers = [number for number, account in keepers.items() if account not in draft.accounts]
    problems += [RowProblem(number, COLUMN["keeper"], NO_ACCOUNT) for number in strangers]
    entries = []
    for row in rows:
        try:
            entries.append(draft.take(row))
        except Invalid as wrong:
            fields = draft.trouble_with_keeper(row) | wrong.fields
            problems += [RowProblem(row.number, COLUMN.get(name, name), why) for name, why in fields.items()]
    added, changed = ([entry for entry in entries if bool(entry.id) is known] for known in (False, True))
    changed = [entry for entry in changed if entry.changes]
    same = len(entries) - len(added) - len(changed)
    return Plan(added, changed, same, sorted(problems, key=lambda problem: problem.row))


class _Draft:
    """What rows are compared with: places, accounts and existing groups."""

    def __init__(self, viewer: Viewer, keepers: Iterable[str]) -> None:
        self.viewer = viewer
        self.places = Gazetteer(visible(viewer, "group.keep", Place))
        self.accounts = by_account(set(keepers))
        self.workers = at_work(self.accounts.values())
        self.known, self.ears = existing_groups()
        self.keys = self._shared_keys()
        self.seen: dict[Key, int] = {}

    def take(self, row: GroupRow) -> Entry:
        spots = tuple(self.places.find(text) for text in row.places)
        key = (row.name, row.channel, frozenset(spot.id for spot in spots))
        if key in self.seen:
            raise Invalid({"name": f"和第 {self.seen[key]} 行是同一个群"})
        self.seen[key] = row.number
        known = self.known.get(key)
        if known and not may(self.viewer, "group.keep", _at(spots)):
            raise Invalid({"places": "这个群不归您管"})
        facts = self._facts(row, spots, known.facts if known else {})
        self._free_ear(facts, known, row.number)
        if known is None:
            return Entry(row.number, spots, facts)
        changes = {name: value for name, value in facts.items() if value != known.facts[name]}
        return Entry(row.number, spots, facts, known.id, changes)

    def _facts(self, row: GroupRow, spots: tuple[Spot, ...], before: Mapping[str, Any]) -> dict[str, Any]:
        usual = before or (asdict(BY_DEFAULT) if row.says_nothing_of_quiet else {})
        hours = {name: row.hours.get(name, usual.get(name)) for name in HOUR_FIELDS}
        Hours(**hours).checked()
        return {
            "name": row.name,
            "channel": row.channel,
            "audience": row.audience,
            **self._binding(row, spots, before),
            "keeper_id": self._keeper(row, spots, before),
            **hours,
        }

    def _binding(self, row: GroupRow, spots: Sequence[Spot], before: Mapping[str, Any]) -> dict[str, Any]:
        """The binding of a row. An unchanged binding needs no permission."""
        kind = channels.channel(row.channel)
        kept = json.loads(before["settings"]) if before else {}
        bound = kind.read({**kept, **row.settings})
        self._same_key(kind, spots, bound)
        if before and bound == kept:
            return {name: before[name] for name in BINDING}
        return binding(self.viewer, kind, bound)

    def _shared_keys(self) -> dict[Called, str]:
        """The keys of existing groups, by what shares them."""
        found: dict[Called, str] = {}
        for (_, channel, places), group in self.known.items():
            spots = [self.places.spots[id_] for id_ in places if id_ in self.places.spots]
            found |= _shared(channels.channel(channel), spots, json.loads(group.facts["settings"]))
        return found

    def _same_key(self, kind: type[Channel], spots: Sequence[Spot], bound: Mapping[str, str]) -> None:
        """A bot name has one key in a community (shared_keys.py). An import does not change it; a group's page does."""
        if kind.shares is None:
            return
        for called, key in _shared(kind, spots, bound).items():
            if self.keys.setdefault(called, key) != key:
                raise Invalid({kind.shares[1]: ANOTHER_KEY})

    def _keeper(self, row: GroupRow, spots: tuple[Spot, ...], before: Mapping[str, Any]) -> int | None:
        """The person of the account; without one the present keeper, else the importer."""
        if not row.keeper:
            kept: int | None = before["keeper_id"] if before else self.viewer.staff_id
            return kept
        person_id = self.accounts.get(row.keeper)  # whom nobody knows is named for every row already
        if person_id is not None and not may(self.workers[person_id], "group.keep", _at(spots)):
            raise Invalid({"keeper": NOT_THEIRS})
        return person_id

    def trouble_with_keeper(self, row: GroupRow) -> dict[str, str]:
        """What is wrong with the keeper of a row that has other problems too, so that all are shown at once."""
        try:
            self._keeper(row, tuple(self.places.find(text) for text in row.places), {"keeper_id": None})
        except Invalid as wrong:
            return {name: why for name, why in wrong.fields.items() if name == "keeper"}
        return {}

    def _free_ear(self, facts: Mapping[str, Any], known: Known | None, number: int) -> None:
        """A group of the other side is bound once (uniqueness.py). Rows of this file count with negative numbers."""
        ear, mine = ear_of(channels.channel(facts["channel"]), facts), known.id if known else -number
        owner = self.ears.setdefault(ear, mine) if ear else mine
        if owner < 0 and owner != mine:
            raise Invalid({"channel": f"和第 {-owner} 行是那边的同一个群"})
        if owner != mine:
            raise Invalid({"channel": bound_elsewhere_words(self.viewer, db.session.get_one(Group, owner))})


def _shared(kind: type[Channel], spots: Sequence[Spot], bound: Mapping[str, str]) -> dict[Called, str]:
    """The key this binding shares, and what it shares it by; None where nothing is shared."""
    if kind.shares is None:
        return {}
    name, key = kind.shares
    return {(spot.community_id, kind.name, bound[name]): bound[key] for spot in spots}


def _at(spots: Sequence[Spot]) -> Any:
    """What a group bound to these places is to the rules."""
    return SimpleNamespace(**shared_areas(spots))
