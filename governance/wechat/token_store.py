"""One token in the database, and the lease by which one process at a time fetches the next.

Each step is one short statement on a connection of its own: nothing is locked while the network is used.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from governance.core.db import db, now
from governance.wechat.model import WechatToken

LEASE = timedelta(seconds=20)  # longer than a fetch may take; after it somebody else may
EARLY, LAST = 240.0, 20.0  # seconds before its end: when the next one is fetched, when it is used no more
EARLY_SHARE, LAST_SHARE = 0.1, 0.02  # at most this share of its life, for one that lives shortly
TABLE: Any = WechatToken.__table__


@dataclass(frozen=True)
class Lying:
    """The row as it was read."""

    id: int
    token: str | None
    fetched_at: datetime | None
    expires_at: datetime | None
    lease_until: datetime | None
    secret_digest: str | None
    trouble: str | None
    rest_until: datetime | None

    @property
    def seconds_left(self) -> float:
        return (self.expires_at - now()).total_seconds() if self.token and self.expires_at else 0.0

    @property
    def is_good(self) -> bool:
        return self.seconds_left > min(LAST, self._life * LAST_SHARE)

    @property
    def is_old(self) -> bool:
        """Still valid, but the next one should be fetched."""
        return self.seconds_left < min(EARLY, self._life * EARLY_SHARE)

    @property
    def is_leased(self) -> bool:
        return self.lease_until is not None and self.lease_until > now()

    def rests(self, secret_digest: str) -> int:
        """For how many seconds nobody should fetch with this secret."""
        if self.rest_until is None or self.secret_digest != secret_digest:
            return 0
        return max(0, round((self.rest_until - now()).total_seconds() + 0.5))

    @property
    def _life(self) -> float:
        return (self.expires_at - self.fetched_at).total_seconds() if self.expires_at and self.fetched_at else 0.0


COLUMNS = [TABLE.c[name] for name in Lying.__dataclass_fields__]


def look(side: str, app_id: str) -> Lying:
    """Read the row; insert it if there is none."""
    mine = select(*COLUMNS).where(TABLE.c.side == side, TABLE.c.app_id == app_id)
    with db.engine.connect() as connection, connection.begin():
        row = connection.execute(mine).one_or_none()
    if row is None:
        _make(side, app_id)
        return look(side, app_id)
    return Lying(*row)


def _make(side: str, app_id: str) -> None:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = insert(WechatToken).values(side=side, app_id=app_id)
    with _writing() as connection, connection.begin():
        connection.execute(row.on_conflict_do_nothing(index_elements=["side", "app_id"]))


def take_lease(seen: Lying) -> str | None:
    """The lease for the next fetch, if nobody has it and the row is unchanged since it was read; else None."""
    mine = secrets.token_hex(16)
    free = or_(TABLE.c.lease_until.is_(None), TABLE.c.lease_until <= now())
    unchanged = (
        TABLE.c.fetched_at.is_not_distinct_from(seen.fetched_at),
        TABLE.c.rest_until.is_not_distinct_from(seen.rest_until),
    )
    taken = update(TABLE).where(TABLE.c.id == seen.id, free, *unchanged)
    return mine if _changed(taken.values(lease=mine, lease_until=now() + LEASE)) else None


def put(lease: str, token: str, seconds: int) -> None:
    """Store what was fetched under this lease, unless another has it by now."""
    kept = {"token": token, "fetched_at": now(), "expires_at": now() + timedelta(seconds=seconds)}
    _changed(_under(lease).values(**kept, lease=None, lease_until=None, rest_until=None, trouble=None))


def back_off(lease: str, secret_digest: str, trouble: str, seconds: int) -> None:
    """The fetch failed: nobody fetches with this secret for so long."""
    until = now() + timedelta(seconds=seconds)
    _changed(_under(lease).values(lease=None, lease_until=None, **_trouble(secret_digest, trouble, until)))


def drop(seen: Lying, secret_digest: str, trouble: str, seconds: int) -> None:
    """A token that was refused right after its fetch is removed, and nobody fetches for so long."""
    same = update(TABLE).where(TABLE.c.id == seen.id, TABLE.c.fetched_at.is_not_distinct_from(seen.fetched_at))
    until = now() + timedelta(seconds=seconds)
    _changed(same.values(token=None, expires_at=None, **_trouble(secret_digest, trouble, until)))


def troubles() -> list[tuple[str, str, datetime]]:
    """Which tokens could not be fetched, why, and until when nobody tries."""
    columns = (TABLE.c.side, TABLE.c.trouble, TABLE.c.rest_until)
    lasting = select(*columns).where(TABLE.c.trouble.is_not(None), TABLE.c.rest_until > now()).order_by(TABLE.c.id)
    with db.engine.connect() as connection, connection.begin():
        return [(row.side, row.trouble, row.rest_until) for row in connection.execute(lasting)]


def _trouble(secret_digest: str, trouble: str, until: datetime) -> dict[str, Any]:
    return {"secret_digest": secret_digest, "trouble": trouble[:200], "rest_until": until}


def _under(lease: str) -> Any:
    return update(TABLE).where(TABLE.c.lease == lease)


def _changed(statement: Any) -> bool:
    with _writing() as connection, connection.begin():
        return bool(connection.execute(statement).rowcount)


def _writing() -> Connection:
    return db.engine.connect().execution_options(writes=True)
