"""A worker with deliveries to post by hand gets one reminder card in four hours."""

from datetime import datetime

import pytest
from sqlalchemy import select

from governance.core import jobs
from governance.core.db import db
from governance.core.jobs import Job
from governance.core.web.pages import ZONE
from governance.people.wechat import identity
from governance.relay.channels.wecom_app import SEND
from governance.relay.delivery import manual, manual_reminder
from governance.relay.delivery.fan_out import expand
from governance.relay.model import Group

NOON, NIGHT = datetime(2026, 6, 15, 12, tzinfo=ZONE), datetime(2026, 6, 15, 23, tzinfo=ZONE)


@pytest.fixture
def hour(monkeypatch):
    """What the clock on the wall says, where it is asked whether it is day."""

    def is_now(moment: datetime) -> None:
        monkeypatch.setattr(manual_reminder, "local", lambda _: moment)

    is_now(NOON)
    return is_now


@pytest.fixture
def waiting(app, cast, gateway, robot, ticket, happen, hour):
    """Something waits for a group of 5号楼, which nobody but a worker can post."""
    identity.bind_worker(cast.viewer("gao"), "member-gao")

    def one(audience: str = "residents", verb: str = "finish", name: str = "5号楼") -> None:
        robot(name, audience, channel="manual")
        happen(ticket("5号楼"), verb)
        while expand():
            pass

    return one


def remind() -> None:
    manual_reminder.remind_workers()
    while jobs.run_next():
        pass
    db.session.rollback()


def sent(wechat) -> list[dict]:
    return [call.body for call in wechat.done if call.path == SEND]


def test_the_worker_of_the_grid_gets_one_card_that_leads_there_and_no_second_soon(waiting, wechat):
    waiting()
    remind()
    remind()
    (card,) = sent(wechat)
    assert (card["touser"], card["msgtype"], card["enable_duplicate_check"]) == ("member-gao", "textcard", 1)
    shown = card["textcard"]
    assert shown["title"] == "【待转发】1 条" and "5号楼群" in shown["description"]
    assert shown["url"] == "https://onecode.example/desk/relay"


def test_what_was_posted_meanwhile_needs_no_card(waiting, wechat, cast):
    waiting()
    manual_reminder.remind_workers()
    (card,) = manual.cards(cast.viewer("gao"))
    manual.forwarded(cast.viewer("gao"), [group.id for group in card.groups], card.events)
    while jobs.run_next():
        pass
    assert sent(wechat) == []


def test_at_night_only_what_is_urgent_rings(waiting, wechat, hour):
    hour(NIGHT)
    waiting()
    remind()
    assert sent(wechat) == []
    waiting("workers", "report", "第一网格")
    remind()
    (card,) = sent(wechat)
    assert "有急的" in card["textcard"]["title"]


def test_who_has_not_bound_their_wecom_and_who_works_elsewhere_gets_none(waiting, wechat, cast):
    identity.unbind_worker(cast.viewer("gao"))
    waiting()
    identity.unbind_worker(cast.viewer("gao"))
    identity.bind_worker(cast.viewer("du"), "member-du")
    remind()
    assert sent(wechat) == []


@pytest.mark.parametrize(("fault", "cards"), [("lost", 1), ("81013", 0), ("-1", 1), ("45009", 1)])
def test_a_lost_card_is_not_sent_again_and_a_refused_one_is(waiting, wechat, fault, cards):
    waiting()
    wechat.scripted[SEND] = [fault]
    remind()
    jobs.HELD_UNTIL.clear()
    for job in db.session.scalars(select(Job).filter_by(name="relay.card_to_worker", state="due")):
        jobs.retry(job)
    db.session.commit()
    while jobs.run_next():
        pass
    assert len(sent(wechat)) == cards and wechat.times(SEND) == (1 if fault in ("lost", "81013") else 2)


def test_no_group_puts_a_link_or_a_mention_into_the_card(waiting, wechat):
    waiting()
    group = db.session.scalars(select(Group).filter_by(channel="manual")).one()
    group.name = '<a href="https://evil.example">领奖</a> @all'
    db.session.commit()
    remind()
    assert "evil.example" not in str(sent(wechat)) and "<a" not in str(sent(wechat)) and len(sent(wechat)) == 1
