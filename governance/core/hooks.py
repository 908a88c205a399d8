"""Hooks: a lower module publishes, upper modules listen inside the same transaction."""

from collections.abc import Callable
from typing import Any, TypeVar

Listener = TypeVar("Listener", bound=Callable[..., None])


class Hook:
    """Calls its listeners in order of registration. An exception of one rolls the transaction back."""

    def __init__(self) -> None:
        self._listeners: list[Callable[..., None]] = []

    def listen(self, listener: Listener) -> Listener:
        self._listeners.append(listener)
        return listener

    def __call__(self, *facts: Any) -> None:
        for listener in self._listeners:
            listener(*facts)
