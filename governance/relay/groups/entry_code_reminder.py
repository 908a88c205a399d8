"""A WeCom card that asks a keeper for new QR codes of their groups, from the sixth day on, at most once a day.

Who has no WeCom account reads the same on the desk. Not recorded; only a job row exists.
"""

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, select

from governance.core.db import db, now, writing
from governance.core.jobs import NotNow, enqueue_at_most_once, job
from governance.core.translation import LazyText as _l
from governance.core.web.pages import local
from governance.people.wechat.identity import handle
from governance.relay.channels.wecom_app import SEND, text_card
from governance.relay.groups.keepers import unkept
from governance.relay.messages.text import address, sanitised
from governance.relay.model import ENTRY_CODE_LASTS, Group
from governance.wechat.answers import Gone, Later, Lost, Never
from governance.wechat.gateway import gateway
from governance.wechat.reachable import APP, require_there

log = structlog.get_logger()
ABOUT, BUTTON = _l("微信的群二维码 7 天过期。请截一张新的放上去，扫码的居民才进得来。"), _l("去换")
APART, MORNING, EVENING, NAMED = timedelta(days=1), 8, 20, 3


def _ends() -> ColumnElement[bool]:
    """Groups with a keeper whose code ends within a day, or ended no more than a week ago."""
    day, moment = timedelta(days=1), now()
    due = Group.entry_code_at.between(moment - 2 * ENTRY_CODE_LASTS, moment - ENTRY_CODE_LASTS + day)
    return due & Group.archived_at.is_(None) & ~unkept()


@job("relay.remind_keepers", every=3600)
def remind_keepers() -> None:
    """Enqueue a card for each keeper with such groups and a WeCom account, by day."""
    if not gateway().has("app") or not MORNING <= local(now()).hour < EVENING:
        return
    keepers = db.session.scalars(select(Group.keeper_id).where(_ends()).distinct())
    bound = [id_ for id_ in keepers if handle(id_, "userid")]
    db.session.rollback()
    with writing():
        for id_ in bound:
            enqueue_at_most_once("relay.card_to_keeper", APART, str(id_), person_id=id_)


@job("relay.card_to_keeper", tries=4, network=True)
def card_to_keeper(person_id: int) -> None:
    """Send the card, if a code still needs it. WeCom drops it as a duplicate if a worker that died had sent it."""
    require_there(APP)
    mine = select(Group).where(_ends(), Group.keeper_id == person_id).order_by(Group.entry_code_at)
    to, groups = handle(person_id, "userid"), list(db.session.scalars(mine.limit(30)))
    names = "、".join(sanitised(group.name) for group in groups[:NAMED])
    where = address(f"/keep/groups/{groups[0].id}" if len(groups) == 1 else "/keep/relay")
    db.session.rollback()
    if not (to and groups):
        return
    title = _l("【群二维码要换了】%(count)s 个群", count=len(groups)).in_chinese
    card = text_card(title, f"{names}\n{ABOUT.in_chinese}", where, BUTTON.in_chinese)
    once = {"enable_duplicate_check": 1, "duplicate_check_interval": 4 * 3600}
    try:
        gateway().call(
            "app", SEND, json={"touser": to, "agentid": int(gateway().settings.wecom_agent_id), **card, **once}
        )
    except Later as wait:
        if wait.whole:
            raise NotNow(max(wait.after, 10)) from None
        raise
    except (Never, Gone, Lost) as trouble:
        log.warning("relay.not_reminded", reason=trouble.reason)
