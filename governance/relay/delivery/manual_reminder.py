"""A WeCom card that sends a worker to 待转发 when deliveries wait there, at most once in four hours.

It goes to the workers of the grid, or of the community where a group is in no grid. Not recorded; only a job row
exists.
"""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select

from governance.core.db import db, in_literals, now, writing
from governance.core.jobs import NotNow, enqueue_at_most_once, job
from governance.core.web.pages import local
from governance.people.access.current import viewer_of
from governance.people.model import Person, Post
from governance.people.wechat.identity import handle
from governance.relay.channels.manual import Manual
from governance.relay.channels.wecom_app import SEND, text_card
from governance.relay.delivery.manual import Card, cards
from governance.relay.delivery.quiet_hours import may_go
from governance.relay.messages.text import address, sanitised
from governance.relay.model import DUE, Delivery, Group
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.gateway import gateway
from governance.wechat.reachable import APP, require_there

log = structlog.get_logger()
APART = timedelta(hours=4)
MORNING, EVENING = 8, 20  # local hours in which deliveries that are not urgent are reminded of
NAMED = 3


@job("relay.remind_workers", every=300)
def remind_workers() -> None:
    """Enqueue a card for each worker with waiting deliveries, a WeCom account, and no card for a while."""
    if not gateway().has("app"):
        return
    bound = [id_ for id_ in _workers(MORNING <= local(now()).hour < EVENING) if handle(id_, "userid")]
    db.session.rollback()
    with writing():
        for id_ in bound:
            enqueue_at_most_once("relay.card_to_worker", APART, str(id_), person_id=id_)


def _workers(by_day: bool) -> list[int]:
    """The workers whose groups have waiting deliveries; at night only urgent ones count."""
    moment = now()
    waiting = select(Group.grid_id, Group.community_id).join(Delivery, Delivery.group_id == Group.id).distinct()
    waiting = waiting.where(
        Delivery.channel == Manual.name, in_literals(Delivery.state, (DUE,)), Delivery.due_at <= moment
    )
    if not by_day:
        waiting = waiting.where(Delivery.urgent)
    areas = db.session.execute(waiting.where(may_go(moment))).all()
    grids = {row.grid_id for row in areas if row.grid_id}
    communities = {row.community_id for row in areas if row.community_id and not row.grid_id}
    theirs = or_(
        (Post.role == "grid") & Post.place_id.in_(grids), (Post.role == "community") & Post.place_id.in_(communities)
    )
    return list(db.session.scalars(select(Post.person_id).where(theirs, Post.serving(moment)).distinct()))


@job("relay.card_to_worker", tries=4, network=True)
def card_to_worker(person_id: int) -> None:
    """Send a card with what still waits. WeCom drops it as a duplicate if a worker that died had sent it."""
    require_there(APP)
    to, found = handle(person_id, "userid"), cards(viewer_of(db.session.get_one(Person, person_id)))
    body = _card(found) if found else {}
    db.session.rollback()
    if not (to and body):
        return
    try:
        gateway().call("app", SEND, json={"touser": to, **body})
    except Later as wait:
        if wait.whole:
            raise NotNow(max(wait.after, 10)) from None
        raise
    except (Never, Gone, Lost) as trouble:
        log.warning("relay.not_reminded", reason=trouble.reason)


def _card(found: list[Card]) -> dict[str, Any]:
    names = list(dict.fromkeys(sanitised(group.name) for card in found for group in card.groups))
    groups = "、".join(names[:NAMED]) + (f"等 {len(names)} 个群" if len(names) > NAMED else "")
    title = f"【待转发】{len(found)} 条" + ("，有急的" if found[0].urgent else "")
    about = f"要发到：{groups}\n点开，一点就复制，发到群里，再点“已转发”。"
    return text_card(title, about, address("/desk/relay"), "去转发") | {
        "agentid": int(gateway().settings.wecom_agent_id),
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 4 * 3600,
    }
