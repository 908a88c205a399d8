"""The health of groups, their keepers, and handing them over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, now, writing
from governance.core.errors import Forbidden, Invalid
from governance.core.events import Event
from governance.people.access.permissions import RULES
from governance.people.model import Post
from governance.relay.delivery import manual
from governance.relay.delivery.fan_out import expand
from governance.relay.groups import binding, keepers
from governance.relay.groups import queries as group_queries
from governance.relay.groups.health import LONG, health
from governance.relay.model import FAILED, Delivery, Group


def of(group_id: int):
    db.session.expire_all()
    return health([db.session.get_one(Group, group_id)])[group_id]


def found(cast, state: str) -> list[int]:
    return [group.id for group in group_queries.groups(cast.viewer("du"), "", "", state=state).rows]


def test_what_was_said_and_what_failed_is_told_of_each_group(cast, robot, ticket, happen):
    told, failed = robot("5号楼", channel="manual"), robot("6号楼", channel="manual")
    for place in ("5号楼", "6号楼"):
        happen(ticket(place), "finish")
    expand(), db.session.rollback()
    owed = find_by(Delivery, group_id=told)
    manual.forwarded(cast.viewer("gao"), [told], [owed.event_id])
    with writing():
        find_by(Delivery, group_id=failed).state = FAILED
    assert of(told).said and not of(told).failures
    assert of(failed).failures == 1 and of(failed).said is None
    assert found(cast, "failing") == [failed]


def test_a_group_not_spoken_to_for_long_is_shown_but_not_a_new_one(cast, robot):
    old, _new = robot("5号楼", channel="manual"), robot("6号楼", channel="manual")
    with writing():
        db.session.get_one(Group, old).created_at = now() - LONG - timedelta(days=1)
    assert of(old).unspoken and found(cast, "unspoken") == [old]


def test_groups_that_share_a_robot_are_said_to(cast, robot):
    shared = [robot(place, key="one-robot-for-both") for place in ("5号楼", "6号楼")]
    alone = robot("8号院")
    assert [of(id_).shares for id_ in (*shared, alone)] == [1, 1, 0]
    assert found(cast, "sharing") == shared


def test_a_group_whose_keepers_last_post_has_ended_is_kept_by_nobody(cast, robot):
    id_ = robot("5号楼", channel="manual")
    keepers.hand_over(db.session.get_one(Group, id_), cast.viewer("du"), "shen")
    assert not of(id_).unkept and found(cast, "unkept") == []
    with writing():
        find_by(Post, person_id=cast.people["shen"]).until = now()
    assert of(id_).unkept and found(cast, "unkept") == [id_]


def test_handing_over_is_on_record_and_only_to_who_may_keep_it(cast, robot):
    group = db.session.get_one(Group, robot("5号楼", channel="manual"))
    for account in ("nobody", "gao", "tang", "wu"):
        with pytest.raises(Invalid) as refused:
            keepers.hand_over(group, cast.viewer("shen"), account)
        assert "keeper" in refused.value.fields
    with pytest.raises(Forbidden):
        keepers.hand_over(group, cast.viewer("tang"), "tang")
    keepers.hand_over(group, cast.viewer("shen"), " Qiao ")
    assert group.keeper_id == cast.people["qiao"]
    event = find_by(Event, noun="group", verb="hand_over")
    assert event.data["keeper"] == cast.people["qiao"] and event.data["before"] == cast.people["du"]


def test_the_roles_that_keep_groups_are_those_of_the_rule(cast, robot):
    group = db.session.get_one(Group, robot("5号楼", channel="manual"))
    may = {name for name in ("gao", "shen", "qiao", "du", "wu") if RULES["group.keep"].holds(cast.viewer(name), group)}
    roles = {"gao": "grid", "shen": "community", "qiao": "street", "du": "district", "wu": "body"}
    assert {roles[name] for name in may} == set(keepers.KEEPING)


def test_archived_groups_are_found_only_when_they_are_asked_for(cast, robot):
    id_ = robot("5号楼", channel="manual")
    binding.archive(db.session.get_one(Group, id_), cast.viewer("shen"))
    assert found(cast, "") == [] and found(cast, "archived") == [id_]


def test_a_group_that_sent_a_message_shows_when(say, robot):
    speaks, silent = db.session.scalars(select(Group.id)).one(), robot("6号楼")
    before = now()
    say("你好")
    assert before <= of(speaks).heard <= now() and of(silent).heard is None
