"""The process that does what requests leave for later: photos, seals, deliveries. Any number may run on PostgreSQL."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

import structlog
from flask import Flask

from governance.assistant.inbound.robot_connection import keep_connected
from governance.core import events, jobs
from governance.core.config import load
from governance.core.db import db
from governance.core.waiting import Waiting, asking
from governance.relay import channels
from governance.relay.delivery.fan_out import UNPROCESSED, expand
from governance.relay.delivery.sender import deliver, waiting
from governance.web.app import build

log = structlog.get_logger()
LOOK = 0.2  # seconds between two questions whether anything waits
REST = 30.0  # seconds after which each kind of work is looked at in any case


def main() -> None:
    """Run until SIGTERM or SIGINT; work in hand is finished first."""
    app, stop = build(load()), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(app, stop)


def run(app: Flask, stop: threading.Event) -> None:
    kinds = kinds_of_work(app)
    threads = [threading.Thread(target=_loop, args=(app, stop, kind)) for kind in kinds]
    threads.append(threading.Thread(target=_wake, args=(app, stop, kinds)))
    threads.append(threading.Thread(target=keep_connected, args=(app, stop)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@dataclass(frozen=True)
class Kind:
    """A kind of work: `look` does some and says whether there was any, `waits` is how to ask whether there is."""

    look: Callable[[], bool]
    waits: Callable[[], Waiting]
    rest: Callable[[], float] = field(default=lambda: REST)  # seconds until it looks even if not woken
    woken: threading.Event = field(default_factory=threading.Event)


def kinds_of_work(app: Flask) -> list[Kind]:
    """Each has a thread of its own, so that a slow network holds up no photo."""
    return [
        Kind(work, partial(jobs.waiting, network=False), rest=lambda: min(REST, jobs.until_next_slot())),
        Kind(partial(jobs.run_next, network=True), partial(jobs.waiting, network=True)),
        Kind(events.seal, lambda: (events.UNSEALED,)),
        Kind(expand, lambda: (UNPROCESSED,)),
        *(Kind(partial(deliver, app, (name,)), partial(waiting, name)) for name in channels.pushing()),
    ]


def work() -> bool:
    jobs.plan_periodic()
    return jobs.run_next(network=False)


def _loop(app: Flask, stop: threading.Event, kind: Kind) -> None:
    """Look again at once after work, else when woken. No trouble ends it: it is logged, and looked at anew."""
    while True:
        kind.woken.clear()
        if stop.is_set():
            return
        busy = False
        with app.app_context():
            try:
                busy = kind.look()
            except Exception:  # noqa: BLE001 - the database may go away and come back; nothing may stop the others
                log.exception("worker.trouble", look=repr(kind.look))
                db.session.rollback()
        if not busy:
            kind.woken.wait(kind.rest())


def _wake(app: Flask, stop: threading.Event, kinds: Sequence[Kind]) -> None:
    """Ask for all kinds at once what waits, and wake those for which something does; at the end wake all."""
    while not stop.is_set():
        with app.app_context():
            try:
                _ask(stop, kinds)
            except Exception:  # noqa: BLE001 - a lost connection; the next try takes another
                log.exception("worker.trouble", look="what waits")
        stop.wait(LOOK)
    for kind in kinds:
        kind.woken.set()


def _ask(stop: threading.Event, kinds: Sequence[Kind]) -> None:
    with asking() as ask:
        while not stop.wait(LOOK):
            for kind, waits in zip(kinds, ask([kind.waits() for kind in kinds]), strict=True):
                if waits:
                    kind.woken.set()


if __name__ == "__main__":
    main()
