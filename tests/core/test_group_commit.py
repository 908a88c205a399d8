"""What several write at one moment is committed together, once, in the order in which it came."""

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import select

from governance.core.db import advisory_lock, connection, db, writing
from governance.core.group_commit import GroupCommit
from governance.core.jobs import JOB, Job

LOCK = 0x7E57


def keep(number: int) -> int:
    """Who wrote it down."""
    JOB.new(connection(), name="test", args={"number": number})
    if number < 0:
        raise ValueError(number)
    return threading.get_ident()


def kept() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.args["number"].as_integer()).order_by(Job.id)))


def add_while_one_writes(app: Flask, *numbers: int) -> dict[int, int | Exception]:
    """One after the other; what came of each. Each sees what it added, once it is told."""
    came, doors = dict[int, int | Exception](), GroupCommit(keep, LOCK)

    def add(number: int) -> None:
        with app.app_context():
            try:
                came[number] = doors.add(number)
                assert number in kept()
            except Exception as trouble:
                came[number] = trouble
            db.session.remove()

    threads = [threading.Thread(target=add, args=(number,)) for number in numbers]
    with writing():
        advisory_lock(LOCK)
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    return came


def test_who_waits_is_written_down_by_one_for_all_in_order(app: Flask) -> None:
    came = add_while_one_writes(app, 1, 2, 3, 4, 5, 6)
    assert kept() == [1, 2, 3, 4, 5, 6]
    assert len(set(came.values())) == 2, "the first wrote its own, another all that came meanwhile"


def test_one_that_cannot_be_written_takes_nobody_with_it(app: Flask) -> None:
    came = add_while_one_writes(app, 1, 2, -3, 4)
    assert isinstance(came.pop(-3), ValueError)
    assert sorted(kept()) == sorted(came) == [1, 2, 4]
    assert all(isinstance(by, int) for by in came.values())


def test_alone_it_is_written_at_once(app: Flask) -> None:
    doors = GroupCommit(keep, LOCK)
    assert doors.add(1) == doors.add(2) == threading.get_ident()
    with pytest.raises(ValueError):
        doors.add(-3)
    assert kept() == [1, 2]
