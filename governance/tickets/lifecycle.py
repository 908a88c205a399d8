"""A ticket's lifecycle, as one table. To change the process, change this table.

people/access/permissions.py grants each move, under "ticket.<move>". Closing has no button: the answers of the
followers close a ticket, or a timeout does. No answer never counts as satisfaction.
"""

from dataclasses import dataclass

from governance.core.lifecycle import RESIDENT, Ask, Lifecycle, Line, Move, Reader, State
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l

SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS = "submitted", "accepted", "dispatched", "in_progress"
ON_HOLD, RETURNED, PENDING_VERIFY, RESOLVED = "on_hold", "returned", "pending_verify", "resolved"
CLOSED, DECLINED, MERGED, WITHDRAWN, TO_TOPIC = "closed", "declined", "merged", "withdrawn", "to_topic"
APPEALED = "appealed"

# Residents read three states of what goes on; the step stands in `now` and `next`.
WAITING, UNDER_WAY, PUT_IN_ORDER = _l("等着看"), _l("在办"), _l("办好了")

ALL, CONCERNED, RECORD = Reader.EVERYBODY, Reader.CONCERNED, Reader.RECORD
OFFICES = ("grid", "community", "street", "district")  # from the lowest up
OFFICE, ABOVE_GRID = OFFICES[:2], OFFICES[1:]
NOTE = Ask("note", _l("说一句"), optional=True)
TOPIC = (
    Ask("topic", _l("转到哪个议题")),
    Ask("title", _l("新议题叫什么"), longest=40, optional=True),
)


@dataclass(frozen=True, kw_only=True)
class TicketState(State):
    """`now` and `next` may use %(owner)s, %(deadline)s and %(why)s. Residents may join tickets in a listed state.

    The sentences state only what the record of a ticket in this state holds, whoever reads them. Where `next` asks the
    reader something, those who cannot answer read `next_unasked`.
    """

    tone: str = "wait"
    next_unasked: AnyText = ""
    deadline: AnyText = _l("最晚 %(due)s 办好")
    overdue: AnyText = _l("原定 %(due)s 办好，已经超时")
    running: bool = False  # the clock runs
    being_done: bool = False  # a worker has taken it on
    put_right: bool = False
    new_to: tuple[str, ...] = ()  # the roles that must look at it first
    before_finish: str = ""  # a finish makes this move first


@dataclass(frozen=True, kw_only=True)
class TicketMove(Move):
    in_public: bool = False  # not for private tickets: everybody reads the result
    tells: AnyText = ""  # the resident who made it; then the phone keeps its words until they arrived
    hands_out: bool = False  # somebody outside the offices gets it; asks whether the contact goes along


STATES = (
    TicketState(
        SUBMITTED,
        _l("待受理"),
        now=_l("已经送到%(owner)s那里，等着看"),
        next=_l("%(owner)s看过就开始办，%(deadline)s"),
        stage=WAITING,
        waits_for=OFFICE,
        new_to=("grid", *ABOVE_GRID),
        before_finish="accept",
        listed=True,
        running=True,
    ),
    TicketState(
        ACCEPTED,
        _l("已受理"),
        now=_l("工作人员看过了，接下来办"),
        next=_l("%(owner)s去办，%(deadline)s"),
        stage=UNDER_WAY,
        waits_for=OFFICE,
        listed=True,
        running=True,
        being_done=True,
    ),
    TicketState(
        DISPATCHED,
        _l("已派单"),
        now=_l("已经交给%(owner)s"),
        next=_l("%(owner)s去办，%(deadline)s"),
        stage=UNDER_WAY,
        waits_for=("body",),
        new_to=("body",),
        before_finish="start",
        listed=True,
        running=True,
        being_done=True,
    ),
    TicketState(
        IN_PROGRESS,
        _l("处理中"),
        now=_l("%(owner)s在办"),
        next=_l("%(deadline)s"),
        stage=UNDER_WAY,
        waits_for=("body", *OFFICE),
        listed=True,
        running=True,
        being_done=True,
    ),
    TicketState(
        ON_HOLD,
        _l("挂账"),
        now=_l("先等一等：%(why)s"),
        next=_l("等条件具备，就接着办，会在这里告诉您"),
        stage=UNDER_WAY,
        waits_for=("body", *OFFICE),
        listed=True,
        being_done=True,
    ),
    TicketState(
        RETURNED,
        _l("退单审核"),
        now=_l("原来的单位退回来了，等社区重新安排谁来办"),
        next=_l("安排好了就接着办，%(deadline)s"),
        stage=WAITING,
        waits_for=ABOVE_GRID,
        new_to=ABOVE_GRID,
        listed=True,
        running=True,
    ),
    TicketState(
        PENDING_VERIFY,
        _l("待核查"),
        now=_l("已经办完，正等另一位工作人员核查"),
        next=_l("核查的人到现场看过，才算办好，%(deadline)s"),
        stage=UNDER_WAY,
        waits_for=OFFICE,
        listed=True,
        running=True,
    ),
    TicketState(
        RESOLVED,
        _l("已办结待回访"),
        now=_l("办完了"),
        next=_l("请您说一声：真的解决了吗？"),
        next_unasked=_l("等报的人和遇到过的邻居说一声，最多七天"),
        stage=PUT_IN_ORDER,
        tone="done",
        waits_for=(RESIDENT,),
        put_right=True,
    ),
    TicketState(
        CLOSED,
        _l("已结案"),
        now=_l("办完了，这件事结束了"),
        stage=PUT_IN_ORDER,
        tone="done",
        put_right=True,
        open=False,
    ),
    TicketState(
        DECLINED, _l("不予受理"), now=_l("这里办不了，原因写在下面"), stage=_l("这里办不了"), tone="", open=False
    ),
    TicketState(
        APPEALED,
        _l("居民不同意，待复看"),
        now=_l("报的人不同意“办不了”，已经送到上一级，等着再看一遍"),
        next=_l("上一级看完写明：接着办，还是为什么办不了，%(deadline)s"),
        deadline=_l("最晚 %(due)s 看完"),
        overdue=_l("原定 %(due)s 看完，已经超时"),
        stage=WAITING,
        waits_for=ABOVE_GRID,
        new_to=ABOVE_GRID,
        running=True,
    ),
    TicketState(
        MERGED, _l("已并单"), now=_l("和另一件是同一回事，合在一起办"), stage=_l("合在一起办"), tone="", open=False
    ),
    TicketState(
        TO_TOPIC,
        _l("转议事"),
        now=_l("转到议事厅，大家一起商量"),
        next=_l("商量和落实的结果，都能从这里点过去看"),
        stage=_l("大家商量"),
        tone="",
        open=False,
    ),
    TicketState(WITHDRAWN, _l("已撤回"), now=_l("已撤回"), tone="", open=False),
)
MOVES = (
    TicketMove(
        "accept",
        _l("受理"),
        (SUBMITTED,),
        ACCEPTED,
        (NOTE,),
        done=_l("看过了，接下来办"),
        readers=ALL,
        words=ALL,
        one_tap=True,
        publishes=True,
    ),
    TicketMove(
        "decline",
        _l("不予受理"),
        (SUBMITTED,),
        DECLINED,
        (Ask("note", _l("为什么，该找哪里")),),
        done=_l("这里办不了"),
        readers=ALL,
        words=ALL,
    ),
    TicketMove(
        "appeal",
        _l("我不同意，请上一级再看"),
        (DECLINED,),
        APPEALED,
        (Ask("note", _l("为什么不同意（只能说一次）")),),
        waits_anew=True,
        done=_l("报的人不同意，请上一级再看"),
        readers=ALL,
        words=CONCERNED,
        tells=_l("已经送到上一级，看完会在这里告诉您"),
    ),
    TicketMove(
        "send_back",
        _l("该办，发回去"),
        (APPEALED,),
        SUBMITTED,
        (NOTE,),
        waits_anew=True,
        done=_l("上一级看过，要办"),
        readers=ALL,
        words=ALL,
    ),
    TicketMove(
        "uphold",
        _l("还是办不了"),
        (APPEALED,),
        DECLINED,
        (Ask("note", _l("为什么办不了，该找哪里")),),
        done=_l("上一级看过，还是办不了"),
        readers=ALL,
        words=ALL,
    ),
    TicketMove(
        "dispatch",
        _l("派单"),
        (ACCEPTED, RETURNED),
        DISPATCHED,
        (Ask("body", _l("派给谁")), NOTE),
        done=_l("交给"),
        detail="body",
        readers=ALL,
        hands_out=True,
    ),
    TicketMove(
        "start",
        _l("开始办"),
        (DISPATCHED,),
        IN_PROGRESS,
        (NOTE,),
        done=_l("开始办了"),
        readers=ALL,
        words=ALL,
        one_tap=True,
    ),
    TicketMove(
        "return",
        _l("退单"),
        (DISPATCHED, IN_PROGRESS),
        RETURNED,
        (Ask("note", _l("为什么退")),),
        done=_l("退回来了，原来交给"),
        detail="body",
        readers=ALL,
    ),
    TicketMove(
        "hold",
        _l("挂账"),
        (ACCEPTED, IN_PROGRESS),
        ON_HOLD,
        (Ask("note", _l("居民会看到的原因")),),
        done=_l("先等一等"),
        readers=ALL,
        words=ALL,
    ),
    TicketMove(
        "resume",
        _l("继续办"),
        (ON_HOLD,),
        IN_PROGRESS,
        (NOTE,),
        done=_l("接着办"),
        readers=ALL,
        words=ALL,
        one_tap=True,
    ),
    TicketMove(
        "finish",
        _l("办结"),
        (SUBMITTED, ACCEPTED, DISPATCHED, IN_PROGRESS),
        RESOLVED,
        (Ask("note", _l("办了什么")),),
        done=_l("办完了"),
        readers=ALL,
        words=ALL,
        publishes=True,
        brings_photos=True,
    ),
    TicketMove(
        "verify",
        _l("核查通过"),
        (PENDING_VERIFY,),
        RESOLVED,
        (NOTE,),
        done=_l("核查过了，办好了"),
        readers=ALL,
        words=ALL,
        one_tap=True,
    ),
    TicketMove(
        "merge",
        _l("并单"),
        (SUBMITTED, ACCEPTED, RETURNED),
        MERGED,
        (Ask("into", _l("并入的编号"), longest=20),),
        done=_l("和另一件合在一起办，编号"),
        detail="into",
        readers=ALL,
    ),
    TicketMove(
        "to_topic",
        _l("转议事"),
        (SUBMITTED, ACCEPTED, RETURNED, ON_HOLD),
        TO_TOPIC,
        TOPIC,
        done=_l("转到议事厅"),
        detail="title",
        readers=ALL,
        in_public=True,
    ),
    TicketMove(
        "reopen",
        _l("重办"),
        (PENDING_VERIFY, RESOLVED, CLOSED, DECLINED, RETURNED, TO_TOPIC),
        ACCEPTED,
        (Ask("note", _l("为什么重办")),),
        waits_anew=True,
        done=_l("重新办，从头计时"),
        readers=ALL,
        publishes=True,
    ),
    TicketMove(
        "withdraw",
        _l("撤回"),
        (SUBMITTED, ACCEPTED, APPEALED),
        WITHDRAWN,
        (NOTE,),
        done=_l("已撤回"),
        readers=ALL,
        hesitates=True,
    ),
    TicketMove("close", _l("结案"), (RESOLVED,), CLOSED, done=_l("结束了"), readers=ALL),
)
LINES = (
    Line(
        "report", done=_l("报上来了"), readers=ALL, words=RECORD, waits_anew=True
    ),  # the page shows its words elsewhere
    Line("join", done=_l("又有人也遇到"), readers=RECORD),  # counted, not listed
    Line("nudge", done=_l("有人催了一下"), readers=CONCERNED),
    Line("photo", done=_l("照片送到了"), readers=RECORD),  # shown with the report
    Line("more", done=_l("补充了情况"), readers=CONCERNED, words=CONCERNED),
    Line("answer", done=_l("居民说"), readers=CONCERNED, words=CONCERNED, detail="solved"),
    Line("contact", done=_l("查看了联系方式"), readers=CONCERNED),
    Line("contact_change", done=_l("报的人改了联系方式"), readers=CONCERNED),
    Line("contact_withdraw", done=_l("报的人撤回了联系方式"), readers=CONCERNED),
    Line("contact_send", done=_l("让承办单位看到联系方式："), readers=CONCERNED, words=CONCERNED, detail="body"),
    Line("contact_keep", done=_l("不再让承办单位看到联系方式："), readers=CONCERNED, words=CONCERNED, detail="body"),
    Line("cover", done=_l("遮住了照片的一部分"), readers=CONCERNED, words=CONCERNED),
    Line("photo_refused", done=_l("有一张照片没收下"), readers=CONCERNED, words=CONCERNED),
    Line("erase", done=_l("报的人删去了自己留下的话、照片和联系方式")),
    Line("undo", done=_l("凭条撤回"), readers=RECORD),  # the move `withdraw` follows it
    Line("hide", done=_l("先不公开"), readers=CONCERNED, words=CONCERNED, detail="parts"),
    Line("show", done=_l("公开了"), readers=CONCERNED, words=CONCERNED, detail="parts"),
    Line("reword", done=_l("改了公开的文字"), readers=CONCERNED, words=CONCERNED),
    Line("urgent", done=_l("说到了危险，马上告诉了办事的人"), waits_anew=True),
    Line("escalate", done=_l("还没有人接，告诉了上一级")),
    Line("due", done=_l("快到期了")),
    Line("late", done=_l("到期没有办结")),
)

LIFE = Lifecycle("ticket", STATES, MOVES, LINES)

RUNNING = LIFE.states_that(lambda state: state.running)
LISTED = LIFE.states_that(lambda state: state.listed)
PUT_RIGHT = LIFE.states_that(lambda state: state.put_right)
UNTAKEN = (SUBMITTED, APPEALED)  # as in the condition of ix_ticket_urgent
BEING_DONE = LIFE.states_that(lambda state: state.being_done)
SETTLING = tuple(move.name for move in MOVES if move.target == RESOLVED)  # after these moves it counts as put right
