"""The subject of a report: the category and the place that its form chose.

One query reads both, to save a round trip on each report (docs/adr/0008).
"""

from typing import Any

from sqlalchemy import bindparam, select

from governance.core.db import connection
from governance.core.errors import Invalid
from governance.core.sql_statements import Prepared
from governance.core.translation import LazyText as _l
from governance.places.landing import PLACE_COLUMNS, PlaceRow, near
from governance.places.model import Place
from governance.tickets.categories import COLUMNS, Choice
from governance.tickets.model import Category

_CHOSEN = (Category.slug == bindparam("slug"), Category.retired_at.is_(None))
_BOTH = select(*COLUMNS, *PLACE_COLUMNS).join(Place, Place.id == bindparam("at")).where(*_CHOSEN)
MATTER: Prepared[tuple[Any, ...]] = Prepared(_BOTH)


def matter(slug: str, at: str, scanned: PlaceRow) -> tuple[Choice, PlaceRow]:
    """Return the category and the place: the scanned place or one near it. Raises Invalid by form field."""
    if at != str(scanned.id) and at not in {str(one.id) for one in near(connection(), scanned)}:
        raise Invalid({"at": _l("请从列出来的里面选一个")})
    found = MATTER.first(connection(), slug=slug, at=int(at))
    if found is None:
        raise Invalid({"category": _l("这一类停用了，请另选一类")})
    return Choice._make(found[: len(COLUMNS)]), PlaceRow._make(found[len(COLUMNS) :])
