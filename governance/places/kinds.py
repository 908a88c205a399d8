"""The kinds of place, from wide to narrow. A place stands inside a wider kind; kinds may be skipped."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    name: str
    label: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("district", "区"),
        Kind("street", "街道"),
        Kind("community", "社区"),
        Kind("grid", "网格"),
        Kind("courtyard", "小区"),
        Kind("building", "楼栋"),
        Kind("spot", "点位"),
    )
}
ORDER = tuple(KINDS)
AREAS = ("district", "street", "community", "grid")  # the kinds posts are held at and lists are cut by
CODED = ("courtyard", "building")  # the kinds that should have a code
LABELS = {kind.label: kind.name for kind in KINDS.values()} | {
    "乡镇": "street",
    "村": "community",
    "院": "courtyard",
    "屯": "courtyard",
}


def shared_areas(things: Collection[Any]) -> dict[str, int | None]:
    """The area columns that all of these have in common; None where they differ."""
    found = {name: {getattr(thing, name) for thing in things} for name in (f"{area}_id" for area in AREAS)}
    return {name: ids.pop() if len(ids) == 1 else None for name, ids in found.items()}


def may_hold(outer: str, inner: str) -> bool:
    """Whether a place of the kind `outer` may have one of `inner` inside it: only a narrower kind."""
    return ORDER.index(outer) < ORDER.index(inner)
