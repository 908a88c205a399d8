"""The fan-out: each group in the event's scope is owed it once, written piece by piece."""

import threading

import pytest
from sqlalchemy import func, select

from governance.core.db import db, writing
from governance.core.events import Event, record
from governance.relay.delivery import fan_out
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group
from tests.at_once import right_after
from tests.groups import make_ready, states


def owed_to() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Group.name).join(Delivery, Delivery.group_id == Group.id).order_by(Group.id)))


def test_groups_on_the_path_hear_and_their_neighbours_do_not(robot, ticket, happen):
    for place in ("5号楼", "3号院", "银杏社区", "6号楼", "8号院", "海棠社区"):
        robot(place)
    happen(ticket("5号楼"), "finish")
    expand()
    assert owed_to() == ["5号楼群", "3号院群", "银杏社区群"]


def test_an_event_is_expanded_once_however_often_one_looks(robot, ticket, happen):
    robot("5号楼")
    happen(ticket(), "finish")
    assert expand() and not expand()
    assert states() == ["due"]
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.processed_at.is_(None))) == 0


def test_what_somebody_has_in_hand_is_told_before_what_happened_after_it(app, robot, ticket, happen):
    robot("5号楼")
    happened = [happen(ticket(), "finish") for _ in range(2)]
    in_hand, told = threading.Event(), threading.Event()

    def seal() -> None:
        with app.app_context(), writing():
            db.session.get_one(Event, happened[0], with_for_update=True)
            in_hand.set()
            told.wait(0.5)

    sealer = threading.Thread(target=seal)
    sealer.start()
    in_hand.wait()
    expand()
    told.set()
    sealer.join()
    while expand():
        pass
    assert db.session.scalars(select(Delivery.event_id).order_by(Delivery.id)).all() == happened


def test_a_fan_out_goes_on_piece_by_piece_where_another_worker_stopped(robot, ticket, happen, monkeypatch):
    monkeypatch.setattr(fan_out, "PIECE", 3)
    for number in range(8):
        robot("5号楼", key=f"robot-number-{number}")
    id_ = happen(ticket(), "finish")
    bound = fan_out._bound_where(db.session.get_one(Event, id_), None)
    db.session.rollback()
    assert fan_out._piece(id_, ("residents",), bound) is False
    assert len(states()) == 3
    assert expand()
    assert len(states()) == 8 and len(set(owed_to())) == 1


def test_a_group_that_is_disabled_or_archived_is_owed_nothing(robot, ticket, happen, cast):
    ids = [robot("5号楼", key=f"robot-number-{number}") for number in range(3)]
    with writing():
        db.session.get_one(Group, ids[0]).disabled_at = db.session.get_one(Group, ids[0]).created_at
        db.session.get_one(Group, ids[1]).archived_at = db.session.get_one(Group, ids[1]).created_at
    happen(ticket(), "finish")
    expand()
    assert db.session.scalars(select(Delivery.group_id)).all() == [ids[2]]


def test_events_without_words_or_without_a_subject_are_passed_over(robot, cast, ticket, happen):
    robot("5号楼")
    robot("5号楼", "workers", key="workers-robot")
    happen(ticket(), "nudge")
    with writing():
        record("ticket.finish", 999_999, stream=1, scope=cast.place("5号楼").path, actor="测试")
    while expand():
        pass
    assert states() == []


@pytest.mark.parametrize(("audience", "expected"), [("workers", ["workers"]), ("residents", [])])
def test_a_private_ticket_never_reaches_residents(robot, ticket, happen, audience, expected):
    robot("5号楼", audience)
    for category, private in (("violence", False), ("lift", True)):
        ticket_id = ticket("5号楼", category, private=private)
        for verb in ("report", "finish", "verify", "reopen"):
            happen(ticket_id, verb)
        happen(ticket_id, "join", joined=5)
    while expand():
        pass
    found = set(db.session.scalars(select(Group.audience).join(Delivery, Delivery.group_id == Group.id)))
    assert sorted(found) == expected


def test_what_becomes_owed_as_a_group_is_stopped_does_not_wait_for_ever(app, receiver, robot, ticket, happen, cast):
    id_ = robot("5号楼")
    happen(ticket(), "finish")
    with right_after(
        app, fan_out, "_write", lambda: binding.disable(db.session.get_one(Group, id_), cast.viewer("du"))
    ):
        expand()
    make_ready()
    deliver(app)
    assert states() == ["failed"]
