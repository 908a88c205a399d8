"""待转发: groups with the same words share a card, urgent ones stand apart, each is forwarded once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from governance.core.db import db, now, writing
from governance.core.errors import Refused
from governance.core.events import Event
from governance.relay.delivery import manual
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.jobs import tidy
from governance.relay.model import Delivery, Message
from governance.tickets.model import Ticket
from tests.groups import states


def cards(cast, name="gao"):
    while expand():
        pass
    db.session.rollback()
    return manual.cards(cast.viewer(name))


def test_groups_with_the_same_words_are_one_card(cast, robot, ticket, happen):
    ids = [robot("3号院", channel="manual"), robot("3号院", channel="manual"), robot("5号楼", channel="manual")]
    for category in ("lift", "water"):
        happen(ticket("3号院", category), "finish")
    happen(ticket("5号楼", "noise"), "finish")
    both, single = cards(cast)
    assert [group.id for group in both.groups] == ids[:2] and [group.id for group in single.groups] == ids[2:]
    assert len(both.events) == 3 and len(single.events) == 1 and both.link.endswith(f"/c/{cast.codes['3号院']}")
    assert all(word in both.words for word in ("电梯", "漏水积水", "噪音"))
    assert "噪音" in single.words and "电梯" not in single.words and "/t/" in single.link


def test_urgent_ones_stand_apart_and_first(cast, robot, ticket, happen):
    robot("5号楼", channel="manual")
    happen(ticket("5号楼", "noise"), "finish")
    happen(ticket("5号楼", "safety"), "verify")
    first, second = cards(cast)
    assert first.urgent and "安全隐患" in first.words and not second.urgent


def test_each_day_has_its_digest(cast, robot, ticket, happen):
    robot("5号楼", channel="manual")
    earlier = happen(ticket("5号楼", "noise"), "finish")
    happen(ticket("5号楼", "lift"), "finish")
    with writing():
        db.session.execute(update(Event).filter_by(id=earlier).values(at=now() - timedelta(days=2)))
    assert [len(card.events) for card in cards(cast)] == [1, 1]


def test_forwarded_once_it_leaves_the_list_and_says_who_did_it(cast, robot, ticket, happen):
    ids = [robot("3号院", channel="manual"), robot("3号院", channel="manual")]
    happen(ticket("3号院"), "finish")
    (card,) = cards(cast)
    assert manual.forwarded(cast.viewer("gao"), ids[:1], card.events) == 1
    (left,) = cards(cast)
    assert [group.id for group in left.groups] == ids[1:]
    assert manual.forwarded(cast.viewer("gao"), ids, card.events) == 1
    assert cards(cast) == [] and states() == ["sent", "sent"]
    message = db.session.scalars(select(Message).order_by(Message.id)).first()
    assert message.words == card.words and message.settled_by_id == cast.people["gao"]
    with pytest.raises(Refused):
        manual.forwarded(cast.viewer("gao"), ids, card.events)


def test_only_those_who_serve_the_place_see_and_forward_it(cast, robot, ticket, happen):
    id_ = robot("5号楼", channel="manual")
    happen(ticket("5号楼"), "finish")
    assert cards(cast, "lin") == [] and cards(cast, "wu") == []
    (card,) = cards(cast, "shen")
    for stranger in ("lin", "tang", "wu"):
        with pytest.raises(Refused):
            manual.forwarded(cast.viewer(stranger), [id_], card.events)
    assert states() == ["due"]


def test_what_nobody_forwarded_for_a_week_or_has_become_private_is_laid_aside(cast, robot, ticket, happen):
    robot("5号楼", channel="manual")
    hidden, old, fresh = (ticket("5号楼", category) for category in ("lift", "water", "noise"))
    for id_ in (hidden, old, fresh):
        happen(id_, "finish")
    assert len(cards(cast)[0].events) == 3
    with writing():
        db.session.get_one(Ticket, hidden).private = True
        second = db.session.scalars(select(Delivery.id).order_by(Delivery.id).offset(1)).first()
        db.session.execute(update(Delivery).filter_by(id=second).values(created_at=now() - timedelta(days=8)))
    tidy()
    assert states() == ["failed", "failed", "due"]
    assert len(cards(cast)[0].events) == 1
