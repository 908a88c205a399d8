"""Quiet hours and digests lose and repeat nothing; urgent events get through."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from governance.core.db import db, now, writing
from governance.core.errors import Invalid
from governance.core.web.pages import local
from governance.relay.delivery import claims, manual
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.quiet_hours import Hours, may_go
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.model import Delivery, Group, Message
from tests.groups import states

NIGHT = Hours(quiet_from=22, quiet_until=7)
NOON = Hours(quiet_from=12, quiet_until=14)
KINDS = (NIGHT, NOON, Hours(digest_hour=18), Hours(22, 7, 9), Hours(12, 14, 0), Hours())


def at(hour: int, minute: int = 30) -> datetime:
    """A time of day in the zone people live in."""
    return (datetime(2026, 11, 24, hour, minute, tzinfo=UTC) - timedelta(hours=8)).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "urgent", "happened", "said"),
    [
        (NIGHT, False, at(23), at(7, 0) + timedelta(days=1)),
        (NIGHT, False, at(22, 0), at(7, 0) + timedelta(days=1)),
        (NIGHT, False, at(6), at(7, 0)),
        (NIGHT, False, at(7, 0), at(7, 0)),
        (NIGHT, False, at(12), at(12)),
        (NOON, False, at(13), at(14, 0)),
        (NIGHT, True, at(23), at(7, 0) + timedelta(days=1)),
        (Hours(digest_hour=18), False, at(9), at(18, 0)),
        (Hours(digest_hour=18), False, at(18, 0), at(18, 0) + timedelta(days=1)),
        (Hours(digest_hour=18), True, at(9), at(9)),
        (Hours(22, 7, 9), False, at(23), at(9, 0) + timedelta(days=1)),
    ],
)
def test_residents_hear_it_when_their_group_may_be_spoken_to(hours, urgent, happened, said) -> None:
    assert hours.due("residents", urgent, happened) == said


@pytest.mark.parametrize("hours", KINDS)
def test_what_is_urgent_for_workers_is_said_at_once(hours) -> None:
    assert all(hours.due("workers", True, at(hour)) == at(hour) for hour in range(24))


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (Hours(quiet_from=22), "quiet_until"),
        (Hours(quiet_until=7), "quiet_until"),
        (Hours(7, 7), "quiet_until"),
        (Hours(22, 7, 23), "digest_hour"),
    ],
)
def test_hours_that_make_no_sense_are_refused_beside_their_field(hours, field) -> None:
    with pytest.raises(Invalid) as refusal:
        hours.checked()
    assert set(refusal.value.fields) == {field}


def test_the_two_ways_of_saying_when_agree(robot, ticket, happen) -> None:
    """Not to be claimed in any hour before it is due, and to be claimed from then on."""
    group, made = db.session.get_one(Group, robot("5号楼")), happen(ticket(), "finish")
    with writing():
        delivery = Delivery(event_id=made, group_id=group.id, channel=group.channel)
        db.session.add(delivery)
    for hours, urgent, audience, begun in itertools.product(
        KINDS, (True, False), ("residents", "workers"), (1, 9, 13, 23)
    ):
        happened = at(begun)
        with writing():
            group.quiet_from, group.quiet_until, group.digest_hour = (
                hours.quiet_from,
                hours.quiet_until,
                hours.digest_hour,
            )
            group.audience, delivery.urgent, delivery.created_at = audience, urgent, happened
        due = hours.due(audience, urgent, happened)
        moments = [happened + timedelta(minutes=half * 30) for half in range(0, 72, 5)]
        allowed = {moment for moment in moments if _goes(moment)}
        case = (hours, urgent, audience, happened)
        assert (case, [one for one in allowed if one < due]) == (case, [])
        assert (case, due in allowed or _goes(due)) == (case, True)


def _goes(moment: datetime) -> bool:
    return db.session.scalar(select(Delivery.id).join(Delivery.group).where(may_go(moment))) is not None


def quiet_now() -> Hours:
    hour = local(now()).hour
    return Hours(quiet_from=hour, quiet_until=(hour + 2) % 24)


def set_hours(cast, group_id: int, hours: Hours) -> None:
    db.session.rollback()
    group = db.session.get_one(Group, group_id)
    binding.change(group, cast.viewer("du"), group.name, {"key": ""}, group.places, hours)


def tell(app) -> None:
    while expand():
        pass
    while deliver(app):
        pass


def test_what_comes_due_in_quiet_hours_waits_and_is_then_said_once(app, cast, receiver, robot, ticket, happen) -> None:
    id_ = robot("5号楼")
    set_hours(cast, id_, quiet_now())
    happen(ticket(), "finish")
    tell(app)
    assert states() == ["due"] and receiver.heard() == []
    assert db.session.scalar(select(Delivery.due_at)) > now()
    set_hours(cast, id_, Hours())
    tell(app)
    assert states() == ["sent"] and len(receiver.heard()) == 1


def test_a_retry_that_comes_due_in_quiet_hours_waits_too(app, cast, receiver, robot, ticket, happen) -> None:
    id_ = robot("5号楼")
    receiver.script[""] = ["503"]
    happen(ticket(), "finish")
    tell(app)
    with writing():
        group = db.session.get_one(Group, id_)
        group.quiet_from, group.quiet_until = quiet_now().quiet_from, quiet_now().quiet_until
        db.session.query(Delivery).one().due_at = now() - timedelta(seconds=1)
    tell(app)
    assert states() == ["due"] and receiver.heard() == []
    with writing():
        db.session.get_one(Group, id_).quiet_from = None
    tell(app)
    assert states() == ["sent"] and len(receiver.heard()) == 1


def test_what_is_urgent_for_workers_overtakes_what_waits_and_nothing_is_lost(
    app, cast, receiver, robot, ticket, happen
) -> None:
    id_ = robot("第一网格", "workers")
    set_hours(cast, id_, quiet_now())
    happen(ticket(category="noise"), "finish")
    happen(ticket(category="lift"), "report")
    tell(app)
    assert states() == ["due", "sent"]
    (heard,) = receiver.heard()
    assert "【新上报】" in heard and "噪音" not in heard
    set_hours(cast, id_, Hours())
    tell(app)
    assert states() == ["sent", "sent"] and "噪音" in receiver.heard()[1] and len(receiver.heard()) == 2


def test_urgent_ones_keep_their_order_among_themselves(app, receiver, robot, ticket, happen) -> None:
    robot("第一网格", "workers")
    receiver.script[""] = ["503"]
    happen(ticket(category="noise"), "report")
    tell(app)
    happen(ticket(category="lift"), "report")
    tell(app)
    assert states() == ["due", "due"] and receiver.heard() == []


def test_a_digest_waits_for_its_hour_and_says_it_all_at_once(app, cast, receiver, robot, ticket, happen) -> None:
    id_ = robot("5号楼")
    set_hours(cast, id_, Hours(digest_hour=(local(now()).hour + 2) % 24))
    for category in ("lift", "water", "noise"):
        happen(ticket(category=category), "finish")
        tell(app)
    assert states() == ["due"] * 3
    with writing():
        for one in db.session.query(Delivery):
            one.created_at, one.due_at = one.created_at - timedelta(days=1), now()
    tell(app)
    (heard,) = receiver.heard()
    assert states() == ["sent"] * 3 and all(word in heard for word in ("电梯", "漏水积水", "噪音"))


def test_one_matter_is_one_line_in_a_message_and_all_its_deliveries_are_settled(
    app, receiver, robot, ticket, happen
) -> None:
    robot("5号楼")
    receiver.script[""] = ["503"]
    lift, noise = ticket(category="lift"), ticket(category="noise")
    happen(lift, "join", joined=5)
    happen(noise, "finish")
    happen(lift, "join", joined=10)
    happen(lift, "finish")
    tell(app)
    assert states() == ["due"] * 4
    with writing():
        db.session.query(Delivery).update({"due_at": now() - timedelta(seconds=1)})
    tell(app)
    (heard,) = receiver.heard()
    assert heard.count("电梯") == 1 and "电梯”办好了" in heard and "我也遇到" not in heard
    assert states() == ["sent"] * 4
    assert db.session.query(Message.state).filter_by(state="sent").count() == 1


def test_a_worker_that_dies_with_a_reduced_message_leaves_every_line_unknown(
    app, cast, receiver, robot, ticket, happen
) -> None:
    """The lines that were not said apart share the fate of the one that was: none is left behind to be said again."""
    robot("5号楼")
    lift = ticket(category="lift")
    for joined in (5, 10, 20):
        happen(lift, "join", joined=joined)
    receiver.script[""] = ["reset"]
    tell(app)
    assert states() == ["unknown"] * 3
    assert len(receiver.heard()) == 1
    tell(app)
    assert len(receiver.heard()) == 1


def test_a_card_by_hand_waits_for_its_hours_but_what_was_posted_is_taken(cast, robot, ticket, happen) -> None:
    id_ = robot("5号楼", channel="manual")
    happen(ticket(), "finish")
    while expand():
        pass
    (card,) = manual.cards(cast.viewer("gao"))
    with writing():
        group = db.session.get_one(Group, id_)
        group.quiet_from, group.quiet_until = quiet_now().quiet_from, quiet_now().quiet_until
    assert manual.cards(cast.viewer("gao")) == []
    assert manual.forwarded(cast.viewer("gao"), [id_], card.events) == 1
    assert states() == ["sent"]


def test_a_busy_day_by_hand_is_one_card_with_one_line_for_each_matter(cast, robot, ticket, happen) -> None:
    ids = [robot("3号院", channel="manual"), robot("5号楼", channel="manual")]
    lift, noise = ticket("5号楼", "lift"), ticket("5号楼", "noise")
    for joined in (5, 10, 20):
        happen(lift, "join", joined=joined)
        happen(noise, "join", joined=joined)
    happen(lift, "finish")
    while expand():
        pass
    (card,) = manual.cards(cast.viewer("gao"))
    assert [group.id for group in card.groups] == ids and card.matters == 2
    assert card.words.count("电梯") == 1 and card.words.count("噪音") == 1
    assert manual.forwarded(cast.viewer("gao"), ids, card.events) == 2
    assert states() == ["sent"] * 14


def test_what_was_finished_since_is_no_longer_urgent_news(cast, robot, ticket, happen) -> None:
    robot("第一网格", "workers", channel="manual")
    id_ = ticket("5号楼", "noise")
    happen(id_, "report")
    happen(id_, "finish")
    while expand():
        pass
    (card,) = manual.cards(cast.viewer("gao"))
    assert not card.urgent and "【办结】" in card.words and "【新上报】" not in card.words and len(card.events) == 2


def test_a_claim_takes_nothing_that_is_held(app, cast, robot, ticket, happen) -> None:
    """Whatever stands behind a line that waits for its hours waits with it, unless it is urgent."""
    id_ = robot("5号楼", channel="wecom_webhook")
    set_hours(cast, id_, quiet_now())
    for category in ("lift", "noise"):
        happen(ticket(category=category), "finish")
    while expand():
        pass
    channel = claims.Channel(app.extensions["settings"])
    channel.name = "wecom_webhook"
    assert claims.claim(channel, 64) == [] and states() == ["due", "due"]
