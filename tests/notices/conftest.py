"""Short ways to have groups and notices to tell them."""

import uuid
from collections.abc import Callable

import pytest

from governance.core.db import db, writing
from governance.notices import actions
from governance.notices.model import Notice
from governance.relay import robots
from governance.relay.delivery.fan_out import expand
from governance.relay.groups import binding
from governance.relay.model import Group
from tests.cast import Cast


@pytest.fixture
def bind(cast: Cast) -> Callable[..., int]:
    """Bind a group at a place; answers its id."""

    def made(place: str, audience: str = "residents", channel: str = "manual") -> int:
        name = f"{place}{audience}群"
        given = {"key": f"key-of-{cast.places[place]}-{audience}"} if channel == "wecom_webhook" else {}
        return binding.add(cast.viewer("du"), channel, audience, name, given, [cast.place(place)]).id

    return made


@pytest.fixture
def silent_robot(cast: Cast) -> Group:
    """A group in 3号院 whose robot has a callback alone: it answers, and says nothing of its own accord."""
    robots.add_robot(cast.viewer("shen"), "ginkgo", cast.place("银杏社区"), {"token": "a-token", "aes_key": "A" * 43})
    with writing():
        number = robots.number_for("ginkgo", "room-1")
    where = [cast.place("3号院")]
    return binding.add(cast.viewer("shen"), "wecom_aibot", "residents", "银杏问答群", {"number": number}, where)


@pytest.fixture
def write(cast: Cast) -> Callable[..., Notice]:
    def made(by: str = "shen", place: str = "银杏社区", **told: object) -> Notice:
        told = {"title": "周四停水", "words": "九点到十五点停水。", "audience": "residents", "urgent": False, **told}
        return actions.write(cast.place(place), cast.viewer(by), str(uuid.uuid4()), **told)

    return made


def expand_all() -> None:
    while expand():
        pass
    db.session.rollback()
