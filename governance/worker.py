"""The process that does what requests leave for later: photos, seals, deliveries. Any number may run on PostgreSQL."""

import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

import structlog
from flask import Flask

from governance.assistant.inbound.robot_connection import keep_connected
from governance.core import events, jobs
from governance.core.config import load
from governance.core.db import db
from governance.relay import channels
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.web.app import build

log = structlog.get_logger()
LOOK = 0.25  # seconds between two looks when there was nothing to do


def main() -> None:
    """Run until SIGTERM or SIGINT; work in hand is finished first."""
    app, stop = build(load()), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run(app, stop)


def run(app: Flask, stop: threading.Event) -> None:
    threads = [threading.Thread(target=_loop, args=(app, stop, look)) for look in looks(app)]
    threads.append(threading.Thread(target=keep_connected, args=(app, stop)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def looks(app: Flask) -> tuple[Callable[[], bool], ...]:
    """What is looked after, each in a thread of its own, so that a slow network holds up no photo."""
    speakers = (partial(deliver, app, (name,)) for name in channels.pushing())
    return (work, partial(jobs.run_next, network=True), seal, expand, *speakers)


def work() -> bool:
    jobs.plan_periodic()
    return jobs.run_next(network=False)


def seal() -> bool:
    return events.seal()


def _loop(app: Flask, stop: threading.Event, look: Callable[[], bool]) -> None:
    """Look again at once after work, else after a moment. No trouble ends it: it is logged, and looked at anew."""
    while not stop.is_set():
        busy = False
        with app.app_context():
            try:
                busy = look()
            except Exception:  # noqa: BLE001 - the database may go away and come back; nothing may stop the others
                log.exception("worker.trouble", look=repr(look))
                db.session.rollback()
        if not busy:
            stop.wait(LOOK)


if __name__ == "__main__":
    main()
