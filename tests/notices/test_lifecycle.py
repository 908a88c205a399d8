"""Every pair of state and move of a notice: the ones written here lead on, all others are refused."""

import pytest

from governance.core.errors import Invalid, Refused
from governance.notices.lifecycle import LIFE
from governance.people.access.permissions import RULES

# Written by hand from the design, not from the table it judges.
LEGAL = {
    ("draft", "publish"): "told",
    ("draft", "ask"): "asked",
    ("asked", "approve"): "told",
    ("asked", "decline"): "declined",
    ("asked", "rewrite"): "draft",
    ("declined", "rewrite"): "draft",
    ("draft", "withdraw"): "withdrawn",
    ("asked", "withdraw"): "withdrawn",
    ("declined", "withdraw"): "withdrawn",
    ("told", "stop"): "stopped",
    ("told", "finish"): "done",
}
STATES = ["draft", "asked", "declined", "told", "stopped", "done", "withdrawn"]
MOVES = ["publish", "ask", "approve", "decline", "rewrite", "withdraw", "stop", "finish"]
NEEDS = {"decline": "note", "stop": "note"}


def test_the_states_and_moves_are_those_of_the_design() -> None:
    assert [state.name for state in LIFE.states] == STATES
    assert [move.name for move in LIFE.moves] == MOVES


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("move", MOVES)
def test_a_move_leads_on_only_where_it_may(state: str, move: str) -> None:
    if (state, move) in LEGAL:
        assert LIFE.take(move, state, {"note": "说明"}).target == LEGAL[state, move]
    else:
        with pytest.raises(Refused):
            LIFE.take(move, state, {"note": "说明"})


@pytest.mark.parametrize(("move", "field"), NEEDS.items())
def test_what_a_move_asks_for_must_be_answered(move: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        LIFE.take(move, LIFE.move(move).sources[0], {})
    assert field in refused.value.fields


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_a_rule(move: str) -> None:
    assert f"notice.{move}" in RULES
