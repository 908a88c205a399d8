"""Answers to what came in go back the way it came: to one person, or to the address a robot's message brought."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from governance.core.db import db, now, writing
from governance.core.jobs import NotNow, enqueue, job
from governance.relay.inbox import ANSWERED, APP, OFFICIAL, REFUSED, TELLING, TOLD, UNKNOWN, Inbound
from governance.relay.wording import cut
from governance.wechat import replying
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.gateway import gateway

log = structlog.get_logger()
STILL_AN_ANSWER = timedelta(days=1)  # WeChat takes one for two days after somebody wrote
SOON = 10  # seconds until it is said once more
PEOPLE = (OFFICIAL, APP)  # whom an answer reaches by their name at the platform


@job("relay.answer_official", lease=60, tries=8, network=True)
@job("relay.answer_app", lease=60, tries=8, network=True)
def answer(inbound: int) -> None:
    """Send the answer to one person."""
    if row := _claimed(inbound):
        side = row.source
        words = cut(row.reply or "", replying.LONGEST[side])
        _tell(inbound, f"relay.answer_{side}", partial(replying.to_person, side, row.incoming.sender, words))


@job("relay.answer_later", lease=60, tries=8, network=True)
def answer_later(inbound: int) -> None:
    """A robot's answer that nobody has asked for in time goes to the address it may be sent to once."""
    if row := _claimed(inbound):
        _tell(inbound, "relay.answer_later", partial(replying.to_address, row.incoming.answer_to, row.reply or ""))


def _claimed(inbound: int) -> Inbound | None:
    """Committed before the network is touched: after a death in between nobody says it a second time.

    After a day nobody waits for it. Raises NotNow.
    """
    with writing():
        row = db.session.get(Inbound, inbound, with_for_update=True)
        if row is not None and row.state == TELLING:
            row.end(UNKNOWN)
        if row is None or row.state != ANSWERED:
            return None
        if now() - row.at > STILL_AN_ANSWER:
            row.end(REFUSED)
            return None
        require_there(row.source)
        row.state = TELLING
    db.session.rollback()
    return row


def _tell(inbound: int, name: str, send: Callable[[], None]) -> None:
    """Say it, and write down what became of it. What was surely not said is said later, by a job of this same name."""
    try:
        send()
    except Later as wait:
        _again(inbound, name, wait)
    except Lost:
        _settle(inbound, UNKNOWN)
    except (Never, Gone) as refused:
        log.warning("inbound.not_told", reason=refused.reason)
        _settle(inbound, REFUSED)
    else:
        _settle(inbound, TOLD)


def _again(inbound: int, name: str, wait: Later) -> None:
    """In its old place when everything on that side has to wait, so that nobody's answers change places."""
    seconds = max(wait.after, SOON)
    with writing():
        db.session.get_one(Inbound, inbound, with_for_update=True).state = ANSWERED
        if not wait.whole:
            enqueue(name, due_at=now() + timedelta(seconds=seconds), inbound=inbound)
    if wait.whole:
        raise NotNow(seconds)


def _settle(inbound: int, state: str) -> None:
    with writing():
        db.session.get_one(Inbound, inbound, with_for_update=True).end(state)


def require_there(source: str) -> None:
    """Raises NotNow while whoever it came from is away."""
    there = gateway().host(source if source in PEOPLE else APP)
    if there.rests:
        raise NotNow(there.rests)
