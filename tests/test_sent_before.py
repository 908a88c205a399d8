"""The same submission with other content is never dropped in silence, at any route that takes one.

The answer says 这是刚才那件；新的事请再报一件, and leads to what the first one made.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.tickets.model import Ticket
from tests.cast import Cast
from tests.discussions.hall import SOON, begun, decided, fresh
from tests.phone import Phone

SENTENCE = "这是刚才那件；新的事请再报一件"
Door = tuple[Phone, str, dict[str, Any], str]  # who sends, whereto, the fields, the field that is other the second time


def _report(phone: Any, cast: Cast) -> Door:
    return phone(), f"/c/{cast.codes['5号楼']}/report", {"category": "light", "words": "灯不亮"}, "words"


def _more(phone: Any, cast: Cast) -> Door:
    mine = phone()
    return mine, f"{mine.report(cast.codes['5号楼'])}/more", {"words": "还在闪"}, "words"


def _sticker(phone: Any, cast: Cast) -> Door:
    return phone(), f"/c/{cast.codes['5号楼']}/sticker", {"what": "broken"}, "what"


def _topic(phone: Any, cast: Cast) -> Door:
    fields = {"title": "楼道刷墙", "words": "掉灰", "different": "1"}
    return phone().known_as("周", cast), f"/c/{cast.codes['5号楼']}/topics/new", fields, "title"


def _words_of_a_topic(phone: Any, cast: Cast) -> Door:
    return *_topic(phone, cast)[:3], "words"


def _statement(phone: Any, cast: Cast) -> Door:
    return phone().known_as("周", cast), f"/topics/{begun(cast).ref}/statements", {"words": "先装两个"}, "words"


def _reply(phone: Any, cast: Cast) -> Door:
    return phone().known_as("周", cast), f"/topics/{begun(cast).ref}/replies", {"words": "装在东门"}, "words"


def _for_somebody(phone: Any, cast: Cast) -> Door:
    fields = {"category": "light", "source": "walk_in", "words": "灯不亮"}
    return phone().sign_in("gao"), f"/desk/at/{cast.codes['5号楼']}/report", fields, "words"


def _by_the_community(phone: Any, cast: Cast) -> Door:
    fields = {"place": "银杏社区/3号院", "title": "院里装充电棚", "words": ""}
    return phone().sign_in("shen"), "/desk/topics/new", fields, "title"


def _task(phone: Any, cast: Cast) -> Door:
    fields = {"words": "东门立棚", "category": "light", "body": "", "due": SOON}
    return phone().sign_in("shen"), f"/topics/{decided(cast).ref}/tasks", fields, "words"


def _notice(phone: Any, cast: Cast) -> Door:
    fields = {"place": "银杏社区", "title": "停水", "words": "明天停水", "audience": "residents"}
    return phone().sign_in("shen"), "/keep/notices/new", fields, "words"


def _answer(phone: Any, cast: Cast) -> Door:
    mine = phone()
    address = mine.report(cast.codes["5号楼"])
    neighbour = phone()
    neighbour.get(address)
    neighbour.post(f"{address}/join")
    with writing():
        ticket = db.session.scalars(db.select(Ticket)).one()
        ticket.state, ticket.resolved_at = "resolved", now()
    return mine, f"{address}/answer", {"solved": "yes", "words": "好了", "asked_in": "1"}, "words"


def test_who_is_told_of_the_first_has_the_number_to_call_and_the_way_back_to_the_place(phone, cast) -> None:
    mine, address, fields, _other = _report(phone, cast)
    sent = fields | {"submission": fresh()}
    mine.post(address, **sent)
    mine.client.delete_cookie("place")
    assert mine.post(address, **sent | {"words": "另一件"}).status_code == 409
    assert f'href="/c/{cast.codes["5号楼"]}"' in mine.page and 'href="tel:010-00000001"' in mine.page


DOORS: dict[str, Callable[[Any, Cast], Door]] = {
    "报问题": _report, "码破了": _sticker, "补一句": _more, "回答": _answer, "提议题": _topic,
    "议题的话": _words_of_a_topic, "说一条": _statement,
    "回一句": _reply, "替人报": _for_somebody, "社区发起议题": _by_the_community, "任务": _task, "通知": _notice,
}  # fmt: skip


@pytest.mark.mainly_on("sqlite")
@pytest.mark.parametrize("door", DOORS)
def test_other_content_under_the_same_submission_is_refused_with_a_link_to_the_first(phone, cast, door) -> None:
    who, address, fields, other = DOORS[door](phone, cast)
    sent = fields | {"submission": fresh()}
    for _ in range(2):
        answer = who.post(address, **sent)
        assert answer.status_code == 303, who.page
    events = db.session.query(Event).count()
    different = "false" if other == "what" else f"{fields[other]}，另一件"
    refused = who.post(address, **sent | {other: different})
    assert (refused.status_code, SENTENCE in who.page) == (409, True), who.page
    db.session.rollback()
    assert db.session.query(Event).count() == events
    assert other == "what" or different in who.page  # nothing typed is lost
    link = re.search(r'href="([^"]+)">看刚才那件', who.page)
    assert link is not None and who.get(link[1]).status_code == 200
