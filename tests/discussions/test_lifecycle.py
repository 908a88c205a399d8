"""Every pair of state and move of a topic: the ones written here lead on, all others are refused."""

import pytest

from governance.core.errors import Invalid, Missing, Refused
from governance.core.lifecycle import Reader
from governance.discussions.lifecycle import LIFE
from governance.people.access.permissions import RULES

# Written by hand from the design, not from the table it judges. Voting comes with the ballots.
LEGAL = {
    ("proposed", "open"): "discussing",
    ("discussing", "decide"): "decided",
    ("decided", "carry_out"): "carrying_out",
    ("decided", "review"): "reviewed",
    ("carrying_out", "review"): "reviewed",
    ("decided", "reopen"): "discussing",
    ("carrying_out", "reopen"): "discussing",
    ("reviewed", "reopen"): "discussing",
    ("declined", "reopen"): "discussing",
    ("proposed", "merge"): "merged",
    ("discussing", "merge"): "merged",
    ("proposed", "decline"): "declined",
    ("discussing", "decline"): "declined",
    ("proposed", "withdraw"): "withdrawn",
    ("proposed", "reword"): "discussing",
    ("proposed", "to_ticket"): "handed",
}
STATES = ["proposed", "discussing", "decided", "carrying_out", "reviewed", "declined", "merged", "withdrawn", "handed"]
MOVES = ["open", "decide", "carry_out", "review", "reopen", "merge", "decline", "withdraw", "reword", "to_ticket"]
OPEN = ("proposed", "discussing", "decided", "carrying_out")
READ_BY_ALL = "propose open answer decide task deed review reopen merge take_in decline reword"
NEEDS = {"reword": "title", "decide": "note", "review": "note", "reopen": "note", "merge": "into", "decline": "note"}
ANSWERS = {"note": "说明", "into": "1", "title": "夜里互相照应"}


def test_the_states_and_moves_are_those_of_the_design() -> None:
    assert [state.name for state in LIFE.states] == STATES
    assert {move.name for move in LIFE.moves} == set(MOVES)
    assert tuple(state.name for state in LIFE.states if state.open) == OPEN


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("move", MOVES)
def test_a_move_leads_where_the_design_says_or_nowhere(state: str, move: str) -> None:
    if (state, move) in LEGAL:
        assert LIFE.take(move, state, ANSWERS).target == LEGAL[state, move]
    else:
        with pytest.raises(Refused):
            LIFE.take(move, state, ANSWERS)


@pytest.mark.parametrize(("state", "move"), LEGAL)
def test_whoever_ends_or_decides_says_why_and_whoever_opens_or_withdraws_need_not(state: str, move: str) -> None:
    if move not in NEEDS:
        assert LIFE.take(move, state, {}).target == LEGAL[state, move]
        return
    with pytest.raises(Invalid) as refusal:
        LIFE.take(move, state, ANSWERS | {NEEDS[move]: ""})
    assert refusal.value.fields.keys() == {NEEDS[move]}


def test_an_unknown_move_is_not_found() -> None:
    with pytest.raises(Missing):
        LIFE.take("vanish", "discussing", {})


@pytest.mark.parametrize("state", STATES)
def test_no_state_leads_from_anywhere_to_itself_nor_back_to_the_proposal(state: str) -> None:
    targets = {move.target for move in LIFE.open_from(state)}
    assert not targets & {state, "proposed"}


@pytest.mark.parametrize("move", LIFE.moves, ids=lambda move: move.name)
def test_every_move_has_a_rule(move) -> None:  # type: ignore[no-untyped-def]
    assert f"topic.{move.name}" in RULES


def test_everybody_reads_the_lines_the_design_says_with_their_words_but_the_proposal_s() -> None:
    assert LIFE.read_by(Reader.EVERYBODY) == {*READ_BY_ALL.split()}
    with_words = {name for name, line in LIFE.lines.items() if line.words is Reader.EVERYBODY}
    assert with_words == {*READ_BY_ALL.split()} - {"propose", "reword"}
