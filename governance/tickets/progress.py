"""A ticket as a parcel: what is now, what comes next, and the steps so far, as far as this viewer may read them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from governance.core.db import now
from governance.core.events import Event, history
from governance.core.web.pages import Later as _l
from governance.core.web.pages import minute
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.tickets.model import Photo, Ticket
from governance.tickets.publishing import PARTS

NOW_AND_NEXT = {
    "submitted": (_l("已送到%(owner)s"), _l("看过就受理，%(due)s 前办")),
    "accepted": (_l("%(owner)s已受理"), _l("%(due)s 前办好")),
    "dispatched": (_l("已派给%(owner)s"), _l("%(owner)s去办，%(due)s 前办好")),
    "in_progress": (_l("%(owner)s正在办"), _l("%(due)s 前办好")),
    "on_hold": (_l("先挂着：%(why)s"), _l("条件到了接着办，会在这里告诉您")),
    "returned": (_l("承办单位退回，社区在协调"), _l("社区定谁来办")),
    "pending_verify": (_l("说是办好了，等人核查"), _l("另一个人去现场看过才算")),
    "resolved": (_l("已办结"), _l("请您说一声：真的解决了吗？")),
    "closed": (_l("已结案"), ""),
    "declined": (_l("这里办不了，见下面的说明"), ""),
    "merged": (_l("和另一件是同一回事，并在一起办"), ""),
    "withdrawn": (_l("已撤回"), ""),
    "to_topic": (_l("转到议事厅，大家一起商量"), _l("商量和落实的结果，都能从这里点过去看")),
}
DONE = {
    "report": _l("已上报"),
    "accept": _l("已受理"),
    "decline": _l("不予受理"),
    "dispatch": _l("已派给"),
    "start": _l("开始办了"),
    "return": _l("承办单位退回"),
    "hold": _l("先挂着"),
    "resume": _l("接着办"),
    "finish": _l("办结"),
    "verify": _l("核查通过"),
    "merge": _l("并到编号"),
    "reopen": _l("重新办，从头计时"),
    "withdraw": _l("已撤回"),
    "close": _l("结案"),
    "join": _l("又有人也遇到"),
    "nudge": _l("有人催了一下"),
    "more": _l("补充了情况"),
    "answer": _l("居民说"),
    "contact": _l("查看了联系方式"),
    "undo": _l("凭条撤回"),
    "to_topic": _l("转到议事厅"),
    "hide": _l("先不公开"),
    "show": _l("公开了"),
    "due": _l("快到期了"),
    "late": _l("到期没有办结"),
}
FOR_ALL = {"report", "accept", "decline", "dispatch", "start", "return", "hold", "resume", "finish", "verify"} | {
    "merge", "reopen", "withdraw", "close", "to_topic"
}  # fmt: skip
OFFICE = {"due", "late"}  # told to those who have it
SAID = {"yes": "解决了", "partly": "好了一部分", "no": "没解决"}
STAFF_WORDS = {"accept", "decline", "start", "hold", "resume", "finish", "verify", "hide", "show"}  # to all who see it
TONES = {"resolved": "done", "closed": "done", "declined": "", "merged": "", "withdrawn": "", "to_topic": ""}


@dataclass(frozen=True)
class Step:
    label: str
    at: datetime
    who: str
    words: str = ""
    photos: list[Photo] = field(default_factory=list)


def tone(ticket: Any) -> str:
    """The colour of its chip (a ticket's, or its face's); the label says the same in words."""
    return "late" if ticket.is_late else TONES.get(ticket.state, "wait")


def now_and_next(ticket: Ticket) -> tuple[str, str]:
    facts = {"owner": ticket.owner, "due": minute(ticket.due_at), "why": ticket.hold_reason or ""}
    here, then = NOW_AND_NEXT[ticket.state]
    return str(here) % facts, str(then) % facts


def steps(ticket: Ticket, viewer: Viewer) -> list[Step]:
    """What was done, the newest first. Others see what staff did; those in charge see all of it."""
    in_charge, mine = may(viewer, "ticket.work", ticket), may(viewer, "ticket.withdraw", ticket)
    may_see = may(viewer, "ticket.photos", ticket)
    silent = {"join"} if in_charge else {"join", *OFFICE}  # joining is counted, not listed
    shown_verbs = DONE.keys() - silent if in_charge or mine else FOR_ALL
    found = [event for event in history("ticket", ticket.id) if event.verb in shown_verbs]
    shown = [_step(ticket, event, in_charge, in_charge or mine, may_see) for event in found]
    return shown[::-1]


def _step(ticket: Ticket, event: Event, in_charge: bool, all_words: bool, may_see: bool) -> Step:
    words = event.words or ""
    readable = in_charge or event.verb in STAFF_WORDS or (all_words and event.verb in ("more", "answer"))
    parts = "、".join(PARTS[part] for part in event.data.get("parts", ()))
    named = (event.data.get(name) for name in ("body", "into", "title"))
    detail = next(filter(None, named), SAID.get(event.data.get("solved", ""), "") or parts)
    label = f"{DONE[event.verb]}{' ' + detail if detail else ''}"
    by_staff = event.actor not in ("居民", "系统", "凭条人")
    who = event.actor if by_staff or in_charge else ""
    shown = words if readable and event.verb != "report" else ""
    return Step(label, event.at, who, shown, _photos(ticket, event) if may_see else [])


def _photos(ticket: Ticket, event: Event) -> list[Photo]:
    """The photos of a step, on the step that brought them; a step done twice shows them on its last."""
    if not event.data.get("photos") or event.verb == "report":
        return []
    near = [photo for photo in ticket.photos if photo.step == event.verb and photo.at <= event.at]
    return near[-event.data["photos"] :]


def ago(ticket: Any) -> str:
    """How long it took, or has taken so far."""
    hours = int(((ticket.closed_at or ticket.resolved_at or now()) - ticket.submitted_at).total_seconds() // 3600)
    if hours < 1:
        return _("不到 1 小时")
    return _("%(n)s 天", n=hours // 24) if hours >= 48 else _("%(n)s 小时", n=hours)
