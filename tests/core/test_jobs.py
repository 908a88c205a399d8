"""What work for later may rely on: done at least once, never for ever, and each slot of time has one row."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from governance.core import jobs
from governance.core.db import db, find_by, now, writing
from governance.core.jobs import CLAIMED, DONE, DUE, FAILED, Job, enqueue, enqueue_once, plan_periodic, run_next
from tests.at_once import at_once, beside


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[list[int]]:
    """Two handlers of this test only: `test.count` notes its number, `test.fail` always fails."""
    done: list[int] = []
    monkeypatch.setattr(jobs, "HANDLERS", {})

    def fail(number: int) -> None:
        done.append(number)
        raise ValueError("no such door")

    jobs.job("test.count", lease=60, tries=3)(lambda number: done.append(number))
    jobs.job("test.fail", lease=60, tries=3)(fail)
    yield done


def ask_for(name: str, number: int = 1) -> None:
    with writing():
        enqueue(name, number=number)


def the_job() -> Job:
    db.session.rollback()
    found = find_by(Job)
    assert found is not None
    return found


def pass_time(seconds: float) -> None:
    """Everything a job waits for is that much nearer."""
    moved = the_job()
    with writing():
        values = {"due_at": moved.due_at - timedelta(seconds=seconds)}
        if moved.lease_until:
            values["lease_until"] = moved.lease_until - timedelta(seconds=seconds)
        db.session.execute(update(Job).values(**values))


def claimed_by_a_worker_that_died() -> None:
    assert jobs._claim() is not None


def test_a_job_is_done_once(handled: list[int]) -> None:
    ask_for("test.count", 7)
    assert [run_next(), run_next()] == [True, False]
    assert handled == [7]
    assert the_job().state == DONE


def test_a_job_exists_only_if_the_change_does(handled: list[int]) -> None:
    with pytest.raises(RuntimeError), writing():
        enqueue("test.count", number=1)
        raise RuntimeError
    assert not run_next()
    assert db.session.query(Job).count() == 0


def test_a_job_waits_until_it_is_due(handled: list[int]) -> None:
    with writing():
        enqueue("test.count", due_at=now() + timedelta(minutes=5), number=1)
    assert not run_next()
    pass_time(301)
    assert run_next()


def test_the_job_of_a_worker_that_died_is_taken_again_after_its_lease(handled: list[int]) -> None:
    ask_for("test.count")
    claimed_by_a_worker_that_died()
    pass_time(55)
    assert not run_next()
    pass_time(10)
    assert run_next()
    assert handled == [1]
    assert (the_job().state, the_job().tries) == (DONE, 2)


def test_a_failing_job_backs_off_and_stops_with_its_reason(handled: list[int]) -> None:
    ask_for("test.fail")
    for tries, wait in ((1, 2), (2, 4)):
        assert run_next()
        assert (the_job().state, the_job().tries) == (DUE, tries)
        pass_time(wait - 1)
        assert not run_next()
        pass_time(1)
    assert run_next()
    assert (the_job().state, the_job().error) == (FAILED, "ValueError: no such door")
    pass_time(3600)
    assert not run_next()
    assert handled == [1, 1, 1]


def test_a_job_that_kills_its_worker_stops_too(handled: list[int]) -> None:
    ask_for("test.count")
    for _ in range(3):
        claimed_by_a_worker_that_died()
        pass_time(61)
    assert not run_next()
    assert (the_job().state, handled) == (FAILED, [])
    assert the_job().error


def test_a_failed_job_may_be_tried_again_by_hand(handled: list[int]) -> None:
    ask_for("test.fail")
    with writing():
        db.session.execute(update(Job).values(state=FAILED, tries=3))
    with writing():
        jobs.retry(the_job())
    assert run_next()
    assert the_job().tries == 1


def test_what_a_failing_job_had_changed_is_undone(handled: list[int]) -> None:
    def half(number: int) -> None:
        with writing():
            enqueue("test.count", number=number)
            raise ValueError

    jobs.job("test.half")(half)
    ask_for("test.half")
    assert run_next()
    assert db.session.query(Job).count() == 1


def test_a_job_of_another_release_waits_for_a_worker_that_knows_it(handled: list[int]) -> None:
    ask_for("test.of_tomorrow")
    assert not run_next()
    assert the_job().state == DUE


def test_many_workers_do_each_job_once(handled: list[int], app: Flask) -> None:
    with writing():
        for number in range(40):
            enqueue("test.count", number=number)
    at_once(app, 4, lambda: [None for _ in iter(run_next, False)])
    assert sorted(handled) == list(range(40))


def test_those_of_one_line_are_done_one_after_the_other_however_many_work(monkeypatch, app: Flask) -> None:
    began, ended = list[int](), list[int]()

    def slow(number: int) -> None:
        began.append(number)
        time.sleep(0.02)
        ended.append(number)

    monkeypatch.setattr(jobs, "HANDLERS", {})
    jobs.job("test.slow")(slow)
    with writing():
        for number in range(6):
            enqueue("test.slow", queue_key="theirs", number=number)
    until = time.monotonic() + 20
    at_once(app, 3, lambda: [run_next() for _ in iter(lambda: len(ended) < 6 and time.monotonic() < until, False)])
    assert began == ended == list(range(6))


def test_a_line_waits_for_the_one_in_front_until_it_is_given_up_and_other_lines_go_on(handled: list[int]) -> None:
    with writing():
        enqueue("test.fail", queue_key="theirs", number=1)
        enqueue("test.count", queue_key="theirs", number=2)
        enqueue("test.count", queue_key="mine", number=3)
        enqueue("test.count", number=4)
    while run_next():
        pass
    assert handled == [1, 3, 4]
    for _ in range(2):
        with writing():
            db.session.execute(update(Job).values(due_at=now()))
        while run_next():
            pass
    assert handled == [1, 3, 4, 1, 1, 2]


def test_a_job_that_alone_has_to_wait_keeps_its_place_and_its_tries_and_others_of_its_name_go_on(handled) -> None:
    def wait(number: int) -> None:
        handled.append(number)
        if number == 1:
            raise jobs.NotYet(10)

    jobs.job("test.wait", tries=3)(wait)
    with writing():
        enqueue("test.wait", queue_key="theirs", number=1)
        enqueue("test.wait", queue_key="theirs", number=2)
        enqueue("test.wait", queue_key="mine", number=3)
    while run_next():
        pass
    assert handled == [1, 3]
    waits = db.session.scalars(select(Job).where(Job.state == DUE).order_by(Job.id)).all()[0]
    assert (waits.args, waits.tries) == ({"number": 1}, 0)
    assert timedelta(seconds=9) < waits.due_at - now() < timedelta(seconds=10)


def test_who_outlives_the_lease_does_not_undo_what_another_did(handled: list[int], app: Flask) -> None:
    def slow(number: int) -> None:
        handled.append(number)
        if len(handled) == 1:
            with writing():
                db.session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
            beside(app, run_next).join()
            raise ValueError("late")

    jobs.job("test.slow")(slow)
    ask_for("test.slow")
    assert run_next() and not run_next()
    assert handled == [1, 1] and the_job().state == DONE


def test_what_a_worker_that_died_has_left_of_a_line_is_done_before_what_comes_after_it(handled: list[int]) -> None:
    with writing():
        for number in (1, 2):
            enqueue("test.count", queue_key="theirs", number=number)
    claimed_by_a_worker_that_died()
    assert not run_next()
    with writing():
        db.session.execute(update(Job).where(Job.state == CLAIMED).values(lease_until=now() - timedelta(seconds=1)))
    while run_next():
        pass
    assert handled == [1, 2]


def test_two_planners_make_one_row_for_a_slot(handled: list[int], app: Flask) -> None:
    jobs.job("test.hourly", every=3600)(lambda: handled.append(1))
    moment = now()
    at_once(app, 4, lambda: [plan_periodic(moment) for _ in range(10)])
    assert the_job().slot == f"test.hourly@{int(moment.timestamp() // 3600)}"
    plan_periodic(moment + timedelta(hours=1))
    assert db.session.query(Job).count() == 2


def ask_once(key: str = "a", number: int = 1) -> None:
    with writing():
        enqueue_once("test.count", 3600, key, number=number)


def test_who_asks_within_one_stretch_shares_one_run_which_begins_after_it(handled: list[int], monkeypatch) -> None:
    stretch = 3600 * 500_000
    for second in (0, 1, 3599):
        monkeypatch.setattr(jobs, "now", lambda second=second: datetime.fromtimestamp(stretch + second, UTC))
        ask_once(number=second)
    assert (the_job().args, the_job().due_at) == ({"number": 0}, datetime.fromtimestamp(stretch + 2 * 3600, UTC))
    monkeypatch.setattr(jobs, "now", lambda: datetime.fromtimestamp(stretch + 3600, UTC))
    ask_once(number=9)
    assert db.session.query(Job).count() == 2


def test_another_key_is_another_run(handled: list[int]) -> None:
    for key in ("a", "b", "a"):
        ask_once(key)
    assert db.session.query(Job).count() == 2


def test_asking_once_is_undone_with_the_change_and_may_be_asked_again(handled: list[int]) -> None:
    with pytest.raises(RuntimeError), writing():
        enqueue_once("test.count", 3600, "a", number=1)
        raise RuntimeError
    assert db.session.query(Job).count() == 0
    ask_once()
    assert the_job().state == DUE


def test_many_who_ask_at_once_share_one_run(handled: list[int], app: Flask) -> None:
    at_once(app, 8, lambda: [ask_once(number=number) for number in range(5)])
    assert db.session.query(Job).count() <= 2  # the hour may turn while they ask


def test_who_asks_while_the_other_has_not_committed_yet_shares_its_run(handled: list[int], app: Flask) -> None:
    asked = threading.Event()

    def ask(first: bool) -> None:
        if first:
            with writing():
                enqueue_once("test.count", 10**9, "a", number=1)
                asked.set()
                time.sleep(0.3)
        else:
            asked.wait()
            with writing():
                enqueue_once("test.count", 10**9, "a", number=2)

    turns = iter((True, False))
    at_once(app, 2, lambda: ask(next(turns)))
    assert the_job().args == {"number": 1}


def test_claimed_is_not_due(handled: list[int]) -> None:
    ask_for("test.count")
    claimed_by_a_worker_that_died()
    assert the_job().state == CLAIMED
    assert not run_next()
