"""`finding` for a table of thousands of texts, in at most three queries.

A text that was not found is not repeated in the reason: a cell in the wrong column may hold a secret.
"""

import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from governance.core.db import db
from governance.core.errors import Invalid
from governance.places.finding import fit, names_of
from governance.places.kinds import AREAS
from governance.places.model import Code, Located, Place
from governance.places.tokens import read_token


class _Spot(NamedTuple):
    id: int
    path: str
    name: str
    official_code: str | None
    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None


class Spot(Located, _Spot):
    """A place with the columns that a table needs."""


_COLUMNS = (Place.id, Place.path, Place.name, Place.official_code, *(getattr(Place, f"{kind}_id") for kind in AREAS))


class Gazetteer:
    """The places `within`, by code, official code and path of names; each text is looked up once."""

    def __init__(self, within: ColumnElement[bool]) -> None:
        self._within = within
        self.spots = {row.id: Spot._make(row) for row in db.session.execute(select(*_COLUMNS).where(within))}
        self._official = {spot.official_code: spot for spot in self.spots.values() if spot.official_code}
        self._known: dict[str, Spot | str] = {}
        self._full_names: dict[int, tuple[str, ...]] = {}
        self._by_ends: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._index()

    def _index(self) -> None:
        above = {id_ for spot in self.spots.values() for id_ in spot.ancestors} - self.spots.keys()
        outer = db.session.execute(select(Place.id, Place.name).where(Place.id.in_(above))) if above else ()
        names = {spot.id: spot.name for spot in self.spots.values()} | {row.id: row.name for row in outer}
        for spot in self.spots.values():
            full = tuple(names.get(id_, "") for id_ in spot.ancestors)
            self._full_names[spot.id] = full
            self._by_name[spot.name].append(spot.id)
            for name in set(full[:-1]):
                self._by_ends[name, spot.name].append(spot.id)

    @cached_property
    def _tokens(self) -> dict[str, int]:
        codes = select(Code.token, Code.place_id).join(Place, Place.id == Code.place_id).where(self._within)
        return {row.token: row.place_id for row in db.session.execute(codes)}

    def find(self, text: str) -> Spot:
        """The place that is meant. Raises Invalid by `places`."""
        if text not in self._known:
            self._known[text] = self._by_code(text) or self._by_names(text)
        found = self._known[text]
        if isinstance(found, str):
            raise Invalid({"places": found})
        return found

    def _by_code(self, text: str) -> Spot | None:
        if re.fullmatch(r"[0-9]{12}", text):
            return self._official.get(text)
        token = read_token(text)
        return self.spots.get(self._tokens.get(token, 0)) if token else None

    def _by_names(self, text: str) -> Spot | str:
        names = names_of(text)
        if not names:
            return "没有找到这个地点"
        candidates = self._by_name[names[0]] if len(names) == 1 else self._by_ends.get((names[0], names[-1]), [])
        fits = {id_: fit(names, self._full_names[id_]) for id_ in candidates}
        best = max(fits.values(), default=0)
        meant = [id_ for id_, how in fits.items() if how == best] if best else []
        if len(meant) > 1:
            return f"叫这个名字的地点有 {len(meant)} 处，请从街道写起"
        return self.spots[meant[0]] if meant else "没有找到这个地点"
