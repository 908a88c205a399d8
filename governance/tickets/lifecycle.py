"""A ticket's life, as one table. To change the process, change this table.

Who may make each move is in people/access/permissions.py, under "ticket.<move>". Closing has no button: it follows
from the answers of those it concerns, or from their silence (which is never satisfaction).
"""

from governance.core.lifecycle import Ask, Lifecycle, Move, State

SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS = "submitted", "accepted", "dispatched", "in_progress"
ON_HOLD, RETURNED, PENDING_VERIFY, RESOLVED = "on_hold", "returned", "pending_verify", "resolved"
CLOSED, DECLINED, MERGED, WITHDRAWN, TO_TOPIC = "closed", "declined", "merged", "withdrawn", "to_topic"

ADDRESSED = (SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS)
RUNNING = (*ADDRESSED, RETURNED, PENDING_VERIFY)  # states in which the clock runs
FINISHED = (PENDING_VERIFY, RESOLVED, CLOSED, DECLINED, RETURNED, TO_TOPIC)
LISTED = (*RUNNING, ON_HOLD)  # states in which others may join

NOTE = Ask("note", "说一句", optional=True)
TOPIC = (
    Ask("topic", "转到哪个议题"),
    Ask("title", "新议题叫什么", longest=40, optional=True),
)

LIFE = Lifecycle(
    "ticket",
    (
        State(SUBMITTED, "待受理"),
        State(ACCEPTED, "已受理"),
        State(DISPATCHED, "已派单"),
        State(IN_PROGRESS, "处理中"),
        State(ON_HOLD, "挂账"),
        State(RETURNED, "退单审核"),
        State(PENDING_VERIFY, "待核查"),
        State(RESOLVED, "已办结待回访"),
        State(CLOSED, "已结案", open=False),
        State(DECLINED, "不予受理", open=False),
        State(MERGED, "已并单", open=False),
        State(TO_TOPIC, "转议事", open=False),
        State(WITHDRAWN, "已撤回", open=False),
    ),
    (
        Move("accept", "受理", (SUBMITTED,), ACCEPTED, (NOTE,), publishes=True),
        Move("decline", "不予受理", (SUBMITTED,), DECLINED, (Ask("note", "为什么，该找哪里"),)),
        Move("dispatch", "派单", (ACCEPTED, RETURNED), DISPATCHED, (Ask("body", "派给谁"), NOTE)),
        Move("start", "开始办", (DISPATCHED,), IN_PROGRESS, (NOTE,)),
        Move("return", "退单", (DISPATCHED, IN_PROGRESS), RETURNED, (Ask("note", "为什么退"),)),
        Move("hold", "挂账", (ACCEPTED, IN_PROGRESS), ON_HOLD, (Ask("note", "居民会看到的原因"),)),
        Move("resume", "继续办", (ON_HOLD,), IN_PROGRESS, (NOTE,)),
        Move("finish", "办结", ADDRESSED, RESOLVED, (Ask("note", "办了什么"),), brings_photos=True, publishes=True),
        Move("verify", "核查通过", (PENDING_VERIFY,), RESOLVED, (NOTE,)),
        Move("merge", "并单", (SUBMITTED, ACCEPTED, RETURNED), MERGED, (Ask("into", "并入的编号", longest=20),)),
        Move("to_topic", "转议事", (SUBMITTED, ACCEPTED, RETURNED, ON_HOLD), TO_TOPIC, TOPIC),
        Move("reopen", "重办", FINISHED, ACCEPTED, (Ask("note", "为什么重办"),), publishes=True),
        Move("withdraw", "撤回", (SUBMITTED, ACCEPTED), WITHDRAWN, (NOTE,), hesitates=True),
        Move("close", "结案", (RESOLVED,), CLOSED),
    ),
)  # fmt: skip
