"""A notice's lifecycle, as one table. To change the process, change this table.

people/access/permissions.py grants each move as the action "notice.<move>". The worker makes the move `finish`, which
has no button, when nothing is left to send.
"""

from dataclasses import dataclass

from governance.core.lifecycle import PROGRAM, Ask, Lifecycle, Line, Move, Reader, State
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l

DRAFT, ASKED, DECLINED, TOLD = "draft", "asked", "declined", "told"
STOPPED, DONE, WITHDRAWN = "stopped", "done", "withdrawn"

KEEPERS = ("community", "street", "district")


@dataclass(frozen=True, kw_only=True)
class NoticeState(State):
    """Colleagues read `now` and `next`; residents read the notice, with `to_residents` above it."""

    out: bool = False  # sent to some or all groups
    why: AnyText = ""  # the label of the answer of the person who declined or stopped it, for colleagues
    to_residents: AnyText = ""


@dataclass(frozen=True, kw_only=True)
class NoticeMove(Move):
    tells: bool = False  # this move sends the notice to groups
    with_second: bool | None = None  # offered only if a second approver is required (True) or not required (False)


STATES = (
    NoticeState(
        DRAFT,
        "还没发",
        now=_l("写好了，还没有发"),
        next=_l("看过群里读到的原话，再发"),
        waits_for=KEEPERS,
        why=_l("上次为什么没批准"),
    ),
    NoticeState(
        ASKED,
        "等人批准",
        now=_l("等另一位同事看过批准"),
        next=_l("批准了就发出；自己写的不能自己批"),
        tone="wait",
        waits_for=KEEPERS,
    ),
    NoticeState(
        DECLINED,
        "没有批准",
        now=_l("没有批准，一个群也没有发"),
        next=_l("写的人拿回来改，或者不发了"),
        tone="late",
        waits_for=KEEPERS,
        why=_l("为什么没批准"),
    ),
    NoticeState(
        TOLD,
        "正在发",
        now=_l("正在发到各个群"),
        next=_l("都发过了，就记成已发完"),
        waits_for=(PROGRAM,),
        out=True,
    ),
    NoticeState(
        STOPPED,
        "已停",
        now=_l("停发了，没发出的不再发"),
        tone="late",
        why=_l("为什么停"),
        to_residents=_l("这条通知已经停发：%(why)s"),
        out=True,
        open=False,
    ),
    NoticeState(DONE, "已发完", now=_l("都发过了"), tone="done", out=True, open=False),
    NoticeState(WITHDRAWN, "已收回", now=_l("收回了，不发了"), open=False),
)
MOVES = (
    NoticeMove(
        "publish",
        "发出",
        (DRAFT,),
        TOLD,
        done=_l("发出了"),
        words=Reader.RECORD,
        one_tap=True,
        tells=True,
        with_second=False,
    ),
    NoticeMove("ask", "请人批准", (DRAFT,), ASKED, done=_l("请人批准"), one_tap=True, with_second=True),
    NoticeMove("approve", "批准并发出", (ASKED,), TOLD, done=_l("批准了"), one_tap=True, tells=True),
    NoticeMove(
        "decline", "不批准", (ASKED,), DECLINED, (Ask("note", "为什么，怎么改", longest=300),), done=_l("没有批准")
    ),
    NoticeMove("rewrite", "拿回来改", (ASKED, DECLINED), DRAFT, done=_l("拿回来改")),
    NoticeMove("withdraw", "不发了", (DRAFT, ASKED, DECLINED), WITHDRAWN, done=_l("不发了"), hesitates=True),
    NoticeMove(
        "stop", "停发", (TOLD,), STOPPED, (Ask("note", "为什么停", longest=300),), done=_l("停发"), hesitates=True
    ),
    NoticeMove("finish", "发完", (TOLD,), DONE, done=_l("发完了")),
)
LINES = (
    Line("write", done=_l("写好了"), words=Reader.RECORD),  # the page shows these words
    Line("change", done=_l("改了"), words=Reader.RECORD),
)

LIFE = Lifecycle("notice", STATES, MOVES, LINES)
