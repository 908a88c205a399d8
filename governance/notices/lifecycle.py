"""A notice's life, as one table. To change the process, change this table.

people/access/permissions.py says who may make each move ("notice.<move>"). `finish` has no button: the worker takes it
when nothing is left to be said.
"""

from governance.core.lifecycle import Ask, Lifecycle, Move, State

DRAFT, ASKED, DECLINED, TOLD = "draft", "asked", "declined", "told"
STOPPED, DONE, WITHDRAWN = "stopped", "done", "withdrawn"
OUT = (TOLD, STOPPED, DONE)  # states in which people have been told, or some of them

LIFE = Lifecycle(
    "notice",
    (
        State(DRAFT, "还没发"),
        State(ASKED, "等人批准"),
        State(DECLINED, "没有批准"),
        State(TOLD, "正在发"),
        State(STOPPED, "已停", open=False),
        State(DONE, "已发完", open=False),
        State(WITHDRAWN, "已收回", open=False),
    ),
    (
        Move("publish", "发出", (DRAFT,), TOLD),
        Move("ask", "请人批准", (DRAFT,), ASKED),
        Move("approve", "批准并发出", (ASKED,), TOLD),
        Move("decline", "不批准", (ASKED,), DECLINED, (Ask("note", "为什么，怎么改", longest=300),)),
        Move("rewrite", "拿回来改", (ASKED, DECLINED), DRAFT),
        Move("withdraw", "不发了", (DRAFT, ASKED, DECLINED), WITHDRAWN, hesitates=True),
        Move("stop", "停发", (TOLD,), STOPPED, (Ask("note", "为什么停", longest=300),), hesitates=True),
        Move("finish", "发完", (TOLD,), DONE),
    ),
)
