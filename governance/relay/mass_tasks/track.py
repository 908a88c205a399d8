"""Tracks mass tasks: whether the owner pressed 发送, what each group received, when to remind or give up.

Every change has a condition on the state before, so any number of workers may track at the same time. For a group WeCom
says 1 sent, 2 no customer any more, 3 over its quota; a group without a row has no result yet.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from governance.core.db import db, now, writing
from governance.core.web.pages import local
from governance.relay.channels.base import Outcome, Refusal, Sent, Unknown
from governance.relay.delivery.batches import carrying
from governance.relay.delivery.results import record_outcomes
from governance.relay.mass_tasks.model import ASKING, CANCELLED, DONE, UNKNOWN, WITH_OWNER, MassTask, MassTaskPart
from governance.relay.mass_tasks.quota import EVENING, MORNING
from governance.relay.mass_tasks.recall import is_due_again, lay_aside, unwanted
from governance.relay.model import SENDING, Message
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.gateway import gateway

PATH = "/cgi-bin/externalcontact/"
TASK, RESULT = f"{PATH}get_groupmsg_task", f"{PATH}get_groupmsg_send_result"
REMIND, CANCEL = f"{PATH}remind_groupmsg_send", f"{PATH}cancel_groupmsg_send"
LOOK, PAGES, AT_ONCE = timedelta(minutes=2), 50, 500
PATIENCE, RESULTS_LATE = timedelta(days=7), timedelta(days=1)
REMIND_AFTER, REMIND_APART = (timedelta(hours=2), timedelta(hours=8), timedelta(hours=20)), timedelta(hours=2)
NO_SUCH_TASK, CANNOT, REMINDED_OUT = (41046, 41047), 41093, 41094
RECEIVED: dict[int, Outcome] = {
    1: Sent(),
    2: Refusal("企业微信没有发给这个群：群主已经不在，或群解散了", None),
    3: Refusal("这个群这个月收满了", None),
}
NOT_PRESSED = "群主七天没有点发送，已取消"
NO_RESULT = "群主点了发送，可是一天也没查到这个群的结果"
DIED = "交给群主的途中程序中断"


def track_due_tasks() -> None:
    """Track every task that is due."""
    _reap()
    due = select(MassTask.id).where(MassTask.state == WITH_OWNER, MassTask.next_at <= now())
    ids = list(db.session.scalars(due.order_by(MassTask.next_at).limit(AT_ONCE)))
    db.session.rollback()
    for id_ in ids:
        track_task(id_)


def track_task(task_id: int) -> None:
    """Track one task, unless another worker just did."""
    moment = now()
    if not _change(task_id, MassTask.next_at <= moment, next_at=moment + LOOK):
        return
    task = db.session.get_one(MassTask, task_id, populate_existing=True)
    db.session.rollback()
    try:
        _settle(task, *_asked(task))
        if task.state == WITH_OWNER:
            _go_on(task)
    except Never as trouble:
        if trouble.code in NO_SUCH_TASK:
            _end(task, UNKNOWN, Unknown(trouble.reason))
        else:
            _trouble(task, trouble.reason)
    except (Later, Gone, Lost) as trouble:
        _trouble(task, trouble.reason)


def _asked(task: MassTask) -> tuple[bool, dict[str, int]]:
    """Ask whether the owner pressed, then for the results by group."""
    ours = {"msgid": task.msgid, "limit": 500}
    tasks = _pages(TASK, "task_list", ours)
    pressed = any(one.get("status") == 2 for one in tasks)
    results = _pages(RESULT, "send_list", ours | {"userid": task.owner})
    return pressed, {str(one.get("chat_id")): one.get("status", 0) for one in results}


def _pages(path: str, name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(PAGES):
        answer = gateway().read("contact", path, method="POST", json=asked | ({"cursor": cursor} if cursor else {}))
        rows = answer.get(name)
        found += [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        cursor = str(answer.get("next_cursor") or "")
        if not cursor:
            break
    return found


def _settle(task: MassTask, pressed: bool, results: dict[str, int]) -> None:
    with writing():
        task = db.session.get_one(MassTask, task.id, with_for_update=True, populate_existing=True)
        open_ = _open(task.id)
        ended = [(part, RECEIVED[results[part.chat_id]]) for part in open_ if results.get(part.chat_id) in RECEIVED]
        record_outcomes([(carrying(part.message), outcome) for part, outcome in ended])
        task.reason = None
        if pressed and task.confirmed_at is None:
            task.confirmed_at = now()
        if len(ended) == len(open_) and task.state == WITH_OWNER:
            task.state, task.ended_at = DONE, now()


def _open(task_id: int) -> list[MassTaskPart]:
    """The parts of the task without a result."""
    query = select(MassTaskPart).join(MassTaskPart.message)
    query = query.where(MassTaskPart.task_id == task_id, Message.state == SENDING)
    loads = selectinload(MassTaskPart.message).selectinload(Message.deliveries)
    return list(db.session.scalars(query.options(loads).execution_options(populate_existing=True)))


def _go_on(task: MassTask) -> None:
    """If pressed, wait for the other results; if not, remind the owner or give up."""
    if task.confirmed_at:
        if task.confirmed_at < now() - RESULTS_LATE:
            _end(task, DONE, Unknown(NO_RESULT))
    elif task.cancel_why or task.created_at < now() - PATIENCE:
        _cancel(task)
    elif _is_time_to_remind(task, now()):
        _remind(task)


def _cancel(task: MassTask) -> None:
    """Cancel at WeCom. If that is refused, it was sent or cancelled: ask for results once more, then give up."""
    try:
        gateway().call("contact", CANCEL, json={"msgid": task.msgid})
    except Never as trouble:
        if trouble.code != CANNOT:
            raise
    _settle(task, *_asked(task))
    if task.state == WITH_OWNER and not task.confirmed_at:
        _end(task, CANCELLED, Refusal(task.cancel_why or NOT_PRESSED, 0 if is_due_again(task) else None))


def _is_time_to_remind(task: MassTask, moment: datetime) -> bool:
    if task.reminded >= len(REMIND_AFTER) or not MORNING <= local(moment).hour < EVENING:
        return False
    apart = task.reminded_at is None or moment - task.reminded_at >= REMIND_APART
    return apart and moment - task.created_at >= REMIND_AFTER[task.reminded]


def _remind(task: MassTask) -> None:
    """Count the reminder before it is asked for, so that one with a lost answer counts too."""
    if not _change(task.id, MassTask.reminded == task.reminded, reminded=task.reminded + 1, reminded_at=now()):
        return
    try:
        gateway().call("contact", REMIND, json={"msgid": task.msgid})
    except Never as trouble:
        if trouble.code != REMINDED_OUT:
            raise
        _change(task.id, MassTask.reminded > 0, reminded=len(REMIND_AFTER))


def _change(task_id: int, still: Any, **values: Any) -> bool:
    """Change a task that is with its owner and unchanged since it was read; says whether it was."""
    with writing():
        mine = update(MassTask).where(MassTask.id == task_id, MassTask.state == WITH_OWNER, still)
        done = db.session.execute(mine.values(**values), execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _end(task: MassTask, state: str, outcome: Refusal | Unknown) -> None:
    """End the task and all its parts without a result."""
    with writing():
        task = db.session.get_one(MassTask, task.id, with_for_update=True, populate_existing=True)
        if task.state != WITH_OWNER:
            return
        open_ = _open(task.id)
        aside = unwanted(open_)
        record_outcomes([(carrying(part.message), outcome) for part in open_])
        if state == CANCELLED:
            lay_aside(aside)
        task.state, task.reason, task.ended_at = state, outcome.reason[:300], now()


def _trouble(task: MassTask, reason: str) -> None:
    _change(task.id, MassTask.id == task.id, reason=reason[:300])


def _reap() -> None:
    """Mark tasks whose worker died while creating them; their messages have become unknown."""
    lapsed = (MassTask.state == ASKING, MassTask.created_at < now() - timedelta(minutes=5))
    if db.session.scalar(select(MassTask.id).where(*lapsed).limit(1)) is not None:
        with writing():
            ended = update(MassTask).where(*lapsed).values(state=UNKNOWN, reason=DIED, ended_at=now())
            db.session.execute(ended, execution_options={"synchronize_session": False})
    db.session.rollback()
