"""Limits how many new devices may join one thing, since a new cookie is free.

A building may share one address, so an address has room for a building's devices and cannot use up the whole limit.
Devices older than `NEW` are not limited here.
"""

from datetime import timedelta

from flask import request

from governance.core import limits
from governance.core.db import db, now
from governance.core.errors import TooMuch
from governance.people.access.viewer import Viewer
from governance.people.model import Person

NEW = timedelta(days=1)
FROM_AN_ADDRESS = "30/day"
AT_ONE_THING = "200/day"


def require_room(deed: str, subject: int, by: Viewer, from_an_address: str = "") -> None:
    """Raises TooMuch when too many new devices did `deed` to this subject today."""
    if not _is_new(by):
        return
    address = limits.network(request.remote_addr or "")
    nearby = limits.within_limit(from_an_address or FROM_AN_ADDRESS, deed, str(subject), address)
    if not nearby or not limits.within_limit(AT_ONE_THING, deed, str(subject)):
        raise TooMuch("今天新来的手机点得太多了，这一下先没有算。明天再点就行；着急请打电话")


def _is_new(by: Viewer) -> bool:
    person = db.session.get(Person, by.person_id)
    return person is None or person.created_at > now() - NEW
