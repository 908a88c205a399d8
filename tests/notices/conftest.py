"""Short ways to have groups and notices to tell them."""

import uuid
from collections.abc import Callable

import pytest

from governance.core.db import db
from governance.notices import actions
from governance.notices.model import Notice
from governance.relay import groups
from governance.relay.expanding import expand
from tests.cast import Cast


@pytest.fixture
def bind(cast: Cast) -> Callable[..., int]:
    """Bind a group at a place; answers its id."""

    def made(place: str, audience: str = "residents", channel: str = "manual") -> int:
        name = f"{place}{audience}群"
        given = {"key": f"key-of-{cast.places[place]}-{audience}"} if channel == "wecom_webhook" else {}
        return groups.add(cast.viewer("du"), channel, audience, name, given, [cast.place(place)]).id

    return made


@pytest.fixture
def write(cast: Cast) -> Callable[..., Notice]:
    def made(by: str = "shen", place: str = "银杏社区", **told: object) -> Notice:
        told = {"title": "周四停水", "words": "九点到十五点停水。", "audience": "residents", "urgent": False, **told}
        return actions.write(cast.viewer(by), cast.place(place), str(uuid.uuid4()), **told)

    return made


def expand_all() -> None:
    while expand():
        pass
    db.session.rollback()
