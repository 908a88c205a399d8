"""The areas of a row that stands at a place, in Python and in SQL alike, read from the place."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import aliased

from governance.places.kinds import AREAS
from governance.places.model import Place


def _area(kind: str) -> Any:
    name = f"{kind}_id"

    def of_row(row: Any) -> int | None:
        area: int | None = getattr(row.stands_at, name)
        return area

    def of_table(table: Any) -> Any:
        place = aliased(Place)
        above = select(getattr(place, name)).where(place.id == table.standing_id())
        return above.correlate_except(place).scalar_subquery()

    return hybrid_property(of_row, expr=of_table)


class Placed:
    """Mixin of a model with `stands_at` (its place) and `standing_id()` (the same as a column)."""

    district_id, street_id, community_id, grid_id = (_area(kind) for kind in AREAS)
