"""Which place is meant by what is said: by its name, by the group it is said in, or where several have it in common."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from governance.core.db import db
from governance.places.model import Place, under

NUMERALS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
COUNTED = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)(?=号|院|单元|栋|幢|座)")
MOST_BESIDE = 100


def named_places(places: Sequence[Place], words: str) -> list[Place]:
    """The places whose names stand in the words, 五号楼 for 5号楼 too; else those whose name the words begin."""
    spoken = COUNTED.sub(_counted, words).replace(" ", "")
    named = [place for place in places if re.search(rf"(?<!\d){re.escape(place.name.replace(' ', ''))}", spoken)]
    begun = [place for place in places if spoken and re.match(rf"{re.escape(spoken)}(?!\d)", place.name)]
    return named or begun


def _counted(found: re.Match[str]) -> str:
    tens, ten, ones = found.groups()
    if not ten:
        return "".join(NUMERALS[char] for char in (tens + ones))
    return f"{NUMERALS[tens] if tens else '1'}{NUMERALS[ones] if ones else '0'}"


def place_meant(places: Sequence[Place], words: str) -> Place | None:
    """The one of these that is named, or the courtyard that those named have in common; None where it has to be asked.
    What is said where there is but one is about that, unless a building beside it is named instead."""
    named = named_places(places, words)
    if len(places) == 1 and not named:
        return in_common(named_places(_beside(places[0]), words)) or places[0]
    return in_common([one for one in named if not any(one.id in other.line[:-1] for other in named)])


def in_common(places: Sequence[Place]) -> Place | None:
    """The one place; of several the courtyard that all of them stand in, if there is one."""
    if len(places) < 2:
        return places[0] if places else None
    shared = [ids[0] for ids in zip(*(place.line for place in places), strict=False) if len(set(ids)) == 1]
    found = db.session.get(Place, shared[-1]) if shared else None
    return found if found is not None and found.kind == "courtyard" else None


def _beside(place: Place) -> list[Place]:
    """The buildings of the same courtyard."""
    courtyard = next((one for one in reversed(place.above()) if one.kind == "courtyard"), None)
    if courtyard is None:
        return []
    query = select(Place).where(under(courtyard), Place.kind == "building", Place.id != place.id)
    return list(db.session.scalars(query.order_by(Place.id).limit(MOST_BESIDE)))
