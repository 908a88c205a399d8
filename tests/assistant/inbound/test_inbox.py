"""The inbox stores a message once, however many copies arrive at the same moment."""

from sqlalchemy import select

from governance.assistant.inbound.inbox import Inbound, find_inbound, inbox_key, store
from governance.core.db import db, writing
from governance.wechat.inbound import TEXT, Incoming
from governance.wechat.reachable import OFFICIAL
from tests.at_once import beside


def test_who_waited_for_another_to_keep_it_reads_it_at_once(app, cast):
    incoming, first, found = Incoming(TEXT, "o-1", "m-1", "报事 灯不亮"), list[bool](), list[Inbound | None]()

    def come() -> None:
        db.session.scalars(select(Inbound)).all()
        first.append(store(OFFICIAL, incoming))
        found.append(find_inbound(OFFICIAL, inbox_key(OFFICIAL, incoming.key)))

    with writing():
        visits = [beside(app, come) for _ in range(3)]
    for visit in visits:
        visit.join()
    assert sorted(first) == [False, False, True]
    assert all(found)
