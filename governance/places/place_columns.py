"""The registry of tables whose rows name a place: whatever moves or merges places must change these columns.

A column is found by its foreign key to the tree, by `PLACE` in its `info` where it has none, or by the mixin
`AreaColumns`. The record is not among them: an event keeps its stream and the path of its place as they were.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column
from sqlalchemy.orm import Mapped

from governance.core.db import Base
from governance.places.kinds import AREAS

PLACE = {"names": "place"}  # the `info` of a column that holds the id of a place without a foreign key


class AreaColumns:
    """Mixin of a model whose rows copy the areas of their place, so that lists need no join."""

    district_id: Mapped[int | None]
    street_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None]


@dataclass(frozen=True)
class PlacedTable:
    """A model, its columns that hold the id of a place, and those that copy the areas of that place."""

    model: type[Base]
    places: tuple[Column[Any], ...]
    areas: tuple[Column[Any], ...]


def placed_tables() -> list[PlacedTable]:
    """Every imported model that names places, in the order of table names. The tree itself is not among them."""
    tables = [_placed(mapper.class_) for mapper in Base.registry.mappers if mapper.class_.__tablename__ != "place"]
    found = [table for table in tables if table.places or table.areas]
    return sorted(found, key=lambda table: str(table.model.__tablename__))


def _placed(model: Any) -> PlacedTable:
    columns = model.__table__.columns
    areas = {f"{kind}_id" for kind in AREAS} if issubclass(model, AreaColumns) else set()
    return PlacedTable(
        model,
        tuple(column for column in columns if _names_a_place(column)),
        tuple(column for column in columns if column.name in areas),
    )


def _names_a_place(column: Column[Any]) -> bool:
    return PLACE.items() <= column.info.items() or any(key.target_fullname == "place.id" for key in column.foreign_keys)
