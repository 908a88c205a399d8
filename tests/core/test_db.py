"""What a transaction may be relied on for, and that the promises both databases were asked for are in force."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from governance.core.db import db, like_prefix, locked, now, with_retries, writing
from governance.people.model import Body, Person
from tests.at_once import beside
from tests.cast import Cast


def nickname(cast: Cast) -> str | None:
    """As another reader would find it."""
    db.session.rollback()
    return db.session.scalar(select(Person.nickname).filter_by(id=cast.people["gao"]))


@pytest.fixture
def other_writer(app: Flask) -> Iterator[sqlite3.Connection]:
    """Somebody else who holds SQLite's write lock."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no one write lock")
    connection = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def ended(app: Flask) -> Iterator[None]:
    """The connection of the next transaction has just ended at the server's side."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server")
    number = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        db.session.remove()
        other.execute(text(f"SELECT pg_terminate_backend({number}, 5000)"))
    yield
    db.session.remove()
    db.engine.dispose()


def test_a_connection_that_ended_while_it_lay_idle_troubles_nobody(monkeypatch, ended: None) -> None:
    monkeypatch.setattr("governance.core.db.FRESH", 0)
    assert db.session.scalar(select(1)) == 1


def test_a_connection_that_ended_just_now_costs_one_try(monkeypatch, ended: None) -> None:
    monkeypatch.setattr("governance.core.db.FRESH", 60)  # however slow this machine is, it was just now
    with pytest.raises(OperationalError):
        db.session.scalar(select(1))
    db.session.rollback()
    assert db.session.scalar(select(1)) == 1


def test_what_is_written_is_there_afterwards(cast: Cast) -> None:
    with writing():
        cast.person("gao").nickname = "小高"
    assert nickname(cast) == "小高"


def test_what_was_loaded_before_is_read_again_under_the_lock(app: Flask, cast: Cast) -> None:
    with writing():
        gao = cast.person("gao")
        gao.nickname = "小高"

    def rename() -> None:
        with writing():
            cast.person("gao").nickname = "老高"

    beside(app, rename).join()
    with writing():
        assert gao.nickname == "老高"


def test_what_must_be_written_down_is_tried_again_while_the_database_is_away(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("governance.core.db.PAUSES", (0, 0))
    tried = list[str]()

    def write_down(nickname_: str) -> int:
        tried.append(nickname_)
        with writing():
            cast.person("gao").nickname = nickname_
            if len(tried) < 3:
                raise OperationalError("UPDATE", {}, Exception("the database is away"))
        return len(tried)

    assert with_retries(write_down, "小高") == 3
    assert nickname(cast) == "小高"


def test_a_database_that_stays_away_is_said_to_be(monkeypatch, app: Flask) -> None:
    monkeypatch.setattr("governance.core.db.PAUSES", (0, 0))

    def write_down() -> None:
        raise OperationalError("UPDATE", {}, Exception("the database is away"))

    with pytest.raises(OperationalError):
        with_retries(write_down)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_any_exception_undoes_all_of_it(cast: Cast, error: type[BaseException]) -> None:
    with pytest.raises(error), writing():
        cast.person("gao").nickname = "小高"
        db.session.flush()
        cast.person("lin").nickname = "小林"
        raise error
    assert nickname(cast) == "gao"
    with writing():
        cast.person("gao").nickname = "小高"
    assert nickname(cast) == "小高"


def test_what_the_database_refuses_is_undone_and_the_next_goes_on(cast: Cast) -> None:
    with pytest.raises(IntegrityError), writing():
        cast.person("gao").nickname = "小高"
        db.session.add(Body(name="绿叶物业", kind="物业公司", place_id=cast.places["柳荫街道"]))
    with writing():
        cast.person("lin").nickname = "小林"
    assert nickname(cast) == "gao"


def test_an_inner_writing_joins_the_outer_one(cast: Cast) -> None:
    with pytest.raises(ValueError), writing():
        with writing():
            cast.person("gao").nickname = "小高"
        with writing():
            cast.person("lin").nickname = "小林"
        raise ValueError
    assert nickname(cast) == "gao"


def test_the_inner_end_commits_nothing_yet(cast: Cast) -> None:
    with writing():
        with writing():
            cast.person("gao").nickname = "小高"
            db.session.flush()
        with db.engine.connect() as other:
            seen = other.scalar(select(Person.nickname).filter_by(id=cast.people["gao"]))
        assert seen == "gao"
    assert nickname(cast) == "小高"


def test_what_was_loaded_before_is_read_again(cast: Cast) -> None:
    known = cast.person("gao")
    assert known.nickname == "gao"
    with db.engine.connect().execution_options(writes=True) as other, other.begin():
        other.execute(text("UPDATE person SET nickname = '小高' WHERE id = :id"), {"id": known.id})
    with writing():
        assert known.nickname == "小高"


def test_reading_needs_no_write_lock(cast: Cast, other_writer: sqlite3.Connection) -> None:
    assert nickname(cast) == "gao"


def test_reading_takes_no_write_lock(cast: Cast, app: Flask) -> None:
    assert cast.person("gao").nickname == "gao"
    assert db.session().in_transaction()
    done = threading.Event()

    def write() -> None:
        with app.app_context(), writing():
            db.session.execute(text("UPDATE person SET nickname = '小高'"))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(5)
    assert done.is_set()


def test_writing_takes_the_write_lock_before_its_first_look(cast: Cast, app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    with writing():
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_two_changes_of_one_row_come_one_after_the_other(cast: Cast, app: Flask) -> None:
    """Each reads what the one before wrote: of 4 × 25 additions none is lost."""
    with writing():
        cast.place("5号楼").households = 0
    trouble = []

    def add() -> None:
        with app.app_context():
            try:
                for _ in range(25):
                    with writing():
                        place = locked(cast.place("5号楼"))
                        place.households = (place.households or 0) + 1
            except OperationalError as error:
                trouble.append(error)
            db.session.remove()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert (cast.place("5号楼").households, trouble) == (100, [])


def test_an_instant_without_a_zone_is_refused_and_others_come_back_as_they_were(cast: Cast) -> None:
    moment = now()
    with writing():
        cast.person("gao").erased_at = moment
    db.session.rollback()
    assert cast.person("gao").erased_at == moment
    with pytest.raises(Exception, match="time zone"), writing():
        cast.person("gao").erased_at = moment.replace(tzinfo=None)


def test_the_promises_are_in_force(app: Flask, tmp_path: Path) -> None:
    """On each new connection, and once a transaction has begun on it."""
    if db.engine.dialect.name == "sqlite":
        asked = {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal", "PRAGMA foreign_keys": 1}
        asked |= {"PRAGMA secure_delete": 1}
    else:
        asked = {"SHOW synchronous_commit": "on", "SHOW timezone": "UTC"}  # though this cluster's own is off
    db.engine.dispose()
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            assert {words: connection.scalar(text(words)) for words in asked} == asked
    with writing():
        assert {words: db.session.scalar(text(words)) for words in asked} == asked


def test_a_row_that_points_nowhere_is_refused(cast: Cast) -> None:
    with pytest.raises(IntegrityError), writing():
        db.session.add(Body(name="无处", kind="物业公司", place_id=999_999))


@pytest.mark.parametrize(("given", "pattern"), [("/1/2/", "/1/2/%"), ("50%_\\", "50\\%\\_\\\\%")])
def test_a_prefix_keeps_its_wildcards_harmless(given: str, pattern: str) -> None:
    assert like_prefix(given) == pattern


def test_writers_queue_for_their_turn_on_sqlite(app) -> None:
    """Who holds the file beside the database is waited for; on PostgreSQL there is no queue."""
    done = threading.Event()

    def write() -> None:
        with app.app_context():
            with writing():
                done.set()
            db.session.remove()

    database = db.engine.url.database
    with open(f"{database}-queue", "a") if db.engine.dialect.name == "sqlite" else nullcontext() as queue:
        if queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
        thread = threading.Thread(target=write)
        thread.start()
        assert done.wait(0.3 if queue else 20) is (queue is None)
    thread.join(20)
    assert done.is_set()
