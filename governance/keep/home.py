"""The first page of /keep: what needs attention, and links to everything that is kept."""

from typing import Any

from flask import render_template
from sqlalchemy import func, select

from governance.core.db import db
from governance.keep.attention import ATTENTIONS
from governance.keep.blueprint import bp
from governance.notices.queries import to_approve
from governance.people.access.current import current, open_to
from governance.people.access.permissions import keeper, may, visible
from governance.people.model import Body, Person
from governance.places.model import Code, Place
from governance.tickets.categories import active


@bp.get("/")
@open_to(keeper)
def home() -> Any:
    viewer = current()
    attentions = [(attention, count) for attention in ATTENTIONS.values() if (count := attention.count(viewer))]
    counts = {
        "places": _count(select(func.count()).select_from(Place).where(visible(viewer, "place.keep", Place))),
        "codes": _count(
            select(func.count()).select_from(Code).join(Code.place).where(visible(viewer, "place.keep", Place))
        ),
        "people": _count(select(func.count()).select_from(Person).where(visible(viewer, "person.read", Person))),
        "bodies": _count(select(func.count()).select_from(Body).where(visible(viewer, "body.keep", Body))),
        "categories": len(active()) if may(viewer, "category.keep", None) else None,
    }
    asked = len(to_approve(viewer))
    return render_template("keep/home.html", attentions=attentions, counts=counts, asked=asked)


def _count(query: Any) -> int:
    return db.session.scalar(query) or 0
