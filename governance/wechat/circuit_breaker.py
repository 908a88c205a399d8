"""A circuit breaker per host of Tencent's, in this process.

After a few failures in a row nobody asks the host for a while; then one request is tried, and its result decides. A
slow host delays a few requests and not all, and messages wait instead of becoming unknown. A failure is a request
without a usable answer: cut off, too slow, refused, or told to come later.
"""

import threading
import time
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger()
IN_A_ROW = 3
FIRST_REST, LONGEST_REST, A_TRY = 5.0, 60.0, 15.0  # seconds; within A_TRY of one's asking nobody else does
AWAY = "对方现在连不上，等一会儿再发"
COME_LATER = frozenset((429, 502, 503, 504))


class Host:
    """The breaker of one host; `name` is used in the log."""

    def __init__(self, name: str = "") -> None:
        self._name, self._lock = name, threading.Lock()
        self._present()

    def _present(self) -> None:
        self._silences, self._rest, self._until, self._trying = 0, 0.0, 0.0, False

    @property
    def is_away(self) -> bool:
        return self._silences >= IN_A_ROW

    @property
    def rests(self) -> float:
        """For how many seconds the host must not be asked."""
        return max(0.0, self._until - time.monotonic()) if self.is_away else 0.0

    def may_ask(self) -> bool:
        """Whether to ask now: always while it is closed; after a rest, only one trial."""
        with self._lock:
            if not self.is_away:
                return True
            if self.rests:
                return False
            self._trying, self._until = True, time.monotonic() + A_TRY
            return True

    def heard(self, status: int) -> None:
        """The host answered with this HTTP status."""
        if status in COME_LATER:
            self.was_silent()
            return
        with self._lock:
            if self.is_away:
                log.info("wechat.back", host=self._name)
            self._present()

    def was_silent(self) -> None:
        """The host did not answer. Requests that were sent before it opened change nothing."""
        with self._lock:
            self._silences += 1
            if self._silences == IN_A_ROW or self._trying:
                self._rest = min(max(FIRST_REST, self._rest * 2), LONGEST_REST)
                self._until, self._trying = time.monotonic() + self._rest, False
                log.warning("wechat.away", host=self._name, seconds=self._rest)


HOSTS: dict[str, Host] = {}


def host(url: str) -> Host:
    """The breaker for the host of this address, one per process."""
    name = urlsplit(url).netloc
    return HOSTS.setdefault(name, Host(name))
