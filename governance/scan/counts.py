"""Counts scans per code and day, never by whom. Counts are buffered in memory and written in batches."""

import threading
from collections import Counter
from datetime import date

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from governance.core.db import db, now, writing
from governance.core.web.pages import local
from governance.places.model import ScanCount

EVERY = 50  # scans or seconds, whichever comes first; a killed process loses its buffer


class Buffer:
    """Counts of this process that are not written yet."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, date]] = Counter()
        self._lock = threading.Lock()
        self._since = now()

    def add(self, token: str) -> bool:
        """Count one scan; true when it is time to write."""
        moment = now()
        with self._lock:
            self._counts[token, local(moment).date()] += 1
            return sum(self._counts.values()) >= EVERY or (moment - self._since).total_seconds() >= EVERY

    def take(self) -> Counter[tuple[str, date]]:
        with self._lock:
            taken, self._counts, self._since = self._counts, Counter(), now()
        return taken


def buffer() -> Buffer:
    found: Buffer = current_app.extensions["scan_counts"]
    return found


def flush() -> None:
    """Write the buffer to the database."""
    taken = buffer().take()
    if not taken:
        return
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    with writing():
        for (token, day), count in sorted(taken.items()):
            row = insert(ScanCount).values(token=token, day=day, count=count)
            db.session.execute(
                row.on_conflict_do_update(index_elements=["token", "day"], set_={"count": ScanCount.count + count})
            )
