"""Whether anything waits, asked for all kinds of work in one question: what an idle worker does all day."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Select, select

from governance.core.db import db, now
from governance.core.sql_statements import Prepared

Waiting = tuple[Select[Any], ...]  # work waits when one of these finds a row; `:moment` in them is the present


@contextmanager
def asking() -> Iterator[Callable[[Sequence[Waiting]], list[bool]]]:
    """A function that says for each kind of work whether any waits. It keeps a connection but no transaction.

    It raises what the database does. Then ask for a new one: the connection may be lost.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def ask(kinds: Sequence[Waiting]) -> list[bool]:
            found = iter(_question(tuple(kinds)).first(connection, moment=now()) or ())
            return [any([*islice(found, len(kind))]) for kind in kinds]

        yield ask


@lru_cache(maxsize=64)
def _question(kinds: tuple[Waiting, ...]) -> Prepared[tuple[bool, ...]]:
    return Prepared(select(*[one.exists() for kind in kinds for one in kind]))
