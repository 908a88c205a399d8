"""Group commit: what several threads of a process want written at one moment goes in one transaction.

Where writers take turns a crowd at one door would wait for one turn each; so it waits for one turn in all.
"""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

from governance.core.db import advisory_lock, writing

Item = TypeVar("Item")
Made = TypeVar("Made")


class GroupCommit(Generic[Item, Made]):
    """`write` writes one, in the transaction in hand, and says what came of it.

    They are committed in the order in which they came, by all processes that share this `lock` in turn.
    """

    def __init__(self, write: Callable[[Item], Made], lock: int) -> None:
        self._write, self._lock = write, lock
        self._leading, self._waiting = Lock(), deque[tuple[Future[Made], Item]]()

    def add(self, item: Item) -> Made:
        """What came of it, once it is committed. Raises what `write` or the database does. Call it outside `writing()`.

        Whoever comes first writes for all who wait by then. Trouble with one is nobody else's: their common transaction
        is undone, and each is written alone.
        """
        mine: Future[Made] = Future()
        self._waiting.append((mine, item))
        with self._leading:
            if not mine.done():
                self._lead(mine, item)
        return mine.result()

    def _lead(self, mine: Future[Made], item: Item) -> None:
        waiting = dict(self._waiting.popleft() for _ in range(len(self._waiting))) | {mine: item}
        try:
            self._commit(waiting)
        except Exception:
            if len(waiting) == 1:
                raise
            self._commit({mine: item})

    def _commit(self, waiting: Mapping[Future[Made], Item]) -> None:
        with writing():
            advisory_lock(self._lock)
            made = [self._write(item) for item in waiting.values()]
        for one, result in zip(waiting, made, strict=True):
            one.set_result(result)
