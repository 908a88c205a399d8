"""How much is too much: exact at the edge, by key, forgotten with time, and still refusing when Redis is gone."""

import threading

import pytest
from limits import parse

from governance.core import limits
from governance.core.limits import LocalCounter

TWENTY = parse("20/hour")


class Clock:
    now = 7_200.0

    def __call__(self) -> float:
        return self.now


def hits(here: LocalCounter, count: int, key: str = "device") -> int:
    return sum(here.hit(TWENTY, "report", key) for _ in range(count))


def test_exactly_as_many_as_allowed_are_let_through() -> None:
    assert hits(LocalCounter(Clock()), 30) == 20


def test_one_key_says_nothing_of_another() -> None:
    here = LocalCounter(Clock())
    assert (hits(here, 30, "one"), hits(here, 30, "other")) == (20, 20)


def test_the_window_slides() -> None:
    clock = Clock()
    here = LocalCounter(clock)
    assert hits(here, 30) == 20
    clock.now += 3_600
    assert hits(here, 30) == 0
    clock.now += 1_800
    assert hits(here, 30) == 10
    clock.now += 7_200
    assert hits(here, 30) == 20


def test_many_at_once_are_counted_exactly() -> None:
    here, let = LocalCounter(Clock()), []
    threads = [threading.Thread(target=lambda: let.append(hits(here, 10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let) == 20


def test_old_keys_are_forgotten_and_fresh_ones_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 100)
    clock = Clock()
    here = LocalCounter(clock)
    for number in range(99):
        hits(here, 1, str(number))
    clock.now += 7_200
    assert hits(here, 30, "fresh") == 20
    assert hits(here, 1, "one more") == 1
    assert len(here._counts) == 2
    assert hits(here, 1, "fresh") == 0


def test_without_redis_the_process_counts_for_itself(app) -> None:
    limits.init_app(type(app)("gone"), "")
    app.extensions["limits"] = (limits.Window(limits.RedisStorage("redis://127.0.0.1:1")), LocalCounter())
    assert sum(limits.within_limit("5/hour", "report", "x") for _ in range(8)) == 5
