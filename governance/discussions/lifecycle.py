"""A topic's life, as one table. To change the process, change this table.

people/access/permissions.py says who may make each move ("topic.<move>"). Carrying out begins with the first task and
has no button. Voting stands between discussing and decided once there are ballots; it comes with them.
"""

from governance.core.lifecycle import Ask, Lifecycle, Move, State

PROPOSED, DISCUSSING, DECIDED = "proposed", "discussing", "decided"
CARRYING_OUT, REVIEWED = "carrying_out", "reviewed"
DECLINED, MERGED, WITHDRAWN = "declined", "merged", "withdrawn"

SPOKEN_IN = (DISCUSSING,)  # states in which statements are made and answered
REPLIED_IN = (DISCUSSING, DECIDED, CARRYING_OUT)
LISTED = (DISCUSSING, DECIDED, CARRYING_OUT)  # what the hall shows as going on
GATHERING = (PROPOSED, DISCUSSING)  # states in which tickets may still be brought into it

NOTE = Ask("note", "说一句", optional=True)
DECISION = Ask("note", "定下来的是什么", longest=1000)

LIFE = Lifecycle(
    "topic",
    (
        State(PROPOSED, "待社区看过"),
        State(DISCUSSING, "正在商量"),
        State(DECIDED, "已定"),
        State(CARRYING_OUT, "正在落实"),
        State(REVIEWED, "已评议", open=False),
        State(DECLINED, "没有采纳", open=False),
        State(MERGED, "并到别的议题", open=False),
        State(WITHDRAWN, "提的人收回了", open=False),
    ),
    (
        Move("open", "开始商量", (PROPOSED,), DISCUSSING, (NOTE,)),
        Move("decide", "定下来", (DISCUSSING,), DECIDED, (DECISION,)),
        Move("carry_out", "落实", (DECIDED,), CARRYING_OUT),
        Move("review", "评议结束", (DECIDED, CARRYING_OUT), REVIEWED, (Ask("note", "落实得怎么样"),)),
        Move("reopen", "重新商量", (DECIDED, CARRYING_OUT, REVIEWED, DECLINED), DISCUSSING, (Ask("note", "为什么"),)),
        Move("merge", "并到别的议题", GATHERING, MERGED, (Ask("into", "并到哪个议题", longest=20),), hesitates=True),
        Move("decline", "不采纳", GATHERING, DECLINED, (Ask("note", "为什么，该找哪里"),), hesitates=True),
        Move("withdraw", "收回", (PROPOSED,), WITHDRAWN, (NOTE,), hesitates=True),
    ),
)  # fmt: skip
