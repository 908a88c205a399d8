"""Adds and changes bodies."""

from typing import Any

from sqlalchemy import select

from governance.core.db import db, locked, writing
from governance.core.errors import Invalid
from governance.core.events import record
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may, require
from governance.people.access.viewer import Viewer
from governance.people.model import Body
from governance.places.model import Place

KINDS = ("物业公司", "职能部门", "公用事业", "维保单位", "其他单位")
KEPT = ("name", "kind", "phone", "place_id")


def add_body(by: Viewer, name: str, kind: str, phone: str, place: Place) -> Body:
    """Add a body; offices within `place` may send it work. Raises Invalid."""
    body = Body(name=name, kind=kind, phone=phone or None, place_id=place.id, place=place)
    with writing():
        _check(body, by)
        db.session.add(body)
        db.session.flush()
        _record(by, "add", body, name=name, kind=kind)
    return body


def change_body(body: Body, by: Viewer, **facts: Any) -> None:
    """Change a body, within the places of `by`. Raises Invalid, Forbidden."""
    with writing():
        require(by, "body.keep", locked(body))
        changed = {name: value for name, value in facts.items() if name in KEPT and getattr(body, name) != value}
        for name, value in changed.items():
            setattr(body, name, value)
        if changed:
            with db.session.no_autoflush:
                body.place = db.session.get_one(Place, body.place_id)
                _check(body, by)
            _record(by, "change", body, fields=sorted(changed))


def _check(body: Body, by: Viewer) -> None:
    if not may(by, "body.keep", body):
        raise Invalid({"place": _l("只能放在您管的地方")})
    if db.session.scalar(select(Body.id).where(Body.name == body.name, Body.id != (body.id or 0))):
        raise Invalid({"name": _l("已经有叫这个名字的单位了")})


def _record(by: Viewer, verb: str, body: Body, **data: Any) -> None:
    at = body.place
    record(f"body.{verb}", body.id, stream=at.stream, scope=at.path, actor=by.label, actor_id=by.staff_id, **data)
