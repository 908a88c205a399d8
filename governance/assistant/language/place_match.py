"""Resolves the place that words name: by its full or short name, or as the courtyard that several places share."""

import re
from collections.abc import Sequence
from functools import reduce

from sqlalchemy import func, literal, not_, or_, select

from governance.assistant.language.place_names import (
    A_BUILDING,
    A_COURTYARD,
    A_STEM,
    CALLED,
    SECTION,
    is_called_short,
    matches_name,
    normalised,
    short_of,
    spoken_name,
    stems_before_numbers,
)
from governance.core.db import db
from governance.places.model import Place, under

MOST, FEW = 200, 8
SHORTEST_NAME = 3  # characters of a foreign place's name that can be found in a sentence


def named_places(places: Sequence[Place], words: str) -> list[Place]:
    """The places whose names stand in the words (五号楼 and 5栋 mean 5号楼); else those whose names begin with the
    words."""
    plain = normalised(words)
    named = [place for place in places if matches_name(place.name, plain)]
    begun = [place for place in places if plain and re.match(rf"{re.escape(plain)}(?!(?<=\d)\d)", place.name)]
    return named or begun


def resolve_place(places: Sequence[Place], words: str) -> Place | None:
    """The place that the words name; else the only one. None when the person must be asked."""
    named, is_asked = _read(places, words)
    return places[0] if len(places) == 1 and named is None and not is_asked else named


def named_place(places: Sequence[Place], words: str) -> Place | None:
    """The place that the words name.

    First a courtyard of the community, with a building named inside it; then one of `places`, or the courtyard of those
    named; then a building beside the only place, or its courtyard if that building is unknown.
    """
    return _read(places, words)[0]


def _read(places: Sequence[Place], words: str) -> tuple[Place | None, bool]:
    """The named place; and whether a place is named that cannot be resolved: a foreign one, or one of several
    courtyards."""
    if foreign_place_name(places, words):
        return None, True
    yards = _courtyards_named(places, words)
    if yards:
        only = common_courtyard(named_places(_buildings(yards[0]), words)) or yards[0]
        return (only, False) if len(yards) == 1 else (None, True)
    named = named_places(places, words)
    if len(places) == 1 and not named:
        return _beside(places[0], words), False
    named = named or named_places(_inside(places), words)
    return common_courtyard([one for one in named if not any(one.id in other.ancestors[:-1] for other in named)]), False


def foreign_place_name(places: Sequence[Place], words: str) -> str:
    """The name of a place outside these communities, as 海棠里5号院 or 9号院 in 银杏里; empty without one."""
    ours = {place.community_id for place in places}
    if not ours or None in ours:
        return ""
    plain = normalised(words)
    known = {spoken_name(one.name) for one in (*_courtyards(places), *(up for place in places for up in place.above()))}
    called = [name for name in CALLED.findall(plain) if not any(_shares(name, one) for one in known)]
    numbered = [name for pattern in (A_COURTYARD, SECTION) for name in pattern.findall(plain)]
    strange = (*called, *(name for name in numbered if not any(matches_name(name, one) for one in known)))
    return strange[0] if strange else _elsewhere(ours, plain, known)


def _shares(called: str, name: str) -> bool:
    """Do both names share two characters apart from their number?"""
    stem = called[: -len(short_of(called))]
    return any(stem[at : at + A_STEM] in name for at in range(len(stem) - A_STEM + 1))


def _elsewhere(ours: set[int | None], plain: str, known: set[str]) -> str:
    """A courtyard or community of other communities, by its name, or by the start of its name before a number."""
    if len(plain) < SHORTEST_NAME:
        return ""
    stems = {stem for stem in stems_before_numbers(plain) if not any(stem in name for name in known)}
    by_name = literal(plain).contains(Place.name) & (func.length(Place.name) >= SHORTEST_NAME)
    by_stem = func.substr(Place.name, 1, A_STEM).in_(sorted(stems))
    query = select(Place.name).where(Place.kind.in_(("community", "courtyard")), or_(by_name, by_stem))
    query = query.where(not_(Place.community_id.in_(ours)))
    names = db.session.scalars(query.order_by(func.length(Place.name).desc(), Place.id).limit(MOST))
    return next((name for name in names if not any(spoken_name(name) in one for one in known)), "")


def common_courtyard(places: Sequence[Place]) -> Place | None:
    """The only place; of several, the courtyard that contains all of them, if any."""
    if len(places) < 2:
        return places[0] if places else None
    shared = [ids[0] for ids in zip(*(place.ancestors for place in places), strict=False) if len(set(ids)) == 1]
    found = db.session.get(Place, shared[-1]) if shared else None
    return found if found is not None and found.kind == "courtyard" else None


def _beside(place: Place, words: str) -> Place | None:
    yard = next((one for one in reversed(place.above()) if one.kind == "courtyard"), None)
    if yard is None:
        return None
    known = common_courtyard(named_places([one for one in _buildings(yard) if one.id != place.id], words))
    return known or (yard if A_BUILDING.search(normalised(words)) else None)


def _inside(places: Sequence[Place]) -> list[Place]:
    """Up to `MOST` buildings of each of the first courtyards that these places are or stand in."""
    yards = dict.fromkeys(up for place in places for up in place.above() if up.kind == "courtyard")
    return [building for yard in list(yards)[:FEW] for building in _buildings(yard)]


def _buildings(courtyard: Place) -> list[Place]:
    query = select(Place).where(under(courtyard), Place.kind == "building")
    return list(db.session.scalars(query.order_by(Place.id).limit(MOST)))


def _courtyards(places: Sequence[Place]) -> Sequence[Place]:
    """All courtyards of the communities of these places."""
    communities = {place.community_id for place in places if place.community_id}
    query = select(Place).where(Place.community_id.in_(communities), Place.kind == "courtyard")
    return db.session.scalars(query.order_by(Place.id).limit(MOST)).all() if communities else []


def _courtyards_named(places: Sequence[Place], words: str) -> list[Place]:
    """The courtyards named in full or in short."""
    plain, yards = normalised(words), _courtyards(places)
    whole = [yard for yard in yards if matches_name(yard.name, plain)]
    whole = [yard for yard in whole if not any(yard.name in other.name for other in whole if other is not yard)]
    left = reduce(lambda rest, yard: rest.replace(spoken_name(yard.name), "，"), whole, plain)
    named = [yard for yard in yards if yard in whole or is_called_short(yard.name, left)]
    return named or _by_stem(places, yards, plain)


def _by_stem(places: Sequence[Place], yards: Sequence[Place], plain: str) -> list[Place]:
    """Courtyards named by their first characters, as 海棠3号楼 or 海棠苑3号楼 in 银杏里, unless our own names hold them
    too."""
    ours = [up.name for place in places for up in place.above()]
    stems = {stem for stem in stems_before_numbers(plain) if not any(stem in name for name in ours)}
    return [yard for yard in yards if yard.name[:A_STEM] in stems]
