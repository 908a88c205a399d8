"""Every pair of state and move: the ones written here lead on, all others are refused."""

import pytest

from governance.core.errors import Invalid, Missing, Refused
from governance.core.lifecycle import Reader
from governance.people.access.permissions import RULES
from governance.tickets.lifecycle import LIFE

# Written by hand from the design, not from the table it judges.
LEGAL = {
    ("submitted", "accept"): "accepted",
    ("submitted", "decline"): "declined",
    ("submitted", "finish"): "resolved",
    ("submitted", "merge"): "merged",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "to_topic"): "to_topic",
    ("accepted", "to_topic"): "to_topic",
    ("returned", "to_topic"): "to_topic",
    ("on_hold", "to_topic"): "to_topic",
    ("to_topic", "reopen"): "accepted",
    ("accepted", "dispatch"): "dispatched",
    ("accepted", "hold"): "on_hold",
    ("accepted", "finish"): "resolved",
    ("accepted", "merge"): "merged",
    ("accepted", "withdraw"): "withdrawn",
    ("dispatched", "start"): "in_progress",
    ("dispatched", "return"): "returned",
    ("dispatched", "finish"): "resolved",
    ("in_progress", "return"): "returned",
    ("in_progress", "hold"): "on_hold",
    ("in_progress", "finish"): "resolved",
    ("on_hold", "resume"): "in_progress",
    ("returned", "dispatch"): "dispatched",
    ("returned", "merge"): "merged",
    ("returned", "reopen"): "accepted",
    ("pending_verify", "verify"): "resolved",
    ("pending_verify", "reopen"): "accepted",
    ("resolved", "reopen"): "accepted",
    ("resolved", "close"): "closed",
    ("closed", "reopen"): "accepted",
    ("declined", "reopen"): "accepted",
    ("declined", "appeal"): "appealed",
    ("appealed", "send_back"): "submitted",
    ("appealed", "uphold"): "declined",
    ("appealed", "withdraw"): "withdrawn",
}
STATES = "submitted accepted dispatched in_progress on_hold returned pending_verify resolved closed " + (
    "declined appealed merged to_topic withdrawn"
)
MOVES = "accept decline appeal send_back uphold dispatch start return hold resume finish verify merge to_topic " + (
    "reopen withdraw close"
)
# Whose lines whom reads; each reads those of the readers before too. Joining is counted, not listed.
READ = {
    Reader.EVERYBODY: "accept decline appeal send_back uphold dispatch start return hold resume finish verify merge "
    "to_topic reopen withdraw close report",
    Reader.CONCERNED: "nudge more answer contact contact_change contact_withdraw hide show reword "
    "contact_send contact_keep cover photo_refused",
    Reader.IN_CHARGE: "due late erase urgent escalate",
    Reader.RECORD: "join photo undo",
}
# The words given with a move or a line that is read by more than those in charge.
WORDS_FOR_ALL = "accept decline send_back uphold start hold resume finish verify"
WORDS_FOR_THE_CONCERNED = "appeal more answer hide show reword contact_send contact_keep cover photo_refused"
ANSWERS = {"note": "说明", "body": "1", "into": "1-8", "topic": "new"}


def test_the_states_and_moves_are_those_of_the_design() -> None:
    assert [state.name for state in LIFE.states] == STATES.split()
    assert [move.name for move in LIFE.moves] == MOVES.split()


@pytest.mark.parametrize("state", STATES.split())
@pytest.mark.parametrize("move", MOVES.split())
def test_a_move_leads_where_the_design_says_or_nowhere(state: str, move: str) -> None:
    if (state, move) in LEGAL:
        assert LIFE.take(move, state, ANSWERS).target == LEGAL[state, move]
    else:
        with pytest.raises(Refused):
            LIFE.take(move, state, ANSWERS)


def test_a_move_that_asks_for_something_is_not_taken_without_it() -> None:
    with pytest.raises(Invalid) as refusal:
        LIFE.take("finish", "accepted", {"note": ""})
    assert refusal.value.fields == {"note": "请填办了什么"}


def test_an_unknown_move_is_not_found() -> None:
    with pytest.raises(Missing):
        LIFE.take("vanish", "accepted", {})


@pytest.mark.parametrize("move", LIFE.moves, ids=lambda move: move.name)
def test_every_move_has_a_rule(move) -> None:  # type: ignore[no-untyped-def]
    assert f"ticket.{move.name}" in RULES


@pytest.mark.parametrize("reader", Reader)
def test_the_lines_are_read_by_whom_the_design_says(reader: Reader) -> None:
    assert {name for name, line in LIFE.lines.items() if line.readers is reader} == {*READ[reader].split()}


def test_words_of_moves_are_for_all_only_where_the_design_says() -> None:
    by_words = {reader: {name for name, line in LIFE.lines.items() if line.words is reader} for reader in Reader}
    assert by_words[Reader.EVERYBODY] == {*WORDS_FOR_ALL.split()}
    assert by_words[Reader.CONCERNED] == {*WORDS_FOR_THE_CONCERNED.split()}
