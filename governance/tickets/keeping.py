"""Category administration: add, change, retire and restore. Each action checks, changes and records."""

from typing import Any

from sqlalchemy import select

from governance.core.db import db, locked, now, writing
from governance.core.errors import Invalid, Refused
from governance.core.events import record
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.tickets.categories import active, add_category
from governance.tickets.model import Category

EVERYWHERE = 0  # categories belong to no community, so their events have their own hash chain
KEPT = (
    "label",
    "hint",
    "hours",
    "private",
    "above_grid",
    "photo_to_finish",
    "scan_to_finish",
    "verify",
    "elsewhere",
    "position",
)


def keep_new(actor: Viewer, **facts: Any) -> Category:
    """Add a category for all places. Raises Invalid by field."""
    with writing():
        require(actor, "category.keep", None)
        category = add_category(**facts)
        _record(actor, "add", category, slug=category.slug, label=category.label)
    return category


def change(category: Category, by: Viewer, **facts: Any) -> None:
    """Change a category. Existing tickets keep their deadlines; new finish requirements apply to them at once."""
    with writing():
        require(by, "category.keep", locked(category))
        changed = {name: value for name, value in facts.items() if name in KEPT and getattr(category, name) != value}
        if "label" in changed and db.session.scalar(select(Category.id).filter_by(label=changed["label"])):
            raise Invalid({"label": _l("已经有这一类了")})
        for name, value in changed.items():
            setattr(category, name, value)
        if changed:
            _record(by, "change", category, fields=sorted(changed))


def retire(category: Category, by: Viewer) -> None:
    """Remove a category from the choices. Existing tickets keep it. Refuses the last active category."""
    with writing():
        require(by, "category.keep", locked(category))
        if category.retired_at:
            raise Refused("这一类已经停用了")
        if len(active()) == 1:
            raise Refused("至少要留一类，不然居民没法报")
        category.retired_at = now()
        _record(by, "retire", category)


def restore(category: Category, by: Viewer) -> None:
    with writing():
        require(by, "category.keep", locked(category))
        if not category.retired_at:
            raise Refused("这一类没有停用")
        category.retired_at = None
        _record(by, "restore", category)


def _record(by: Viewer, verb: str, category: Category, **data: Any) -> None:
    record(
        f"category.{verb}",
        category.id,
        stream=EVERYWHERE,
        scope="/",
        actor=by.label,
        actor_id=by.staff_id,
        **data,
    )
