"""Each known errcode has one consequence for its group, over real HTTP."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from governance.core.db import db, now
from governance.relay.channels.wecom_app import SEND
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.model import DUE, FAILED, Delivery, Group
from governance.wechat.answers import GONE, NEVER, SECRET_REFUSED, TOKEN_REFUSED, WAITS

CODES = sorted({*GONE, *NEVER, *WAITS, *TOKEN_REFUSED, *SECRET_REFUSED})


@pytest.fixture
def began() -> datetime:
    """A moment before anything was told: how long the telling takes says nothing."""
    return now()


@pytest.fixture
def told(app, receiver, robot, ticket, happen, began):
    """A group for each code, whose robot answers with it; by code the group and what was owed to it."""
    ids = {code: robot("5号楼", key=f"robot-that-says-{code}") for code in CODES}
    for code in CODES:
        receiver.script[f"robot-that-says-{code}"] = [str(code)]
    happen(ticket("5号楼"), "finish")
    while expand():
        pass
    deliver(app)
    db.session.rollback()
    owed = {one.group_id: one for one in db.session.scalars(select(Delivery))}
    return {code: (db.session.get_one(Group, id_), owed[id_]) for code, id_ in ids.items()}


def test_each_answer_has_its_one_consequence(told, began):
    """All of them told once: a robot that is gone is not spoken to again and its keeper reads why; what only has to
    wait is due again and not before its time; what can never be taken fails with its reason and the group stays."""
    for code in GONE:
        group, owed = told[code]
        assert group.disabled_at and str(code) in group.disabled_why and owed.state == FAILED
    for code, wait in WAITS.items():
        group, owed = told[code]
        assert (owed.state, owed.tries, group.disabled_at) == (DUE, 1, None), code
        assert owed.due_at > began + timedelta(seconds=wait.after), code
        assert bool(group.rest_until) == wait.whole and str(code) in owed.reason
    for code in set(CODES) - set(GONE) - set(WAITS):
        group, owed = told[code]
        assert (owed.state, group.disabled_at) == (FAILED, None) and str(code) in owed.reason, code


@pytest.mark.parametrize("code", sorted(TOKEN_REFUSED))
def test_a_refused_token_costs_one_call_more_and_no_message(gateway, wechat, code):
    wechat.scripted[SEND] = [str(code)]
    gateway.call("app", SEND, json={"touser": "member-gao"})
    assert wechat.times(SEND) == 2 and sum(call.path == SEND for call in wechat.done) == 1
