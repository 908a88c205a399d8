"""What a report is about: the category and the place chosen in its form, as they stand when it is taken.

Both come from one look at the database, as a report waits for each (docs/adr/0008).
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
    """The category, and the place: the one scanned at or one near it. Raises Invalid, by field of the form."""
    if at != str(scanned.id) and at not in {str(one.id) for one in near(connection(), scanned)}:
        raise Invalid({"at": _l("请从列出来的里面选一个")})
    found = MATTER.first(connection(), slug=slug, at=int(at))
    if found is None:
        raise Invalid({"category": _l("这一类停用了，请另选一类")})
    return Choice._make(found[: len(COLUMNS)]), PlaceRow._make(found[len(COLUMNS) :])
