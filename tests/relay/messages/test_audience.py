"""Which audience hears of which event, and in which words."""

import pytest

from governance.core.db import db, writing
from governance.core.events import Event
from governance.relay.messages.audience import is_widely_joined, tellings_of
from governance.tickets.model import Ticket


def event(id_: int) -> Event:
    return db.session.get_one(Event, id_)


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("report", {"workers", "worker"}),
        ("return", {"workers"}),
        ("reopen", {"workers", "worker", "residents", "resident"}),
        ("finish", {"workers", "residents", "resident"}),
        ("verify", {"residents", "resident"}),
        ("nudge", set()),
        ("accept", set()),
        ("close", set()),
        ("withdraw", set()),
    ],
)
def test_each_step_of_a_ticket_is_told_to_whom_it_concerns(cast, ticket, happen, verb, expected):
    assert set(tellings_of(event(happen(ticket(), verb))).audiences) == expected


def test_residents_hear_of_what_must_be_verified_only_after_it_was(cast, ticket, happen):
    id_ = ticket(category="safety")
    assert tellings_of(event(happen(id_, "finish"))).audiences == ("workers",)
    assert tellings_of(event(happen(id_, "verify"))).audiences == ("residents", "resident")


@pytest.mark.parametrize("count", [5, 10, 20, 50, 100, 200, 500, 1000])
def test_many_who_met_the_same_are_told_at_round_numbers(cast, ticket, happen, count):
    said = tellings_of(event(happen(ticket(), "join", joined=count))).telling("residents")
    assert said and f"已经有 {count} 位邻居" in said.words


@pytest.mark.parametrize("count", [0, 1, 2, 4, 6, 9, 11, 15, 21, 25, 51, 101, 110, 150])
def test_every_other_count_is_not_news(count):
    assert not is_widely_joined(count)


def test_what_is_not_public_is_told_to_workers_without_place_or_category(cast, ticket, happen):
    said = tellings_of(event(happen(ticket("5号楼", "violence"), "report"))).telling("workers")
    assert said and "一件不公开的事" in said.words and "/t/" in said.words
    assert not any(word in said.words for word in ("5号楼", "3号院", "家暴"))


def test_what_has_become_private_since_is_not_told_any_more(cast, ticket, happen):
    id_ = ticket()
    finished = happen(id_, "finish")
    with writing():
        db.session.get_one(Ticket, id_).private = True
    assert tellings_of(event(finished)).telling("residents") is None


def test_what_is_dangerous_and_what_is_new_for_workers_does_not_wait_for_the_digest(cast, ticket, happen):
    assert tellings_of(event(happen(ticket(category="safety"), "verify"))).telling("residents").urgent
    assert tellings_of(event(happen(ticket(category="noise"), "report"))).telling("workers").urgent
    assert not tellings_of(event(happen(ticket(category="noise"), "finish"))).telling("residents").urgent


def test_no_message_holds_what_the_reporter_or_the_worker_wrote(cast, ticket, happen):
    id_ = ticket(
        words="张三 13800138000 三单元502", where="三单元502", contact_name="张三", contact_phone="13800138000"
    )
    for verb in ("report", "return", "reopen", "finish", "verify"):
        for audience in ("workers", "residents"):
            said = tellings_of(event(happen(id_, verb))).telling(audience)
            assert not said or not any(secret in said.words for secret in ("张三", "13800138000", "单元502"))
