"""What happens to a person that others must know of. Upper slices listen, and run inside the same transaction."""

from collections.abc import Callable

Listener = Callable[..., None]


class Hook:
    """Calls whoever listens, in the order they came; any trouble of theirs undoes the whole."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Listener:
        self._listeners.append(listener)
        return listener

    def __call__(self, *ids: int) -> None:
        for listener in self._listeners:
            listener(*ids)


person_merged = Hook()  # (old_id, new_id): they are one; everything the old one did is the new one's, counted once
person_began_anew = Hook()  # (old_id, new_id): who left comes back under a new name; only what nobody reads goes along
person_left = Hook()  # (person_id): what they said stays, without the name
