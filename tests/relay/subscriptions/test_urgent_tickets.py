"""Whoever must act on a danger is told at once in WeCom, and the level above when nobody takes it."""

import uuid
from datetime import timedelta

from sqlalchemy import update

from governance.core.db import db, now, writing
from governance.people.model import Post
from governance.people.wechat import identity
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.model import Delivery, Group
from governance.tickets.model import Ticket
from governance.tickets.reminders import record_due_and_late
from governance.tickets.urgency import escalate_untaken
from tests.connected import gateway, wechat  # noqa: F401 - fixtures
from tests.peers.wechat import MESSAGE
from tests.tickets.test_urgency import DANGER, later


def cards(app, wechat) -> list[tuple[str, str]]:  # noqa: F811
    """What WeCom was asked to show, and to whom, with every own group in its quiet hours."""
    with writing():
        db.session.execute(update(Group).values(quiet_from=0, quiet_until=23))
    while expand():
        pass
    while deliver(app):
        pass
    found = [(call.body["touser"], call.body["textcard"]["title"]) for call in wechat.done if call.path == MESSAGE]
    wechat.done.clear()
    return found


def test_the_workers_of_a_danger_are_told_at_once_and_the_levels_above_when_nobody_takes_it(
    app,
    cast,
    phone,
    gateway,  # noqa: F811
    wechat,  # noqa: F811
):
    for name in ("gao", "shen", "qiao", "lin"):
        identity.bind_worker(cast.viewer(name), f"member-{name}")
    mine, gao = phone(), phone().sign_in("gao")
    there = mine.report(cast.codes["5号楼"], words=DANGER)
    assert cards(app, wechat) == [("member-gao", "【急】【新上报】路灯照明")]
    escalate_untaken()
    assert cards(app, wechat) == []
    later(10)
    assert cards(app, wechat) == [("member-shen", "【急】【还没有人接】路灯照明")]
    later(20)
    assert cards(app, wechat) == [("member-qiao", "【急】【还没有人接】路灯照明")]
    gao.get(there)
    assert gao.post(f"{there}/moves/accept").status_code == 303
    later(600)
    assert cards(app, wechat) == []
    mine.get(there)
    mine.post(f"{there}/more", words="又冒烟了，有人困在里面", submission=str(uuid.uuid4()))
    assert cards(app, wechat) == [("member-gao", "【急】【有危险】路灯照明")]


def test_where_the_grid_has_no_worker_the_community_is_told_at_once(app, cast, phone, gateway, wechat):  # noqa: F811
    identity.bind_worker(cast.viewer("shen"), "member-shen")
    with writing():
        db.session.execute(update(Post).where(Post.role == "grid").values(until=now()))
    phone().report(cast.codes["5号楼"], words="他又打我", category="violence")
    assert cards(app, wechat) == [("member-shen", "【急】【请查看】一件不公开的事")]


def test_a_late_ticket_says_who_was_told_and_only_once_somebody_was(
    app,
    cast,
    phone,
    gateway,  # noqa: F811
    wechat,  # noqa: F811
):
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    mine = phone()
    there = mine.report(cast.codes["5号楼"], words="三层灯不亮")
    cards(app, wechat)
    with writing():
        db.session.execute(update(Ticket).values(due_at=now() - timedelta(minutes=5)))
    record_due_and_late()
    page = mine.get(there).text
    assert "已经超时" in page and "提醒过" not in page
    with writing():
        db.session.execute(update(Delivery).values(due_at=now()))
        db.session.execute(update(Group).values(quiet_from=None, quiet_until=None))
    while expand():
        pass
    while deliver(app):
        pass
    assert "提醒过办的人：已经超时" in mine.get(there).text
