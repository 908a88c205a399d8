"""What the record may be relied on for: whatever is changed in a sealed line is found, and words can be forgotten."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from governance.core.db import db, now, writing
from governance.core.events import GENESIS, Event, broken_at, forget_words, head, history, record, seal
from tests.at_once import at_once

STREAM = 900_001  # no place of the cast


def say(count: int, stream: int = STREAM) -> None:
    with writing():
        for number in range(count):
            facts = {"number": number, "body": "绿叶物业"}
            record(
                "test.say", number, stream=stream, scope="/1/2/", actor="网格员", actor_id=5, words="灯修好了", **facts
            )


def seal_all() -> None:
    while seal():
        pass


def line(seq: int) -> Event:
    db.session.rollback()
    return db.session.scalars(select(Event).filter_by(stream=STREAM, seq=seq)).one()


@pytest.fixture
def sealed(app: Flask) -> int:
    """A chain of five; its number of lines."""
    seal_all()
    say(5)
    seal_all()
    assert broken_at(STREAM) is None
    return 5


def test_a_chain_begins_at_genesis_and_numbers_its_lines(sealed: int) -> None:
    assert [line(seq).seq for seq in range(1, sealed + 1)] == [1, 2, 3, 4, 5]
    assert line(1).prev == GENESIS
    assert line(2).prev == line(1).hash
    assert head(STREAM) == (5, line(5).hash)


def test_an_empty_stream_checks(app: Flask) -> None:
    assert (head(STREAM), broken_at(STREAM)) == ((0, GENESIS), None)


def test_sealing_goes_on_where_it_stopped(sealed: int) -> None:
    say(3)
    seal_all()
    assert head(STREAM)[0] == 8
    assert broken_at(STREAM) is None


TAMPERED: dict[str, Any] = {
    "at": now() - timedelta(days=1),
    "noun": "other",
    "verb": "deny",
    "subject_id": 99,
    "scope": "/1/3/",
    "actor_id": 6,
    "actor": "别人",
    "data": {"number": 2, "body": "顺达电梯"},
    "words": "灯没修",
    "salt": "0" * 32,
    "words_hash": "0" * 64,
    "prev": "0" * 64,
    "hash": "0" * 64,
    "seq": 77,
    "stream": 900_002,
}


@pytest.mark.parametrize("field", TAMPERED)
def test_a_changed_field_is_found_at_its_line(sealed: int, field: str) -> None:
    with writing():
        db.session.execute(update(Event).filter_by(stream=STREAM, seq=3).values({field: TAMPERED[field]}))
    assert broken_at(STREAM) == 3


def test_the_fields_that_may_change_are_these_only(sealed: int) -> None:
    """Every other column of a line is tried above."""
    assert {column.name for column in Event.__table__.columns} - set(TAMPERED) == {"id", "processed_at"}


def test_a_line_taken_out_is_found(sealed: int) -> None:
    with writing():
        db.session.execute(delete(Event).filter_by(stream=STREAM, seq=2))
    assert broken_at(STREAM) == 2


def test_two_lines_exchanged_are_found(sealed: int) -> None:
    with writing():
        for seq, to in ((2, -1), (3, 2), (-1, 3)):
            db.session.execute(update(Event).filter_by(stream=STREAM, seq=seq).values(seq=to))
    assert broken_at(STREAM) == 2


def test_words_can_be_forgotten_and_the_chain_still_checks(sealed: int) -> None:
    with writing():
        forget_words(line(3))
    assert (line(3).words, line(3).salt) == (None, None)
    assert broken_at(STREAM) is None


def test_other_words_with_a_salt_and_a_hash_that_fit_them_are_found(sealed: int) -> None:
    salt, words = "1" * 32, "灯修好了"
    forged = {"salt": salt, "words": words, "words_hash": hashlib.sha256((salt + words).encode()).hexdigest()}
    with writing():
        db.session.execute(update(Event).filter_by(stream=STREAM, seq=3).values(**forged))
    assert broken_at(STREAM) == 3


def test_words_put_in_the_place_of_forgotten_ones_are_found(sealed: int) -> None:
    with writing():
        forget_words(line(3))
    with writing():
        line(3).words = "灯没修"
    assert broken_at(STREAM) == 3


def test_the_same_words_twice_have_hashes_that_say_nothing_of_each_other(sealed: int) -> None:
    assert line(1).words == line(2).words
    assert line(1).words_hash != line(2).words_hash


def test_sealers_at_once_do_not_break_the_chain(app: Flask) -> None:
    seal_all()
    say(60)
    say(60, stream=STREAM + 1)

    def seal_and_say() -> None:
        for _ in range(5):
            seal()
            say(2)

    at_once(app, 4, seal_and_say)
    seal_all()
    assert head(STREAM)[0] == 100
    assert (broken_at(STREAM), broken_at(STREAM + 1)) == (None, None)


def test_an_event_of_an_undone_change_is_not_recorded(app: Flask) -> None:
    with pytest.raises(RuntimeError), writing():
        record("test.say", 424_242, stream=STREAM, scope="/", actor="网格员")
        raise RuntimeError
    assert history("test", 424_242) == []
