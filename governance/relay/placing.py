"""Which place is meant by what is said: by its name, by the group it is said in, or where several have it in common."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from governance.core.db import db
from governance.places.model import Place, under

NUMERALS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
COUNTED = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)(?=号|院|单元|栋|幢|座)")
SEVERAL = re.compile(r"(?<!\d)(\d{1,3})(?=(?:[、,，和及与/]\d{1,3}){1,8}号[楼院])")  # 1、2号楼
HOUSE = re.compile(r"(?<!\d)(\d{1,3})(?:[栋幢](?:号?楼)?|[#＃]楼?)")  # 2栋, 2#楼 for 2号楼
NOT_THERE = re.compile(r"不[是在]\D{0,2}\d{1,3}号[楼院]")
NO_NAME = "我你您他她它咱本这那哪们个在从到去住是的家院楼屋房店间室厅层道库场群梯池坑箱心手水夜地村城区园街马对大公"
CALLED = re.compile(  # 海棠里5号院, 海棠小区5号楼; but not 我们小区5号楼
    rf"[^\W\d{NO_NAME}]{{2}}(?:小区|社区|胡同|[里苑园村坊庭府湾巷弄街路区])\d{{1,3}}号[院楼]"
)
A_BUILDING, A_COURTYARD = re.compile(r"\d+号楼"), re.compile(r"(?<!\d)\d+号院")
MOST = 200


def named_places(places: Sequence[Place], words: str) -> list[Place]:
    """The places whose names stand in the words, 五号楼 or 5栋 for 5号楼 too; else those whose name they begin."""
    spoken = _spoken(words)
    named = [place for place in places if re.search(rf"(?<!\d){re.escape(_spoken(place.name))}", spoken)]
    begun = [place for place in places if spoken and re.match(rf"{re.escape(spoken)}(?!\d)", place.name)]
    return named or begun


def _spoken(words: str) -> str:
    """With numbers and houses written in one way, and without those that are said not to be meant."""
    counted = HOUSE.sub(r"\1号楼", COUNTED.sub(_counted, words).replace(" ", ""))
    return NOT_THERE.sub("", SEVERAL.sub(r"\1号楼", counted))


def _counted(found: re.Match[str]) -> str:
    tens, ten, ones = found.groups()
    if not ten:
        return "".join(NUMERALS[char] for char in (tens + ones))
    return f"{NUMERALS[tens] if tens else '1'}{NUMERALS[ones] if ones else '0'}"


def place_meant(places: Sequence[Place], words: str) -> Place | None:
    """The one of these that is named, or the courtyard that those named have in common; None where it has to be asked.

    A courtyard of the community that is named, and is none of theirs, is meant before all. What is said where there is
    but one place is about that, unless a building beside it is named instead; of one that nobody knows the courtyard.
    What has another name before its number is none of theirs.
    """
    if unknown(places, words):
        return None
    if yard := _other_courtyard(places, words):
        return in_common(named_places(_buildings(yard), words)) or yard
    named = named_places(places, words)
    if len(places) == 1 and not named:
        return _beside(places[0], words)
    return in_common([one for one in named if not any(one.id in other.line[:-1] for other in named)])


def unknown(places: Sequence[Place], words: str) -> str:
    """The first courtyard or building that is called by another name than any here: 海棠里5号院 in 银杏里."""
    called = CALLED.findall(_spoken(words))
    if not called:
        return ""
    known = "\n".join(place.name for place in (*_courtyards(places), *(up for one in places for up in one.above())))
    return next((name for name in called if name[:2] not in known and name[1:3] not in known), "")


def in_common(places: Sequence[Place]) -> Place | None:
    """The one place; of several the courtyard that all of them stand in, if there is one."""
    if len(places) < 2:
        return places[0] if places else None
    shared = [ids[0] for ids in zip(*(place.line for place in places), strict=False) if len(set(ids)) == 1]
    found = db.session.get(Place, shared[-1]) if shared else None
    return found if found is not None and found.kind == "courtyard" else None


def _beside(place: Place, words: str) -> Place:
    yard = next((one for one in reversed(place.above()) if one.kind == "courtyard"), None)
    if yard is None:
        return place
    known = in_common(named_places([one for one in _buildings(yard) if one.id != place.id], words))
    return known or (yard if A_BUILDING.search(_spoken(words)) else place)


def _buildings(courtyard: Place) -> list[Place]:
    query = select(Place).where(under(courtyard), Place.kind == "building")
    return list(db.session.scalars(query.order_by(Place.id).limit(MOST)))


def _other_courtyard(places: Sequence[Place], words: str) -> Place | None:
    """The one courtyard of their community that is named, by its name or the 5号院 in it, with none of them inside."""
    spoken = _spoken(words)
    if not ("院" in spoken or len(spoken) > 3):
        return None
    named = [yard for yard in _courtyards(places) if _is_called(yard.name, spoken)]
    if len(named) != 1 or any(named[0].id in place.line for place in places):
        return None
    return named[0]


def _courtyards(places: Sequence[Place]) -> Sequence[Place]:
    """All those of their communities."""
    communities = {place.community_id for place in places if place.community_id}
    query = select(Place).where(Place.community_id.in_(communities), Place.kind == "courtyard")
    return db.session.scalars(query.order_by(Place.id).limit(MOST)).all() if communities else []


def _is_called(name: str, spoken: str) -> bool:
    """By its whole name, or by the number it ends with, standing alone."""
    short = A_COURTYARD.search(_spoken(name))
    return _spoken(name) in spoken or bool(short and re.search(rf"(?<!\d){short[0]}", spoken))
