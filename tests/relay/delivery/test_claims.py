"""Claims: a delivery that is cancelled while it is claimed stays cancelled, with its reason."""

import uuid

from sqlalchemy import select

from governance.core.db import db
from governance.notices import actions as notices
from governance.notices.model import Notice
from governance.relay.delivery import claims
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.hooks import STOPPED
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group
from tests.at_once import right_after
from tests.groups import make_ready, states


def as_it_is_claimed(app, do):
    return right_after(app, claims, "_with_followers", do)


def test_a_group_disabled_as_it_is_claimed_hears_nothing_later(app, receiver, robot, ticket, happen, cast):
    id_ = robot("5号楼")
    happen(ticket(), "finish")
    expand()
    with as_it_is_claimed(app, lambda: binding.disable(db.session.get_one(Group, id_), cast.viewer("du"))):
        deliver(app)
    make_ready()
    deliver(app)
    assert states() in (["failed"], ["sent"])


def test_a_notice_stopped_as_it_is_claimed_is_told_as_stopped(app, receiver, robot, cast):
    robot("5号楼")
    told = {"title": "周四停水", "words": "请存水。", "audience": "residents", "urgent": False}
    shen = cast.viewer("shen")
    id_ = notices.write(cast.place("银杏社区"), shen, str(uuid.uuid4()), **told).id
    notices.make_move(db.session.get_one(Notice, id_), "publish", shen, {})
    while expand():
        pass
    stop = {"note": "不停水了"}
    with as_it_is_claimed(app, lambda: notices.make_move(db.session.get_one(Notice, id_), "stop", shen, stop)):
        deliver(app)
    db.session.rollback()
    found = db.session.execute(select(Delivery.state, Delivery.reason)).all()
    assert found in ([("failed", STOPPED)], [("sent", None)])
