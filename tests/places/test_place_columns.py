"""Whatever moves places finds every column that names one."""

import re

import pytest
from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from governance.core.db import Base
from governance.places import place_columns
from governance.places.kinds import AREAS
from governance.places.place_columns import AreaColumns, placed_tables
from governance.web import app  # noqa: F401 - imports every model

NAMES_A_PLACE = re.compile(rf"(?:\w+_)?place_id|(?:{'|'.join(AREAS)})_id")


def columns_named_like_a_place(base: type[DeclarativeBase]) -> set[str]:
    tables = (mapper.local_table for mapper in base.registry.mappers)
    found = {column for table in tables if table.name != "place" for column in table.columns}
    return {f"{column.table.name}.{column.name}" for column in found if NAMES_A_PLACE.fullmatch(column.name)}


def registered() -> set[str]:
    return {
        f"{table.model.__tablename__}.{column.name}"
        for table in placed_tables()
        for column in (*table.places, *table.areas)
    }


def test_every_column_that_names_a_place_or_an_area_is_in_the_registry() -> None:
    assert columns_named_like_a_place(Base) == registered()
    assert {"ticket.place_id", "ticket.grid_id", "person.known_place_id", "wechat_code.place_id"} <= registered()
    assert not any(name.startswith(("place.", "event.")) for name in registered())


@pytest.fixture
def other_base(monkeypatch: pytest.MonkeyPatch) -> type[DeclarativeBase]:
    """A base of this test only, on which a model may be forgotten."""

    class Other(DeclarativeBase):
        registry = registry()

    monkeypatch.setattr(place_columns, "Base", Other)
    return Other


def test_a_model_that_was_forgotten_is_noticed(other_base) -> None:
    class Shop(other_base):
        __tablename__ = "shop"
        id: Mapped[int] = mapped_column(primary_key=True)
        place_id: Mapped[int] = mapped_column(Integer)
        community_id: Mapped[int | None]

    class Bench(AreaColumns, other_base):
        __tablename__ = "bench"
        id: Mapped[int] = mapped_column(primary_key=True)
        place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))

    forgotten = columns_named_like_a_place(other_base) - registered()
    assert forgotten == {"shop.place_id", "shop.community_id"}
