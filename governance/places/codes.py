"""Finding the place behind a code: as typed or scanned, living, retired or never ours."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance.core.db import db
from governance.core.errors import Missing
from governance.core.translation import LazyText as _l
from governance.places.model import Code, Place
from governance.places.tokens import read_token


class NeverIssued(Missing):
    """A token we never gave out: perhaps a false sticker."""

    title = _l("这张码不是我们的")


def find_code(text: str) -> Code:
    """The code as it stands. Raises NeverIssued for one we never printed or that fails its own check symbol."""
    token = read_token(text)
    code = db.session.get(Code, token, options=(joinedload(Code.place),)) if token else None
    if code is None:
        raise NeverIssued
    return code


def living(text: str) -> Code:
    """The code that leads on from this one: itself, or the last of those that replaced it."""
    code = find_code(text)
    seen = {code.token}
    while code.replaced_by and code.replaced_by not in seen:
        code = db.session.get_one(Code, code.replaced_by)
        seen.add(code.token)
    return code


def first_living(place: Place) -> Code | None:
    """The code that stands for the place where only one can be shown."""
    living = select(Code).where(Code.place_id == place.id, Code.state != "retired").order_by(Code.number)
    return db.session.scalars(living.limit(1)).first()
