"""Sends replies the way their message came: to one person, or to the address that a robot's message brought."""

from collections.abc import Callable
from functools import partial

import structlog

from governance.assistant.inbound.inbox import ANSWERED, REFUSED, TELLING, TOLD, UNKNOWN, Inbound, record_reply
from governance.core.db import db, writing
from governance.core.jobs import NotNow, NotYet, job
from governance.relay.messages.text import cut
from governance.wechat import replying
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.reachable import require_there

log = structlog.get_logger()
SOON = 10  # seconds until the next try


@job("relay.answer_official", lease=60, tries=8, network=True)
@job("relay.answer_app", lease=60, tries=8, network=True)
def send_reply(inbound: int) -> None:
    """Send the reply to one person."""
    if row := _claimed(inbound):
        side = row.source
        words = cut(row.reply or "", replying.LONGEST[side])
        _tell(inbound, partial(replying.to_person, side, row.incoming.sender, words))


@job("relay.answer_later", lease=60, tries=8, network=True)
def send_reply_later(inbound: int) -> None:
    """Send a robot's reply that WeCom did not ask for in time to its response address, which works once."""
    if row := _claimed(inbound):
        _tell(inbound, partial(replying.to_address, row.incoming.answer_to, row.reply or ""))


def _claimed(inbound: int) -> Inbound | None:
    """Commit the claim before the network is touched, so that a crash cannot send twice. Raises NotNow."""
    with writing():
        row = db.session.get(Inbound, inbound, with_for_update=True)
        if row is not None and row.state == TELLING:
            row.end(UNKNOWN)
        if row is None or not row.claim():
            return None
        require_there(row.source)
    db.session.rollback()
    return row


def _tell(inbound: int, send: Callable[[], None]) -> None:
    """Send a reply and record the outcome.

    A reply that was certainly not sent is tried again in order. Raises NotNow when the whole side must wait, NotYet
    when only this reply must.
    """
    try:
        send()
    except Later as wait:
        record_reply(inbound, ANSWERED)
        raise (NotNow if wait.whole else NotYet)(max(wait.after, SOON)) from None
    except Lost:
        record_reply(inbound, UNKNOWN)
    except (Never, Gone) as refused:
        log.warning("inbound.not_told", reason=refused.reason)
        record_reply(inbound, REFUSED)
    else:
        record_reply(inbound, TOLD)
