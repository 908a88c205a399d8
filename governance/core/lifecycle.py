"""A life as one table of moves: which move leads from which states to which, and what it asks for.

From such a table come the buttons, the route, the refusal, the event's name and the tests. Who may make a
move is said in people/access/permissions.py under "<noun>.<move>".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.core.errors import Invalid, Missing, Refused


@dataclass(frozen=True)
class State:
    name: str
    label: str
    open: bool = True


@dataclass(frozen=True)
class Ask:
    """One thing a move asks for: the field's name, its label, and whether it may stay empty."""

    name: str
    label: str
    longest: int = 500
    optional: bool = False


@dataclass(frozen=True)
class Move:
    """One arrow, from any of `sources` to `target`.

    One that `hesitates` is offered last and asks once more; one that `publishes` lets others see what was told.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    asks: tuple[Ask, ...] = ()
    brings_photos: bool = False
    hesitates: bool = False
    publishes: bool = False


@dataclass(frozen=True)
class Lifecycle:
    noun: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    _by_name: dict[str, Move] = field(init=False, repr=False)
    _states: dict[str, State] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {move.name: move for move in self.moves})
        object.__setattr__(self, "_states", {state.name: state for state in self.states})

    def move(self, name: str) -> Move:
        if name not in self._by_name:
            raise Missing("没有这一步")
        return self._by_name[name]

    def state(self, name: str) -> State:
        return self._states[name]

    def open_from(self, state: str) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if state in move.sources)

    def take(self, name: str, state: str, answers: Mapping[str, str]) -> Move:
        """The move, if it leads on from `state` and everything it asks for is answered.

        Raises Missing for an unknown move, Refused when it does not lead on from here, Invalid by field.
        """
        move = self.move(name)
        if state not in move.sources:
            raise Refused(f"现在是“{self.state(state).label}”，不能{move.label}")
        missing = {ask.name: f"请填{ask.label}" for ask in move.asks if not ask.optional and not answers.get(ask.name)}
        if missing:
            raise Invalid(missing)
        return move
