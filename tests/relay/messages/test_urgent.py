"""Urgent matters come first in a message, and staff recognise them by their mark."""

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.core.web.pages import local
from governance.relay.delivery import manual
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.quiet_hours import Hours
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding
from governance.relay.messages.audience import tellings_of
from governance.relay.model import Group
from governance.tickets.model import Ticket

MARK = "【急】"


def owed() -> None:
    while expand():
        pass


def told(app) -> None:
    owed()
    while deliver(app):
        pass


def in_order(text: str, *words: str) -> bool:
    found = [text.index(word) for word in words]
    return found == sorted(found)


def test_among_many_reports_the_urgent_one_is_said_first_and_marked(app, receiver, robot, ticket, happen) -> None:
    robot("第一网格", "workers")
    for category in (*["noise"] * 20, "lift", "safety", "light"):
        happen(ticket("5号楼", category), "report")
    told(app)
    heard = receiver.heard()
    assert MARK in heard[0].partition("噪音")[0] and "安全隐患" in heard[0].partition("噪音")[0]
    assert sum(one.count(MARK) for one in heard) == 1
    assert sum(one.count("噪音") for one in heard) == 20


def test_what_is_private_and_urgent_comes_first_too_and_says_no_more_than_that(app, receiver, robot, ticket, happen):
    robot("第一网格", "workers")
    for category in ("noise", "care"):
        happen(ticket("5号楼", category), "report")
    told(app)
    (heard,) = receiver.heard()
    assert in_order(heard, f"{MARK}【请查看】有一件不公开的事", "噪音") and "老人" not in heard


def test_what_was_finished_presses_nobody(cast, ticket, happen) -> None:
    id_ = ticket("5号楼", "safety")
    event = db.session.get_one(Event, happen(id_, "report"))
    assert tellings_of(event).telling("workers").words.startswith(MARK) and tellings_of(event).telling(
        "worker"
    ).words.startswith(MARK)
    with writing():
        db.session.get_one(Ticket, id_).state = "resolved"
    done = tellings_of(db.session.get_one(Event, happen(id_, "finish"))).telling("workers")
    assert not done.pressing and MARK not in done.words


def test_residents_hear_first_of_what_is_urgent_and_without_the_mark(app, receiver, robot, ticket, happen) -> None:
    robot("5号楼")
    for category in ("noise", "safety"):
        happen(ticket("5号楼", category), "reopen")
    told(app)
    (heard,) = receiver.heard()
    assert in_order(heard, "安全隐患", "噪音") and MARK not in heard


def test_by_hand_too_the_urgent_one_stands_first(cast, robot, ticket, happen) -> None:
    robot("第一网格", "workers", channel="manual")
    for category in ("noise", "lift", "safety"):
        happen(ticket("5号楼", category), "report")
    owed()
    first, *_ = manual.cards(cast.viewer("gao"))
    assert in_order(first.words, f"{MARK}【新上报】", "噪音") and first.pressing
    assert manual.forwarded(cast.viewer("gao"), [one.id for one in first.groups], first.events) == 1
    assert manual.cards(cast.viewer("gao")) == []


def test_staff_are_told_of_what_is_urgent_whatever_hour_and_digest_their_group_keeps(
    cast, app, receiver, robot, ticket, happen
):
    group = db.session.get_one(Group, robot("第一网格", "workers"))
    hour = local(now()).hour
    hours = Hours(hour, (hour + 2) % 24, digest_hour=(hour + 2) % 24)
    binding.change(group, cast.viewer("du"), group.name, {}, group.places, hours)
    for verb in ("report", "reopen"):
        happen(ticket("5号楼", "safety"), verb)
    told(app)
    assert sum(one.count(MARK) for one in receiver.heard()) == 2
