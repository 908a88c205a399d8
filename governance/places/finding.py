"""Finds the place that a text means: official code, code of a sticker, path of names, or id."""

import re

from sqlalchemy import ColumnElement, select, true

from governance.core.db import db
from governance.core.errors import Invalid
from governance.places.codes import find_code
from governance.places.model import Place

SEPARATORS = re.compile(r"[/／>＞]+")


def names_of(text: str) -> tuple[str, ...]:
    """The names in a path such as 柳荫街道/银杏社区, the widest first."""
    return tuple(name.strip() for name in SEPARATORS.split(text) if name.strip())


def fit(names: tuple[str, ...], full: tuple[str, ...]) -> int:
    """How well a path fits the full path of names: 0 not at all, 1 with places left out between, 2 without."""
    if not names or not full or names[-1] != full[-1]:
        return 0
    if names == full[-len(names) :]:
        return 2
    rest = iter(full)
    return 1 if all(name in rest for name in names) else 0


def find_place(text: str, within: ColumnElement[bool] | None = None, field: str = "place") -> Place:
    """The one place that is meant, among those `within`. Raises Invalid when none or several fit."""
    text, among = text.strip(), true() if within is None else within
    found = _by_code(text, among) or _by_names(text, among, field) or _by_id(text, among)
    if found is None:
        raise Invalid({field: f"没有找到“{text[:60]}”这个地点"})
    return found


def _by_code(text: str, among: ColumnElement[bool]) -> Place | None:
    if re.fullmatch(r"[0-9]{12}", text):
        return db.session.scalars(select(Place).where(among, Place.official_code == text)).one_or_none()
    code = find_code(text)
    return db.session.scalars(select(Place).where(among, Place.id == code.place_id)).one_or_none() if code else None


def _by_id(text: str, among: ColumnElement[bool]) -> Place | None:
    number = re.fullmatch(r"#?([0-9]{1,9})", text)
    return db.session.scalars(select(Place).where(among, Place.id == int(number[1]))).one_or_none() if number else None


def _by_names(text: str, among: ColumnElement[bool], field: str) -> Place | None:
    names = names_of(text)
    if not names:
        return None
    known = {row.id: row.name for row in db.session.execute(select(Place.id, Place.name).where(Place.name.in_(names)))}
    namesakes = db.session.execute(select(Place.id, Place.path).where(among, Place.name == names[-1]))
    fits = {row.id: fit(names, _full_names(row.path, known)) for row in namesakes}
    best = max(fits.values(), default=0)
    meant = [id_ for id_, how in fits.items() if how == best] if best else []
    if len(meant) > 1:
        raise Invalid({field: f"叫“{text[:60]}”的有 {len(meant)} 处，请从街道写起"})
    return db.session.get(Place, meant[0]) if meant else None


def _full_names(path: str, known: dict[int, str]) -> tuple[str, ...]:
    """The names along a path, as far as they matter here."""
    return tuple(known.get(int(id_), "") for id_ in path.strip("/").split("/"))
