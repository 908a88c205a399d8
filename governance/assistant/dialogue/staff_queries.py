"""What a worker asks the WeCom app about their work: how much there is today, and how one of their tickets stands."""

import re

from sqlalchemy import select

from governance.assistant.language.phrases import NUMBER
from governance.core.db import db
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.places.kinds import CODED
from governance.places.model import Place
from governance.relay.messages.text import address
from governance.tickets import progress, queries
from governance.tickets.model import Ticket, read_number

HOW_MUCH = re.compile(r"(?:我的)?(?:进度|今天|今日|今日工单|待办|工单|任务)(?:的?(?:事|活|工单|任务))?[?？。]?")
OF_A_TICKET = re.compile(rf"(?:查?进度|查一?下?|催办|催一?下?|看看)?\s{{0,3}}{NUMBER.pattern}\D{{0,12}}")
MOST_PLACES = 500


def answer_staff(worker: Viewer, words: str) -> str:
    """Nothing to whoever is not at work, and to what is not about it."""
    if not worker.posts:
        return ""
    if HOW_MUCH.fullmatch(words):
        return _how_much(worker)
    asked = OF_A_TICKET.fullmatch(words)
    ticket = _in_hand(worker, asked[1]) if asked else None
    return _how_it_stands(ticket) if ticket else ""


def _how_much(worker: Viewer) -> str:
    counts = {label: _count(worker, tab) for tab, label in queries.TABS.items() if tab != "all"}
    parts = [f"{label} {count} 件" for label, count in counts.items() if count]
    return f"{'，'.join(parts) or '现在没有要办的事'}。\n{address('/desk')}"


def _count(worker: Viewer, tab: str) -> str:
    found = queries.count(worker, tab)
    return "99 多" if found > 99 else str(found or "")


def _in_hand(worker: Viewer, number: str) -> Ticket | None:
    id_ = read_number(number)
    ticket = db.session.get(Ticket, id_) if id_ else None
    return ticket if ticket is not None and may(worker, "ticket.work", ticket) else None


def _how_it_stands(ticket: Ticket) -> str:
    """Of a private one nothing stands outside the sign-in but where to read it, as when a worker is told of one."""
    link = address(f"/t/{ticket.ref}")
    if ticket.private:
        return f"{ticket.number}，一件不公开的事，请登录以后看，不要跟别人谈论\n{link}"
    here, then = progress.now_and_next(ticket)
    return f"{ticket.number} {ticket.category.label}：{here}。{then}\n{link}"


def places_of(worker: Viewer) -> list[Place]:
    """The courtyards and buildings where they serve, so that a report may name one."""
    areas = worker.areas("grid", "grid")
    query = select(Place).where(Place.grid_id.in_(areas), Place.kind.in_(CODED))
    return list(db.session.scalars(query.order_by(Place.id).limit(MOST_PLACES))) if areas else []
