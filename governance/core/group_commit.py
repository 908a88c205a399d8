"""Group commit: rows that several threads of a process want to write at one moment share one transaction.

Where writers are serialised, a burst of requests waits for one turn instead of one turn each.
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
    """`write` writes one item in the current transaction and returns its result.

    Items are committed in order of arrival; processes that share `lock` take turns.
    """

    def __init__(self, write: Callable[[Item], Made], lock: int) -> None:
        self._write, self._lock = write, lock
        self._leading, self._waiting = Lock(), deque[tuple[Future[Made], Item]]()

    def add(self, item: Item) -> Made:
        """The result of an item, once it is committed. Raises what `write` or the database raises. Call it outside
        `writing()`.

        The first thread writes for all that wait by then. If the common transaction fails, each item is written alone.
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
