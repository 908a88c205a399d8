"""Finding the code that was typed or scanned, and the code that replaced it."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from governance.core.db import db
from governance.core.errors import Missing
from governance.core.translation import LazyText as _l
from governance.places.model import Code, Place
from governance.places.tokens import read_token


class NeverIssued(Missing):
    """A token that was never issued: perhaps a false sticker."""

    title = _l("这张码不是我们的")


class Replaceable(Protocol):
    @property
    def token(self) -> str: ...
    @property
    def replaced_by(self) -> str | None: ...


Replaced = TypeVar("Replaced", bound=Replaceable)


def find_code(text: str) -> Code | None:
    """The code as it stands; None for one we never printed or that fails its own check symbol."""
    token = read_token(text)
    return db.session.get(Code, token, options=(joinedload(Code.place),)) if token else None


def living(text: str) -> Code:
    """The code that leads on from this one: itself, or the last of those that replaced it. Raises NeverIssued."""
    code = find_code(text)
    if code is None:
        raise NeverIssued
    return successor(code, partial(db.session.get_one, Code))


def successor(code: Replaced, find: Callable[[str], Replaced]) -> Replaced:
    """The last of the codes that replaced this one, itself when none did. A circle ends where it closes."""
    seen = {code.token}
    while code.replaced_by and code.replaced_by not in seen:
        code = find(code.replaced_by)
        seen.add(code.token)
    return code


_LIVING = select(Code.token).where(Code.place_id == Place.id, Code.state != "retired")
FIRST_LIVING = _LIVING.order_by(Code.number).limit(1).scalar_subquery()  # of the place in the statement around it


def first_living(place: Place) -> Code | None:
    """The code that stands for the place where only one can be shown."""
    living = select(Code).where(Code.place_id == place.id, Code.state != "retired").order_by(Code.number)
    return db.session.scalars(living.limit(1)).first()
