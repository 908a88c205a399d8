"""Keepers settle unknown messages and retry failed ones."""

import pytest
from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Forbidden, Invalid, Refused
from governance.relay.delivery import actions, queries
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.model import Group, Message
from tests.groups import states


@pytest.fixture
def unsure(app, receiver, robot, ticket, happen) -> Message:
    """A message whose answer was lost."""
    robot("5号楼")
    receiver.script[""] = ["reset"]
    happen(ticket("5号楼"), "finish")
    expand()
    deliver(app)
    db.session.rollback()
    return db.session.scalars(select(Message)).one()


def test_it_did_arrive(app, cast, receiver, unsure):
    actions.settle_message(unsure, cast.viewer("shen"), "arrived")
    assert states() == ["sent"] and not deliver(app)
    assert unsure.settled_by_id == cast.people["shen"] and len(receiver.heard()) == 1


def test_it_did_not_and_is_sent_once_more_under_the_same_mark(app, cast, receiver, unsure):
    actions.settle_message(unsure, cast.viewer("shen"), "again")
    assert deliver(app) and states() == ["sent"]
    first, second = receiver.heard()
    assert first == second


def test_it_need_not_be_sent_any_more(app, cast, receiver, unsure):
    actions.settle_message(unsure, cast.viewer("shen"), "leave")
    assert states() == ["failed"] and not deliver(app)
    assert queries.failed(cast.viewer("shen")) == []


def test_it_is_settled_once_and_by_those_who_keep_the_group(cast, unsure):
    for stranger in ("tang", "gao", "wu"):
        with pytest.raises(Forbidden):
            actions.settle_message(unsure, cast.viewer(stranger), "arrived")
    with pytest.raises(Invalid):
        actions.settle_message(unsure, cast.viewer("shen"), "maybe")
    actions.settle_message(unsure, cast.viewer("shen"), "arrived")
    with pytest.raises(Refused):
        actions.settle_message(unsure, cast.viewer("shen"), "again")


def test_those_who_keep_the_group_are_told_and_others_are_not(cast, unsure):
    assert queries.troubles(cast.viewer("shen")) == queries.Troubles(disabled=0, unknown=1, failed=0)
    assert not queries.troubles(cast.viewer("tang"))


def test_what_failed_is_sent_again_when_somebody_says_so(app, cast, receiver, robot, ticket, happen):
    group_id = robot("5号楼")
    receiver.script[""] = ["40058"]
    happen(ticket("5号楼"), "finish")
    expand()
    deliver(app)
    assert states() == ["failed"]
    group = db.session.get_one(Group, group_id)
    with pytest.raises(Forbidden):
        actions.retry(group, cast.viewer("tang"))
    assert actions.retry(group, cast.viewer("shen")) == 1
    deliver(app)
    assert states() == ["sent"]
