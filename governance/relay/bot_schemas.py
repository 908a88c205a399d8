"""The bots' doors as the OpenAPI document has them, made of what the code itself reads by."""

from governance.core.errors import Invalid, Missing, SignInNeeded, TooMuch
from governance.core.openapi import Operation, fields, listed, text, whole
from governance.core.paging import LARGEST
from governance.relay import bots

_REFUSES = (SignInNeeded, Invalid, TooMuch)
_HINTS = {
    "message_id": "one message's own mark; sent again, the answer is the same and nothing more is done",
    "group": "the group's id on the bot's side, as it was bound",
    "sender": "whatever tells one member from another; kept as a keyed hash only",
    "text": "what was said to the bot",
}
_ID = whole(most=LARGEST)
_DELIVERY = fields(
    id=_ID,
    mark=text(description="the short sign at the end of the text"),
    group=text(),
    text=text(description="to be posted as it is"),
    lease_until=text(format="date-time", description="without a report by then it is listed as unknown"),
)

HEAR = Operation(
    "hear",
    "群里人说的话，我们的回话",
    takes=fields(**{name: text(longest, description=_HINTS[name]) for name, longest in bots.MESSAGE.items()}),
    gives=fields(reply=text(description="to be said in the group")),
    refuses=(*_REFUSES, Missing),
)
LEASE = Operation(
    "lease",
    "取要发到群里的话",
    about="Each message is handed out once.",
    asked={"limit": whole(most=bots.MOST, default=bots.A_FEW)},
    gives=fields(deliveries=listed(_DELIVERY, bots.MOST)),
    refuses=_REFUSES,
)
REPORT = Operation(
    "report",
    "回报发没发成",
    about="A late report settles an unknown one; one already settled stays as it is and is listed under `left`.",
    takes=fields(
        results=listed(fields(id=_ID, outcome=text(enum=list(bots.OUTCOMES))), bots.MOST, least=1),
    ),
    gives=fields(taken=listed(_ID), left=listed(_ID)),
    refuses=_REFUSES,
)
