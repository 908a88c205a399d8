"""Answers to what came in go back the way it came: to one person, or to the address a robot's message brought."""

from collections.abc import Callable
from functools import partial

import structlog

from governance.assistant.inbound.inbox import ANSWERED, REFUSED, TELLING, TOLD, UNKNOWN, Inbound, end
from governance.core.db import db, writing
from governance.core.jobs import NotNow, NotYet, job
from governance.relay.messages.text import cut
from governance.wechat import replying
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.reachable import require_there

log = structlog.get_logger()
SOON = 10  # seconds until it is said once more


@job("relay.answer_official", lease=60, tries=8, network=True)
@job("relay.answer_app", lease=60, tries=8, network=True)
def send_reply(inbound: int) -> None:
    """Send the answer to one person."""
    if row := _claimed(inbound):
        side = row.source
        words = cut(row.reply or "", replying.LONGEST[side])
        _tell(inbound, partial(replying.to_person, side, row.incoming.sender, words))


@job("relay.answer_later", lease=60, tries=8, network=True)
def send_reply_later(inbound: int) -> None:
    """A robot's answer that nobody has asked for in time goes to the address it may be sent to once."""
    if row := _claimed(inbound):
        _tell(inbound, partial(replying.to_address, row.incoming.answer_to, row.reply or ""))


def _claimed(inbound: int) -> Inbound | None:
    """Committed before the network is touched: after a death in between nobody says it a second time. Raises NotNow."""
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
    """Say it, and write down what became of it.

    What was surely not said is said later, in its turn. Raises NotNow when everything on that side has to wait, NotYet
    when this one alone has to.
    """
    try:
        send()
    except Later as wait:
        end(inbound, ANSWERED)
        raise (NotNow if wait.whole else NotYet)(max(wait.after, SOON)) from None
    except Lost:
        end(inbound, UNKNOWN)
    except (Never, Gone) as refused:
        log.warning("inbound.not_told", reason=refused.reason)
        end(inbound, REFUSED)
    else:
        end(inbound, TOLD)
