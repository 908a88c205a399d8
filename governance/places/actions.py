"""Everything that changes places and codes. Each action checks, changes, then records.

The caller asks `people/access/permissions.py`: places stand below people in the layers.
"""

from itertools import zip_longest
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, update

from governance.core.db import begins_with, connection, db, locked, now
from governance.core.errors import Invalid, Refused
from governance.core.events import record
from governance.core.sql_statements import Prepared
from governance.places.kinds import AREAS, CODED, KINDS, ORDER, may_hold
from governance.places.landing import PlaceRow
from governance.places.model import MARKS, Code, Place, under
from governance.places.tokens import new_token

_OUTER = Place.id.in_([bindparam(kind) for kind in ORDER]) & Place.kind.in_([literal(kind) for kind in CODED])
_SHOW_IT = select(Place.id).where(or_(begins_with(Place.path, bindparam("inside")), _OUTER))
_IN_ORDER = _SHOW_IT.order_by(Place.id).with_for_update(key_share=True)
_FRESHER = update(Place).where(Place.id.in_(_IN_ORDER)).values(version=Place.version + 1)
FRESHEN: Prepared[tuple[()]] = Prepared(_FRESHER)
KEPT = ("name", "official_code", "households", "phone", "hours", "large_text")


def add_place(
    kind: str, name: str, parent: Place | None, actor: str, actor_id: int | None = None, **facts: Any
) -> Place:
    """A new place inside `parent`. Raises Invalid by field; the kind must be narrower than its parent's."""
    if kind not in KINDS:
        raise Invalid({"kind": "没有这一类地点"})
    if parent is not None and not may_hold(parent.kind, kind):
        raise Invalid({"kind": f"{parent.label}里不能放{KINDS[kind].label}"})
    if parent is not None:
        locked(parent)
    _check_free(None, parent.id if parent else None, name, facts.get("official_code"))
    place = Place(kind=kind, name=name, parent_id=parent.id if parent else None, **facts)
    for area in AREAS if parent else ():
        setattr(place, f"{area}_id", getattr(parent, f"{area}_id"))
    db.session.add(place)
    db.session.flush()
    place.path = f"{parent.path if parent else '/'}{place.id}/"
    if kind in AREAS:
        setattr(place, f"{kind}_id", place.id)
    record_change(place, "add", actor, actor_id, kind=kind, name=name)
    return place


def change_place(place: Place, actor: str, actor_id: int | None, **facts: Any) -> None:
    """Change facts of a place and invalidate its cached pages."""
    changed = {name: value for name, value in facts.items() if name in KEPT and getattr(place, name) != value}
    _check_free(place.id, place.parent_id, changed.get("name"), changed.get("official_code"))
    for name, value in changed.items():
        setattr(place, name, value)
    if changed:
        _freshen_below(place)
        record_change(place, "change", actor, actor_id, fields=sorted(changed))


def _check_free(id_: int | None, parent_id: int | None, name: str | None, official_code: str | None) -> None:
    """Raises Invalid unless the name is free inside the parent, and the official code everywhere."""
    others = select(Place.id).where(Place.id != (id_ or 0)).limit(1)
    if name and db.session.scalar(others.filter_by(parent_id=parent_id, name=name)):
        raise Invalid({"name": "这里已经有叫这个名字的地点了"})
    if official_code and db.session.scalar(others.filter_by(official_code=official_code)):
        raise Invalid({"official_code": "这个官方代码已经是别处的"})


def _freshen_below(place: Place) -> None:
    db.session.flush()
    below = update(Place).where(under(place))
    db.session.execute(below.values(version=Place.version + 1), execution_options={"synchronize_session": False})


def freshen(place: Place | PlaceRow) -> None:
    """Invalidate the cached scan pages of this place, those inside it and its courtyard."""
    db.session.flush()
    FRESHEN.run(connection(), inside=place.path, **dict(zip_longest(ORDER, place.ancestors)))


def print_code(place: Place, actor: str, actor_id: int | None = None) -> Code:
    """A new code for a place, numbered after the last."""
    locked(place)
    last = db.session.scalar(select(func.max(Code.number)).filter_by(place_id=place.id)) or 0
    code = Code(token=new_token(), place_id=place.id, number=last + 1)
    db.session.add(code)
    db.session.flush()
    record_change(place, "print_code", actor, actor_id, token=code.token, number=code.number)
    return code


def issue_codes(place: Place, actor: str, actor_id: int | None = None) -> list[Code]:
    """A first code for every courtyard and building here that has none in use."""
    bare = select(Place).where(under(place), _uncoded()).order_by(Place.path)
    return [print_code(one, actor, actor_id) for one in db.session.scalars(bare).all()]


def uncoded_under(place: Place) -> int:
    return db.session.scalar(select(func.count()).select_from(Place).where(under(place), _uncoded())) or 0


def _uncoded() -> ColumnElement[bool]:
    alive = select(Code.place_id).where(Code.state != "retired")
    return and_(Place.kind.in_(CODED), Place.id.not_in(alive))


def mark_code(code: Code, state: str, actor: str, actor_id: int | None) -> None:
    """Set a code to posted, lost or torn. Raises Refused for a retired one."""
    if state not in MARKS:
        raise Invalid({"state": "没有这种状态"})
    locked(code)
    if not code.alive:
        raise Refused("这张码已经停用")
    code.state = state
    code.posted_at = code.posted_at or (now() if state == "posted" else None)
    record_change(code.place, "mark_code", actor, actor_id, token=code.token, state=state)


def retire_code(code: Code, actor: str, actor_id: int | None, successor: Code | None = None) -> None:
    """Retire a code; a scan of it leads to its successor. Raises Invalid when the successor is at another place."""
    for row in sorted({code, successor or code}, key=lambda one: one.token):
        locked(row)  # two codes cannot replace each other at the same instant
    if not code.alive:
        raise Refused("这张码已经停用")
    if successor is not None and (successor.token == code.token or not successor.alive):
        raise Invalid({"successor": "替换的码要是另一张在用的码"})
    if successor is not None and successor.place_id != code.place_id:
        raise Invalid({"successor": f"那张码贴在{successor.place.name}，要换成贴在这里的"})
    code.state, code.retired_at = "retired", now()
    code.replaced_by = successor.token if successor else None
    record_change(code.place, "retire_code", actor, actor_id, token=code.token, successor=code.replaced_by)


def record_change(place: Place, verb: str, actor: str, actor_id: int | None, **data: Any) -> None:
    """Record one event about a place."""
    record(
        f"place.{verb}",
        place.id,
        stream=place.stream,
        scope=place.path,
        actor=actor,
        actor_id=actor_id,
        **data,
    )
