"""A group of the other side is bound once, however many requests bind it at the same moment."""

from sqlalchemy import select

from governance.assistant.inbound.receive import bound_group
from governance.core.db import db
from governance.core.errors import Invalid
from governance.people.access.viewer import Viewer
from governance.places.model import Place
from governance.relay.groups import binding
from governance.relay.keys import robot_of
from governance.relay.model import Group
from tests.at_once import at_once

KEY = "a-key-of-twenty-four-signs"
GIVEN = {"bot": "ginkgo-bot", "chat": "chat-5", "key": KEY}


def bind_at_once(app, keeper: Viewer, place_id: int, count: int = 6) -> list[str]:
    """What became of each."""
    told = list[str]()

    def bind() -> None:
        try:
            binding.add(keeper, "bot", "residents", "5号楼群", GIVEN, [db.session.get_one(Place, place_id)])
            told.append("bound")
        except Invalid as wrong:
            told.append(next(iter(wrong.fields)))

    at_once(app, count, bind)
    return told


def test_a_group_that_many_bind_at_one_instant_is_bound_once_and_heard(app, cast) -> None:
    told = bind_at_once(app, cast.viewer("shen"), cast.places["5号楼"])
    db.session.rollback()
    assert len(db.session.scalars(select(Group)).all()) == 1
    assert sorted(told) == ["bot"] * 5 + ["bound"]
    assert bound_group("bot", "ginkgo-bot:chat-5", robot_of("bot", f"ginkgo-bot:{KEY}")).name == "5号楼群"
