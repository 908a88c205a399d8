"""Two things at one instant: many doing the same, or one doing something in the middle of what another does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask

from governance.core.db import db


def at_once(app: Flask, workers: int, do: Callable[[], object]) -> None:
    """The same in several threads, each on a connection of its own, started together."""
    ready, trouble = threading.Barrier(workers), []

    def run() -> None:
        with app.app_context():
            ready.wait()
            try:
                do()
            except Exception as error:
                trouble.append(error)
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert trouble == []


def beside(app: Flask, do: Callable[[], object]) -> threading.Thread:
    """`do` on a connection of its own, given half a second before this thread goes on; join it at the end.

    On SQLite, where all that write take turns, it comes after this thread's transaction.
    """

    def run() -> None:
        with app.app_context():
            do()
            db.session.remove()

    other = threading.Thread(target=run)
    other.start()
    other.join(0.5)
    return other


@contextmanager
def right_after(app: Flask, where: Any, name: str, do: Callable[[], object]) -> Iterator[None]:
    """Within, `do` happens beside as soon as `where.name` has returned for the first time; at the end it is over."""
    whole, others = getattr(where, name), list[threading.Thread]()

    def then(*args: Any) -> Any:
        found = whole(*args)
        if not others:
            others.append(beside(app, do))
        return found

    with patch.object(where, name, then):
        yield
    others[0].join()
