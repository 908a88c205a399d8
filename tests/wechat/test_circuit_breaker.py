"""A host that is silent again and again is left alone for a while, then asked by one alone."""

import pytest

from governance.wechat import circuit_breaker
from governance.wechat.answers import Later, Lost
from tests.peers.wechat import TEMPLATE


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""

    class Clock:
        at = 1000.0

        def monotonic(self) -> float:
            return self.at

    made = Clock()
    monkeypatch.setattr(circuit_breaker, "time", made)
    return made


def silent(host: circuit_breaker.Host, times: int) -> circuit_breaker.Host:
    for _ in range(times):
        assert host.may_ask()
        host.was_silent()
    return host


def test_one_silence_or_two_say_nothing(clock) -> None:
    host = silent(circuit_breaker.Host(), 2)
    assert not host.is_away and host.may_ask()
    host.heard(200)
    assert silent(host, 2).may_ask()


def test_after_three_nobody_asks_then_one_alone_and_each_time_later(clock) -> None:
    host = silent(circuit_breaker.Host(), 3)
    for rest in (5, 10, 20, 40, 60, 60):
        assert host.is_away and host.rests == rest and not host.may_ask()
        clock.at += rest
        assert [host.may_ask() for _ in range(3)] == [True, False, False]
        host.was_silent()


def test_what_had_been_asked_before_and_is_silent_too_prolongs_nothing(clock) -> None:
    host = silent(circuit_breaker.Host(), 3)
    for _ in range(60):
        host.was_silent()
    assert host.rests == circuit_breaker.FIRST_REST


def test_an_answer_ends_it_for_all(clock) -> None:
    host = silent(circuit_breaker.Host(), 3)
    host.heard(404)
    assert not host.is_away and all(host.may_ask() for _ in range(3))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_to_be_told_to_come_later_is_a_silence(clock, status: int) -> None:
    host = circuit_breaker.Host()
    for _ in range(3):
        host.heard(status)
    assert host.is_away


def test_one_who_asked_first_and_died_holds_up_the_others_for_a_moment_only(clock) -> None:
    host = silent(circuit_breaker.Host(), 3)
    clock.at += circuit_breaker.FIRST_REST
    assert host.may_ask()
    clock.at += circuit_breaker.A_TRY
    assert host.may_ask()


def test_a_wechat_that_hangs_holds_up_three_and_not_the_fourth(app, gateway, wechat, monkeypatch) -> None:
    monkeypatch.setattr(gateway._wire, "seconds", 0.2)
    gateway.call("official", TEMPLATE, json={"touser": "o"})
    wechat.always[TEMPLATE] = "hang"
    for _ in range(3):
        with pytest.raises(Lost):
            gateway.call("official", TEMPLATE, json={"touser": "o"})
    before = wechat.times(TEMPLATE)
    with pytest.raises(Later) as wait:
        gateway.call("official", TEMPLATE, json={"touser": "o"})
    assert wait.value.whole and 0 < wait.value.after <= circuit_breaker.FIRST_REST and wechat.times(TEMPLATE) == before
