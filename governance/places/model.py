"""Rows of the place tree and the codes posted on it, and what can be read from them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.db import Base, OneOf, begins_with, db, now
from governance.places.kinds import AREAS, KINDS, ORDER
from governance.places.tokens import shown

MARKS = {"posted": "已贴好", "lost": "不见了", "torn": "破了"}  # what a keeper says of a sticker
LOOKS = {"printed": "chip--wait", "posted": "chip--done", "lost": "chip--late", "torn": "chip--late"}
CODE_STATES = {"printed": "印好还没贴", "posted": "已贴", "lost": "不见了", "torn": "破了", "retired": "已停用"}


class Located:
    """What follows from `path` and the area columns, for `Place` and for plain rows (`landing.PlaceRow`)."""

    @property
    def ancestors(self: Any) -> tuple[int, ...]:
        """The ids from the top down to this place."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))

    @property
    def stream(self: Any) -> int:
        """The stream its events are numbered in: the community's, or its own above communities."""
        return self.community_id or self.id

    def areas(self: Any) -> dict[str, int | None]:
        """The area columns that a row standing at this place carries."""
        return {f"{kind}_id": getattr(self, f"{kind}_id") for kind in AREAS}


class Place(Located, Base):
    """One node of the tree. `path` holds the ids from the top, such as /1/4/9/; `…_id` are the areas around it."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("parent_id", "name"),
        Index("ix_place_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    path: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(OneOf(12, ORDER))
    name: Mapped[str] = mapped_column(String(60))
    official_code: Mapped[str | None] = mapped_column(String(12), unique=True)
    households: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    hours: Mapped[str | None] = mapped_column(String(60))
    large_text: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    district_id: Mapped[int | None] = mapped_column(index=True)
    street_id: Mapped[int | None] = mapped_column(index=True)
    community_id: Mapped[int | None] = mapped_column(index=True)
    grid_id: Mapped[int | None] = mapped_column(index=True)

    parent: Mapped["Place | None"] = relationship(remote_side=[id])

    @property
    def label(self) -> str:
        return KINDS[self.kind].label

    def above(self) -> list["Place"]:
        """The places it stands in, the widest first, itself last."""
        found = {place.id: place for place in db.session.scalars(select(Place).where(Place.id.in_(self.ancestors)))}
        return [found[id_] for id_ in self.ancestors]

    @property
    def full_name(self) -> str:
        """The names from the street down; the district is left out."""
        return full_name_of(self.above())

    @property
    def full_path(self) -> str:
        """All its names, as a path that `find_place` reads."""
        return "/".join(place.name for place in self.above())

    def contact_phone(self) -> str | None:
        """The nearest phone number, from here upwards."""
        return nearest_phone(self.above())


def full_name_of(places: Sequence[Any]) -> str:
    """The names of these places or rows of them, the widest first, without the district and the grid."""
    return " ".join(place.name for place in places if place.kind not in ("district", "grid"))


def near_name_of(places: Sequence[Any]) -> str:
    """The name that neighbours use: these places, the widest first, from the courtyard down; else its own."""
    return " ".join(place.name for place in places if place.kind not in AREAS) or places[-1].name


def nearest_phone(places: Sequence[Any]) -> str | None:
    """The number to call at the last of these places, or rows of them, that has one."""
    return next((place.phone for place in reversed(places) if place.phone), None)


def under(place: Place) -> ColumnElement[bool]:
    """The condition that a place is this one or inside it."""
    return begins_with(Place.path, place.path)


class Code(Base):
    """One sticker: printed → posted → lost or torn → retired. A place has as many as are posted there."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("place_id", "number"),)

    token: Mapped[str] = mapped_column(String(8), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(OneOf(8, CODE_STATES), default="printed")
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("code.token"))
    printed_at: Mapped[datetime] = mapped_column(default=now)
    posted_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship()

    @property
    def shown(self) -> str:
        return shown(self.token)

    @property
    def state_label(self) -> str:
        return CODE_STATES[self.state]

    @property
    def look(self) -> str:
        return LOOKS.get(self.state, "")

    def marks(self) -> dict[str, str]:
        """The states a keeper can set it to now, with their labels."""
        return {state: words for state, words in MARKS.items() if self.alive and state != self.state}

    @property
    def alive(self) -> bool:
        return self.state != "retired"


class ScanCount(Base):
    """Scans of a code on one day, without who scanned."""

    __tablename__ = "scan_count"

    token: Mapped[str] = mapped_column(String(8), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
