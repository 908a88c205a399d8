"""What an outcome changes: tries, back-off, and nothing of a message that has ended already."""

from datetime import timedelta

from governance.core.db import db, now, writing
from governance.relay import channels
from governance.relay.channels.base import Refusal, Sent, Unknown
from governance.relay.delivery.claims import claim
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.in_flight import start
from governance.relay.delivery.results import record_outcomes
from governance.relay.model import Delivery, Group, Message
from tests.groups import states


def webhook(app):
    return channels.channel("wecom_webhook")(app.extensions["settings"])


def started(app):
    channel = webhook(app)
    (parcel,) = start(channel, claim(channel, 5))
    return parcel


def the_delivery() -> Delivery:
    db.session.expire_all()
    return db.session.query(Delivery).one()


def test_a_host_that_is_away_costs_a_message_no_try(app, robot, ticket, happen):
    robot("5号楼")
    happen(ticket(), "finish")
    expand()
    record_outcomes([(started(app), Refusal("没有回音", after=3, away=True))])
    found = the_delivery()
    assert (found.state, found.tries) == ("due", 0)
    with writing():
        the_delivery().due_at = now()
    record_outcomes([(started(app), Refusal("太忙", after=3))])
    assert (the_delivery().state, the_delivery().tries) == ("due", 1)


def test_an_outcome_that_comes_after_the_end_changes_nothing(app, robot, ticket, happen):
    robot("5号楼")
    happen(ticket(), "finish")
    expand()
    parcel = started(app)
    record_outcomes([(parcel, Sent())])
    record_outcomes([(parcel, Unknown("等了太久没有回音"))])
    assert states() == ["sent"] and db.session.query(Message).one().state == "sent"


def test_a_group_that_rests_is_claimed_only_when_its_rest_is_over(app, robot, ticket, happen):
    id_ = robot("5号楼")
    happen(ticket(), "finish")
    expand()
    channel = webhook(app)
    with writing():
        db.session.get_one(Group, id_).rest_until = now() + timedelta(minutes=1)
    assert claim(channel, 5) == []
    with writing():
        db.session.get_one(Group, id_).rest_until = now()
    assert len(claim(channel, 5)) == 1


def test_a_delivery_that_is_due_does_not_wait_for_a_later_one(app, robot, ticket, happen):
    robot("5号楼")
    happen(ticket(), "finish")
    happen(ticket(), "finish")
    while expand():
        pass
    with writing():
        later = db.session.query(Delivery).order_by(Delivery.id.desc()).first()
        later.due_at = now() + timedelta(hours=1)
    (parcel,) = claim(webhook(app), 5)
    assert len(parcel.deliveries) == 1


def test_a_group_disabled_between_claim_and_start_is_not_told(app, robot, ticket, happen):
    id_ = robot("5号楼")
    happen(ticket(), "finish")
    expand()
    channel = webhook(app)
    parcels = claim(channel, 5)
    with writing():
        db.session.get_one(Group, id_).disabled_at = now()
    assert len(parcels) == 1 and start(channel, parcels) == []
