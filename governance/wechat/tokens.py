"""Tokens and tickets, shared through the database: of all threads, processes and machines one fetches.

The database is what all of them share; Redis is optional (ADR 11). The others wait and look again; while one fetches
the next, an old token that is still valid is used.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from governance.core.crypto import keyed_hash
from governance.core.db import db
from governance.wechat import token_store
from governance.wechat.answers import Later
from governance.wechat.token_store import Lying

log = structlog.get_logger()
PATIENCE = 8.0  # seconds somebody waits for another's fetch
LOOK = 0.05  # seconds between two looks
SHORTLY, LONG = 5, 600  # seconds nobody asks again after a trouble of the network, or of the secret
REFUSED_REST = 30  # the least WeChat wants between two forced renewals


@dataclass(frozen=True)
class Fetched:
    """The token of a fetch and for how many seconds it is valid."""

    token: str
    seconds: int


@dataclass(frozen=True)
class Source:
    """One token by purpose and owner, and how the next is fetched; `fetch` raises Later.

    The secret is only compared, so that a new one is tried at once after the old one was refused.
    """

    side: str
    app_id: str
    secret: str
    fetch: Callable[[], Fetched]

    def token(self, refused: Lying | None = None) -> Lying:
        """A valid token that is not the one just refused. Raises Later."""
        if db.session.info.get("writing"):
            raise RuntimeError("the network must not be touched while the database is held")
        until = time.monotonic() + PATIENCE
        while True:
            seen = token_store.look(self.side, self.app_id)
            good = seen.is_good and (refused is None or seen.fetched_at != refused.fetched_at)
            if good and not seen.is_old:
                return seen
            if self._fetched(seen, good):
                continue
            if good:
                return seen
            self._rested(seen)
            if time.monotonic() > until:
                raise Later("别处正在取令牌，等了太久", SHORTLY, whole=True)
            time.sleep(LOOK)

    def refused_again(self, seen: Lying) -> Later:
        """A token was refused right after its fetch: another fetch would give the same."""
        trouble = "刚取来的令牌也不被承认"
        token_store.drop(seen, self._secret_digest, trouble, REFUSED_REST)
        log.warning("wechat.token_refused", side=self.side)
        return Later(trouble, REFUSED_REST, whole=True)

    def _fetched(self, seen: Lying, good: bool) -> bool:
        """Fetch the next one, if nobody else does. Raises Later when that failed and the one before is not valid."""
        if seen.is_leased or seen.rests(self._secret_digest):
            return False
        lease = token_store.take_lease(seen)
        if lease is None:
            return False
        try:
            fetched = self.fetch()
        except BaseException as trouble:
            later = trouble if isinstance(trouble, Later) else Later("没有取到令牌")
            token_store.back_off(lease, self._secret_digest, later.reason, max(later.after, SHORTLY))
            log.warning("wechat.no_token", side=self.side, trouble=later.reason)
            if good and isinstance(trouble, Later):
                return False
            raise
        token_store.put(lease, fetched.token, fetched.seconds)
        return True

    def _rested(self, seen: Lying) -> None:
        seconds = seen.rests(self._secret_digest)
        if seconds:
            raise Later(seen.trouble or "上次没有取到令牌", seconds, whole=True)

    @property
    def _secret_digest(self) -> str:
        return keyed_hash("wechat secret", self.secret)
