"""What a worker asks the WeCom app about their work: today's workload, and the state of a ticket they may work on."""

import re

from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.phrases import AROUND, NUMBER
from governance.core.db import db
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.relay.messages.text import address
from governance.tickets import progress, queries
from governance.tickets.model import Ticket, read_number

WORKLOAD = re.compile(r"(?:我的)?(?:进度|今天|今日|今日工单|待办|工单|任务)(?:的?(?:事|活|工单|任务))?[?？。]?")
OF_A_TICKET = re.compile(rf"(?:查?进度|查一?下?|催办|催一?下?|看看)?\s{{0,3}}{NUMBER.pattern}\D{{0,12}}")


def asks_workload(turn: Turn) -> bool:
    return _is_worker_alone(turn) and WORKLOAD.fullmatch(turn.words.strip(AROUND)) is not None


def tell_workload(turn: Turn) -> str:
    """The number of tickets on each tab of the desk."""
    counts = {label: _count(turn.worker, tab) for tab, label in queries.TABS.items() if tab != "all"}
    parts = [f"{label} {count} 件" for label, count in counts.items() if count]
    return f"{'，'.join(parts) or '现在没有要办的事'}。\n{address('/desk')}"


def asks_about_own_ticket(turn: Turn) -> bool:
    return _is_worker_alone(turn) and _own_ticket(turn) is not None


def tell_state(turn: Turn) -> str:
    """The state of a ticket. Of a private one only the link behind the sign-in is told."""
    ticket = _own_ticket(turn)
    if ticket is None:
        return ""
    link = address(f"/t/{ticket.ref}")
    if ticket.private:
        return f"{ticket.number}，一件不公开的事，请登录以后看，不要跟别人谈论\n{link}"
    now, next_step = progress.now_and_next(ticket)
    return f"{ticket.number} {ticket.category.label}：{now}。{next_step}\n{link}"


def _is_worker_alone(turn: Turn) -> bool:
    return turn.group is None and bool(turn.worker.posts)


def _count(worker: Viewer, tab: str) -> str:
    found = queries.count(worker, tab)
    return "99 多" if found > 99 else str(found or "")


def _own_ticket(turn: Turn) -> Ticket | None:
    """The ticket whose number is asked for, if this worker may work on it."""
    asked = OF_A_TICKET.fullmatch(turn.words.strip(AROUND))
    id_ = read_number(asked[1]) if asked else None
    ticket = db.session.get(Ticket, id_) if id_ else None
    return ticket if ticket is not None and may(turn.worker, "ticket.work", ticket) else None
