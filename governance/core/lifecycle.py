"""A lifecycle as one table: its states, the moves between them, and the lines that the record keeps of it.

Sentences, chips, buttons, the route, the refusal, the event's name and the tests come from such a table. Who may make
a move is in people/access/permissions.py under "<noun>.<move>".
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from governance.core.errors import Invalid, Missing, Refused
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l

RESIDENT, PROGRAM = "resident", "program"  # whom a state may wait for beside the roles of staff


@dataclass(frozen=True)
class State:
    """Where a thing stands. `now` says it to its readers, `next` what follows; both may hold `%(facts)s`.

    `label` is the state's name at the desk. `stage` is what residents read in its place; empty: they read the label.
    """

    name: str
    label: AnyText
    _: KW_ONLY
    now: AnyText
    next: AnyText = ""
    stage: AnyText = ""
    tone: str = ""  # of its chip: wait, done, late
    waits_for: tuple[str, ...] = ()  # roles, RESIDENT or PROGRAM; nobody once it is over
    listed: bool = False  # shown to everybody as going on
    open: bool = True  # something may still be done

    @property
    def for_residents(self) -> AnyText:
        return self.stage or self.label


class Reader(IntEnum):
    """How near somebody has to be to read something; who is nearer reads what those further off read."""

    EVERYBODY = 0
    CONCERNED = 1  # whom it is about: the reporter
    IN_CHARGE = 2
    RECORD = 3  # on the page of the whole record alone


@dataclass(frozen=True)
class Line:
    """What the record keeps under one verb: its past tense, who reads it, and who reads the words given with it."""

    name: str
    _: KW_ONLY
    done: AnyText
    readers: Reader = Reader.IN_CHARGE
    words: Reader = Reader.IN_CHARGE
    detail: str = ""  # the fact of the event that is named after the past tense
    waits_anew: bool = False  # somebody has to take it on from now


@dataclass(frozen=True)
class Ask:
    """One thing a move asks for: the field's name, its label, and whether it may stay empty."""

    name: str
    label: AnyText
    longest: int = 500
    optional: bool = False


@dataclass(frozen=True)
class Move(Line):
    """One arrow, from any of `sources` to `target`. What else it changes is registered by `Lifecycle.changes`."""

    label: AnyText
    sources: tuple[str, ...]
    target: str
    asks: tuple[Ask, ...] = ()
    _: KW_ONLY
    one_tap: bool = False  # leads on and needs no words: a list offers it as one button
    hesitates: bool = False  # offered last, and asks once more
    publishes: bool = False  # lets others see what was reported
    brings_photos: bool = False


S = TypeVar("S", bound=State)
M = TypeVar("M", bound=Move)


@dataclass(frozen=True)
class Made(Generic[M]):
    """A move that was made, as it goes into the record. `facts` are those its change gave."""

    move: M
    by: Any
    answers: Mapping[str, str]
    came_from: str
    facts: dict[str, Any]

    @property
    def words(self) -> str:
        return self.answers.get("note", "")


Change = Callable[[Any, Any, Mapping[str, str]], dict[str, Any]]


class Lifecycle(Generic[S, M]):
    """The table of one noun, and the runner that takes a thing along it.

    A slice registers what its moves change (`changes`) and how a move is put on record (`records`).
    """

    def __init__(self, noun: str, states: tuple[S, ...], moves: tuple[M, ...], lines: tuple[Line, ...] = ()) -> None:
        self.noun, self.states, self.moves = noun, states, moves
        every: tuple[Line, ...] = (*moves, *lines)
        self.lines = {line.name: line for line in every}
        self._states = {state.name: state for state in states}
        self._moves = {move.name: move for move in moves}
        self._changes: dict[str, Change] = {}
        self._record: Callable[[Any, Made[M]], Any] | None = None

    def state(self, name: str) -> S:
        return self._states[name]

    def move(self, name: str) -> M:
        if name not in self._moves:
            raise Missing("没有这一步")
        return self._moves[name]

    def open_from(self, state: str) -> tuple[M, ...]:
        return tuple(move for move in self.moves if state in move.sources)

    def states_that(self, hold: Callable[[S], bool]) -> tuple[str, ...]:
        """The names of the states of which this holds, in the table's order."""
        return tuple(state.name for state in self.states if hold(state))

    def read_by(self, reader: Reader) -> frozenset[str]:
        """The verbs whose lines this reader may read."""
        return frozenset(name for name, line in self.lines.items() if line.readers <= reader)

    @property
    def past_tenses(self) -> dict[str, AnyText]:
        return {name: line.done for name, line in self.lines.items()}

    def changes(self, name: str) -> Callable[[Change], Change]:
        """Register what a move changes beside the state: thing, by and answers in, facts for the record out.

        A fact named `state` leads elsewhere than to the move's target. Raises Missing for a move not in the table.
        """
        self.move(name)

        def register(change: Change) -> Change:
            self._changes[name] = change
            return change

        return register

    def records(self, record: Callable[[Any, Made[M]], Any]) -> Callable[[Any, Made[M]], Any]:
        """Register what puts a move on record; it may do what every move of this noun entails."""
        self._record = record
        return record

    def take(self, name: str, state: str, answers: Mapping[str, str]) -> M:
        """The move, if it leads on from `state` and everything it asks for is answered.

        Raises Missing for an unknown move, Refused when it does not lead on from here, Invalid by field.
        """
        move = self.move(name)
        if state not in move.sources:
            raise Refused("现在是“%(state)s”，不能%(move)s", state=self.state(state).label, move=move.label)
        missing = [ask for ask in move.asks if not ask.optional and not answers.get(ask.name)]
        if missing:
            raise Invalid({ask.name: _l("请填%(what)s", what=ask.label) for ask in missing})
        return move

    def make(
        self, thing: Any, name: str, by: Any, answers: Mapping[str, str], require: Callable[[Any, str, Any], None]
    ) -> None:
        """Take a thing along one arrow: right, answers, change, state, record. Call it on a locked thing.

        `require(by, "<noun>.<move>", thing)` raises Forbidden. Raises Missing, Refused, Invalid by field.
        """
        self.move(name)
        require(by, f"{self.noun}.{name}", thing)
        self.apply(thing, name, by, answers)

    def apply(self, thing: Any, name: str, by: Any, answers: Mapping[str, str]) -> None:
        """The same once the right to it is settled."""
        move, came_from = self.take(name, thing.state, answers), thing.state
        change = self._changes.get(name)
        facts = change(thing, by, answers) if change else {}
        thing.state = facts.pop("state", move.target)
        if self._record is None:
            raise TypeError(f"nothing records the moves of {self.noun}")
        self._record(thing, Made(move, by, answers, came_from, facts))
