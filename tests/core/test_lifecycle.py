"""The tables of all lifecycles are whole, and nothing else in the program knows a state or a move by heart."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from governance.core.config import ROOT
from governance.core.errors import Forbidden, Invalid, Missing, Refused
from governance.core.lifecycle import PROGRAM, RESIDENT, Ask, Lifecycle, Line, Made, Move, State
from governance.discussions.lifecycle import LIFE as TOPIC
from governance.notices.lifecycle import LIFE as NOTICE
from governance.people.model import ROLES
from governance.tickets.lifecycle import LIFE as TICKET

LIVES: tuple[Lifecycle[Any, Any], ...] = (TICKET, TOPIC, NOTICE)
ROWS = [pytest.param(life, state, id=f"{life.noun}-{state.name}") for life in LIVES for state in life.states]
LINES = [pytest.param(line, id=f"{life.noun}-{name}") for life in LIVES for name, line in life.lines.items()]


@pytest.mark.parametrize(("life", "state"), ROWS)
def test_a_state_says_what_is_so_and_what_follows_and_whom_it_waits_for(life: Any, state: State) -> None:
    assert state.label and str(state.now)
    assert bool(state.waits_for) is state.open
    assert {*state.waits_for} <= {*ROLES, RESIDENT, PROGRAM}
    assert not state.open or str(state.next)
    assert state.open or not state.listed
    assert state.tone in ("", "wait", "done", "late")
    if state.open:
        assert life.open_from(state.name), "nothing leads on from here"


@pytest.mark.parametrize("line", LINES)
def test_a_line_says_what_was_done(line: Line) -> None:
    assert str(line.done)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.noun)
def test_moves_join_states_of_the_table_and_names_are_used_once(life: Lifecycle[Any, Any]) -> None:
    states = {state.name for state in life.states}
    assert len(states) == len(life.states)
    for move in life.moves:
        assert {move.target, *move.sources} <= states
        assert move.target not in move.sources
        assert not (move.one_tap and any(not ask.optional for ask in move.asks))
    reached = {move.target for move in life.moves} | {life.states[0].name}
    assert reached | {"pending_verify"} >= states, "a state that nothing leads to"  # finish leads there by itself


# The runner, on a table of its own.


class Kettle:
    state = "cold"
    log: list[Any]

    def __init__(self) -> None:
        self.log = []


@pytest.fixture
def kettles() -> Lifecycle[State, Move]:
    life = Lifecycle(
        "kettle",
        (State("cold", "凉的", now="凉的"), State("hot", "热的", now="热的"), State("dry", "干的", now="干的")),
        (
            Move("heat", "烧", ("cold",), "hot", (Ask("note", "为什么"),), done="烧开了"),
            Move("empty", "倒", ("hot",), "cold", done="倒了"),
        ),
        (Line("look", done="看了看"),),
    )

    @life.records
    def _record(kettle: Kettle, made: Made[Move]) -> None:
        kettle.log.append((made.move.name, made.came_from, kettle.state, made.words, made.by, made.facts))

    return life


def allow(by: str, rule: str, thing: Kettle) -> None:
    thing.log.append((by, rule))


def refuse(by: str, rule: str, thing: Kettle) -> None:
    raise Forbidden


def test_a_move_is_allowed_checked_changed_and_recorded_in_this_order(kettles: Lifecycle[State, Move]) -> None:
    kettle = Kettle()

    @kettles.changes("heat")
    def _heat(kettle: Kettle, by: str, answers: Any) -> dict[str, Any]:
        kettle.log.append(f"change, still {kettle.state}")
        return {"degrees": 100}

    kettles.make(kettle, "heat", "me", {"note": "喝茶"}, allow)
    recorded = ("heat", "cold", "hot", "喝茶", "me", {"degrees": 100})
    assert kettle.log == [("me", "kettle.heat"), "change, still cold", recorded]


def test_what_a_change_says_of_the_state_goes_before_the_target(kettles: Lifecycle[State, Move]) -> None:
    kettle = Kettle()
    kettles.changes("heat")(lambda kettle, by, answers: {"state": "dry"})
    kettles.apply(kettle, "heat", "me", {"note": "忘了"})
    assert kettle.state == "dry" and kettle.log == [("heat", "cold", "dry", "忘了", "me", {})]


def test_a_move_that_is_refused_changes_and_records_nothing(kettles: Lifecycle[State, Move]) -> None:
    kettle = Kettle()
    for name, answers, require, trouble in (
        ("freeze", {}, refuse, Missing),
        ("heat", {}, refuse, Forbidden),
        ("empty", {}, allow, Refused),
        ("heat", {"note": ""}, allow, Invalid),
    ):
        with pytest.raises(trouble):
            kettles.make(kettle, name, "me", answers, require)
    assert kettle.state == "cold" and {entry[0] for entry in kettle.log} == {"me"}


def test_a_change_for_a_move_that_is_not_in_the_table_is_found_out_at_once(kettles: Lifecycle[State, Move]) -> None:
    with pytest.raises(Missing):
        kettles.changes("freeze")


# Nobody else keeps a table of states or moves.

NAMES = {life.noun: {row.name for row in (*life.states, *life.moves)} for life in LIVES}
MODULES = {"tickets": "ticket", "discussions": "topic", "notices": "notice"}
ALLOWED = {
    "governance/demo/community.py": "the demo's stories: which moves its tickets went through, and what was said",
    "governance/demo/district.py": "states among which invented tickets are spread",
}


def known_by(tree: ast.AST) -> list[tuple[int, set[str]]]:
    """Where two or more names of one lifecycle stand in one literal, one comparison or one chain of them."""
    constants = _constants(tree)
    found = []
    for node in ast.walk(tree):
        for noun, names in NAMES.items():
            here = {value for element in _elements(node) if (value := _value(element, constants, noun)) in names}
            if len(here) > 1:
                found.append((node.lineno, here))  # type: ignore[attr-defined]
    return found


def _elements(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key]
    if isinstance(node, ast.Set | ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.BoolOp):
        return [side for value in node.values if isinstance(value, ast.Compare) for side in _compared(value)]
    if isinstance(node, ast.If | ast.IfExp):
        return [side for test in _chain(node) if isinstance(test, ast.Compare) for side in _compared(test)]
    if isinstance(node, ast.Match):
        return [case.pattern.value for case in node.cases if isinstance(case.pattern, ast.MatchValue)]
    return []


def _compared(node: ast.Compare) -> list[ast.expr]:
    return [node.left, *node.comparators]


def _chain(node: ast.If | ast.IfExp) -> list[ast.expr]:
    """The conditions of an if and its elifs."""
    rest = node.orelse if isinstance(node.orelse, list) else [node.orelse]
    onward = _chain(rest[0]) if len(rest) == 1 and isinstance(rest[0], ast.If | ast.IfExp) else []
    return [node.test, *onward]


def _constants(tree: ast.AST) -> dict[str, str]:
    """Names imported from a lifecycle, and modules that are one, each under what it is called here."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            slice_ = node.module.split(".")[1] if node.module.count(".") else ""
            for name in node.names:
                if node.module.endswith(".lifecycle") or name.name == "lifecycle":
                    found[name.asname or name.name] = MODULES.get(slice_, "")
    return found


def _value(element: ast.expr, constants: dict[str, str], noun: str) -> str:
    if isinstance(element, ast.Constant) and isinstance(element.value, str):
        return element.value
    if isinstance(element, ast.Name) and constants.get(element.id) == noun:
        return element.id.lower()
    if isinstance(element, ast.Attribute) and isinstance(element.value, ast.Name):
        return element.attr.lower() if constants.get(element.value.id) == noun else ""
    return ""


def sources() -> list[Path]:
    found = (path for path in sorted((ROOT / "governance").rglob("*.py")) if path.name != "lifecycle.py")
    return [path for path in found if path.relative_to(ROOT).as_posix() not in ALLOWED]


def test_no_module_beside_the_tables_knows_states_or_moves() -> None:
    found = [
        (str(path.relative_to(ROOT)), *each) for path in sources() for each in known_by(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize("path", ALLOWED)
def test_what_is_allowed_needs_to_be(path: str) -> None:
    assert known_by(ast.parse((ROOT / path).read_text()))


EXPRESSION = re.compile(r"{[{%](.*?)[%}]}", re.S)
WORD = re.compile(r"""["']([a-z_]+)["']""")


def test_no_template_knows_states_or_moves() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for expression in EXPRESSION.findall(path.read_text()):
            for noun, names in NAMES.items():
                here = names.intersection(WORD.findall(expression))
                if len(here) > 1:
                    found.append((str(path.relative_to(ROOT)), noun, here))
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'TONES = {"resolved": "done", "closed": "done"}',
        'if ticket.state in ("accepted", "on_hold"): pass',
        'if move == "accept": pass\nelif move == "decline": pass',
        'late = ticket.state == "resolved" or ticket.state == "closed"',
        "from governance.tickets.lifecycle import ACCEPTED, CLOSED\nBOTH = {ACCEPTED, CLOSED}",
        "from governance.discussions import lifecycle as life\nBOTH = [life.DECIDED, life.REVIEWED]",
    ],
)
def test_a_second_table_would_be_seen(code: str) -> None:
    assert known_by(ast.parse(code))
