"""A topic's lifecycle, as one table. To change the process, change this table.

people/access/permissions.py grants each move as the action "topic.<move>". The first task makes the move `carry_out`,
which has no button. A state for voting belongs between discussing and decided; it is added together with ballots.
"""

from dataclasses import dataclass

from governance.core.lifecycle import RESIDENT, Ask, Lifecycle, Line, Move, Reader, State
from governance.core.translation import LazyText as _l

PROPOSED, DISCUSSING, DECIDED = "proposed", "discussing", "decided"
CARRYING_OUT, REVIEWED = "carrying_out", "reviewed"
DECLINED, MERGED, WITHDRAWN, HANDED = "declined", "merged", "withdrawn", "handed"

ALL = Reader.EVERYBODY
NOTE = Ask("note", "说一句", optional=True)
DECISION = Ask("note", "定下来的是什么", longest=1000)
PUBLIC = Ask("title", "公开的标题（不写名字、门牌、电话）", longest=40)
PUBLIC_WORDS = Ask("words", "公开的说明", longest=1000, optional=True)
URGENT = (_l("收到了，社区的人马上看"), _l("会有人联系您；您写的话不公开"))  # of a proposal with danger in it
PARTLY_DONE = (_l("有办好的了"), _l("请您说一声：办得好不好？"))  # now and next, once an outcome is done


@dataclass(frozen=True, kw_only=True)
class TopicState(State):
    """Listed: the hall shows the topic as running. The other columns say what the state allows."""

    spoken_in: bool = False  # takes statements and voices
    replied_in: bool = False
    gathers: bool = False  # takes tickets
    gives_tasks: bool = False
    counts_deeds: bool = False
    settled: bool = False  # the hall lists it as settled


STATES = (
    TopicState(
        PROPOSED,
        "待社区看过",
        now=_l("已经提上去，等社区看"),
        next=_l("看过以后公开，大家就能来商量"),
        tone="wait",
        waits_for=("community",),
        gathers=True,
    ),
    TopicState(
        DISCUSSING,
        "正在商量",
        now=_l("大家正在商量"),
        next=_l("等您说一句、表个态；说得差不多了，社区来定怎么办"),
        waits_for=(RESIDENT, "community"),
        listed=True,
        spoken_in=True,
        replied_in=True,
        gathers=True,
    ),
    TopicState(
        DECIDED,
        "已定",
        now=_l("已经定下来"),
        next=_l("社区把要做的事派给人，写明期限"),
        tone="done",
        waits_for=("community",),
        listed=True,
        replied_in=True,
        gives_tasks=True,
        counts_deeds=True,
    ),
    TopicState(
        CARRYING_OUT,
        "正在落实",
        now=_l("正在落实"),
        next=_l("办完以后，请大家说一声办得好不好"),
        tone="wait",
        waits_for=("community", "body"),
        listed=True,
        replied_in=True,
        gives_tasks=True,
        counts_deeds=True,
    ),
    TopicState(
        REVIEWED,
        "已评议",
        now=_l("办过、评过了"),
        tone="done",
        counts_deeds=True,
        settled=True,
        open=False,
    ),
    TopicState(DECLINED, "没有采纳", now=_l("没有采纳，原因写在下面"), settled=True, open=False),
    TopicState(MERGED, "并到别的议题", now=_l("和另一个议题是一回事，并在一起商量"), open=False),
    TopicState(WITHDRAWN, "提的人撤回了", now=_l("提的人撤回了"), open=False),
    TopicState(HANDED, "转给办事的人", now=_l("转给办事的人了，不公开；进展在“我的”里看"), open=False),
)


@dataclass(frozen=True, kw_only=True)
class TopicMove(Move):
    """`for_calm`, `for_urgent`: may be made with a topic without danger in it, and with one that has it."""

    for_calm: bool = True
    for_urgent: bool = True


MOVES = (
    TopicMove(
        "open",
        "开始商量",
        (PROPOSED,),
        DISCUSSING,
        (NOTE,),
        done=_l("开始商量"),
        readers=ALL,
        words=ALL,
        for_urgent=False,
    ),
    TopicMove(
        "to_ticket",
        "转成不公开的工单",
        (PROPOSED,),
        HANDED,
        (NOTE,),
        done=_l("转给办事的人"),
        for_calm=False,
    ),
    TopicMove(
        "reword",
        "换个说法，开始商量",
        (PROPOSED,),
        DISCUSSING,
        (PUBLIC, PUBLIC_WORDS),
        done=_l("开始商量"),
        readers=ALL,
    ),
    TopicMove("decide", "定下来", (DISCUSSING,), DECIDED, (DECISION,), done=_l("定下来"), readers=ALL, words=ALL),
    TopicMove("carry_out", "落实", (DECIDED,), CARRYING_OUT, done=_l("开始落实")),
    TopicMove(
        "review",
        "评议结束",
        (DECIDED, CARRYING_OUT),
        REVIEWED,
        (Ask("note", "落实得怎么样"),),
        done=_l("评议结束"),
        readers=ALL,
        words=ALL,
    ),
    TopicMove(
        "reopen",
        "重新商量",
        (DECIDED, CARRYING_OUT, REVIEWED, DECLINED),
        DISCUSSING,
        (Ask("note", "为什么"),),
        done=_l("重新商量"),
        readers=ALL,
        words=ALL,
        for_urgent=False,
    ),
    TopicMove(
        "merge",
        "并到别的议题",
        (PROPOSED, DISCUSSING),
        MERGED,
        (Ask("into", "并到哪个议题", longest=20),),
        done=_l("并到别的议题"),
        readers=ALL,
        words=ALL,
        hesitates=True,
        for_urgent=False,
    ),
    TopicMove(
        "decline",
        "不采纳",
        (PROPOSED, DISCUSSING),
        DECLINED,
        (Ask("note", "为什么，该找哪里"),),
        done=_l("没有采纳"),
        readers=ALL,
        words=ALL,
        hesitates=True,
    ),
    TopicMove("withdraw", "撤回议题", (PROPOSED,), WITHDRAWN, (NOTE,), done=_l("提的人撤回了"), hesitates=True),
)
LINES = (
    Line("propose", done=_l("提出议题"), readers=ALL),  # the page shows these words in a section of their own
    Line("answer", done=_l("社区答复"), readers=ALL, words=ALL),
    Line("task", done=_l("派了一件任务"), readers=ALL, words=ALL),
    Line("deed", done=_l("办成一件实事"), readers=ALL, words=ALL, detail="title"),
    Line("take_in", done=_l("并进来一个议题"), readers=ALL, words=ALL),
    Line("danger", done=_l("话里说到了危险")),
    Line("gather", done=_l("有一件上报转到这里")),
    Line("statement_say", done=_l("说了一条观点")),
    Line("reply_say", done=_l("回了一句")),
    Line("flag", done=_l("有人说这句话不合适")),
    Line("appeal", done=_l("有人申诉")),
    Line("hide", done=_l("收起一句话")),
    Line("show", done=_l("放出一句话")),
    Line("hand_over", done=_l("一句话转成不公开的工单")),
    Line("uphold", done=_l("申诉看过，仍收起")),
)

LIFE = Lifecycle("topic", STATES, MOVES, LINES)

SPOKEN_IN = LIFE.states_that(lambda state: state.spoken_in)
REPLIED_IN = LIFE.states_that(lambda state: state.replied_in)
LISTED = LIFE.states_that(lambda state: state.listed)
GATHERING = LIFE.states_that(lambda state: state.gathers)
SETTLED = LIFE.states_that(lambda state: state.settled)
