"""Notices: who may write, approve, tell and stop them, and who hears them."""

import threading
import uuid
from contextlib import suppress
from urllib.parse import quote

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, now, writing
from governance.core.errors import Forbidden, Refused
from governance.core.events import Event
from governance.core.web.pages import local
from governance.notices import actions, jobs, telling
from governance.notices.approvers import approvers
from governance.notices.model import Notice
from governance.notices.progress import UNOWED, progress, remaining_groups, table
from governance.notices.progress import lot as lot_of
from governance.notices.reach import reach
from governance.people.access.current import viewer_of
from governance.people.access.viewer import Viewer
from governance.people.staff import actions as people
from governance.relay.channels.wecom_webhook import WecomWebhook
from governance.relay.delivery import manual
from governance.relay.delivery.actions import retry
from governance.relay.delivery.claims import claim
from governance.relay.delivery.hooks import STOPPED
from governance.relay.delivery.in_flight import start
from governance.relay.delivery.quiet_hours import Hours
from governance.relay.groups import binding
from governance.relay.model import ONLY_ANSWERS, Delivery, Group
from governance.tickets import record
from governance.tickets.reporting import reports
from tests.at_once import at_once
from tests.notices.conftest import expand_all


def heard_by() -> set[int]:
    return set(db.session.scalars(select(Delivery.group_id)))


def publish(cast, notice, by_whom="shen") -> None:
    actions.make_move(notice, "publish", cast.viewer(by_whom), {})
    expand_all()


def test_a_notice_is_told_in_and_below_its_place_and_nowhere_else(cast, bind, write) -> None:
    inside = {bind("银杏社区"), bind("3号院"), bind("5号楼")}
    for place, audience in (("柳荫街道", "residents"), ("8号院", "residents"), ("5号楼", "workers")):
        bind(place, audience)
    publish(cast, write())
    assert heard_by() == inside


def test_both_audiences_hear_what_is_for_both_each_in_its_words(cast, bind, write) -> None:
    both = {bind("5号楼"), bind("5号楼", "workers")}
    notice = write(audience="both")
    publish(cast, notice)
    assert heard_by() == both
    words = telling.preview(notice)
    assert "【银杏社区通知】周四停水" in words["residents"] and "工作通知" in words["workers"]


def test_the_preview_is_what_the_group_is_told(cast, bind, write) -> None:
    bind("5号楼")
    notice = write(words="第一行 2026-11-26\n\n第二行 电话 13912345678 看 http://evil.example/x\n" + "长" * 400)
    shown = telling.preview(notice)["residents"]
    publish(cast, notice)
    (card,) = manual.cards(cast.viewer("gao"))
    assert card.words.rpartition("\n")[0] == shown.rpartition("\n")[0]
    assert "13912345678" not in shown and "evil" not in shown and f"/notices/{notice.ref}" in shown
    assert "没完" in shown and "〔号码见全文〕" in shown and "2026年11月26日" in shown


def test_a_notice_is_one_card_for_all_groups_whatever_else_each_of_them_waits_for(cast, bind, write) -> None:
    ids = [bind("5号楼"), bind("6号楼")]
    with writing():
        somebody = Viewer(person_id=cast.people["gao"])
        ticket = reports.submit_report(cast.place("5号楼"), somebody, cast.category("lift"), str(uuid.uuid4()))
        record.record_event(ticket, "finish", somebody)
    publish(cast, write())
    cards = manual.cards(cast.viewer("gao"))
    (notice,) = [card for card in cards if "停水" in card.words]
    assert [group.id for group in notice.groups] == ids and len(cards) == 2
    assert manual.forwarded(cast.viewer("gao"), ids, notice.events) == 2


def test_many_groups_need_a_second_person_and_the_author_is_never_that(app, cast, bind, write) -> None:
    app.extensions["settings"].notice_alone_groups = 1
    bind("3号院"), bind("5号楼")
    notice = write()
    with pytest.raises(Refused, match="另一位"):
        actions.make_move(notice, "publish", cast.viewer("shen"), {})
    actions.make_move(notice, "ask", cast.viewer("shen"), {})
    for who in ("shen", "tang", "gao"):
        with pytest.raises(Forbidden):
            actions.make_move(notice, "approve", cast.viewer(who), {"seen": notice.digest})
    actions.make_move(notice, "approve", cast.viewer("qiao"), {"seen": notice.digest})
    expand_all()
    assert notice.approver_id == cast.people["qiao"] and len(heard_by()) == 2


def test_nobody_changes_what_another_wrote_or_what_waits_for_approval(cast, write) -> None:
    notice, told = write(), {"title": "别的", "words": "别的", "audience": "residents", "urgent": False}
    with pytest.raises(Forbidden):
        actions.change(notice, cast.viewer("qiao"), cast.place("银杏社区"), **told)
    actions.make_move(notice, "ask", cast.viewer("shen"), {})
    with pytest.raises(Refused):
        actions.change(notice, cast.viewer("shen"), cast.place("银杏社区"), **told)
    actions.make_move(notice, "decline", cast.viewer("qiao"), {"note": "请写清楚几点来水"})
    assert notice.answer == "请写清楚几点来水"
    actions.make_move(notice, "rewrite", cast.viewer("shen"), {})
    actions.change(notice, cast.viewer("shen"), cast.place("3号院"), **told)
    assert notice.title == "别的" and notice.place_id == cast.places["3号院"]


def test_who_wrote_a_notice_reads_why_it_was_not_approved(cast, write, phone) -> None:
    notice = write()
    actions.make_move(notice, "ask", cast.viewer("shen"), {})
    actions.make_move(notice, "decline", cast.viewer("qiao"), {"note": "请写清楚几点来水"})
    shen = phone()
    shen.sign_in("shen")
    assert "为什么没批准：请写清楚几点来水" in shen.get(f"/keep/notices/{notice.id}").text


def test_what_is_approved_is_what_was_read(cast, bind, write) -> None:
    bind("5号楼")
    notice, shen = write(), cast.viewer("shen")
    read = notice.digest
    told = {"title": "别的", "words": "别的", "audience": "residents", "urgent": False}
    for name in ("ask", "rewrite"):
        actions.make_move(notice, name, shen, {})
    actions.change(notice, shen, cast.place("银杏社区"), **told)
    actions.make_move(notice, "ask", shen, {})
    with pytest.raises(Refused, match="再看一遍"):
        actions.make_move(notice, "approve", cast.viewer("qiao"), {"seen": read})
    actions.make_move(notice, "approve", cast.viewer("qiao"), {"seen": notice.digest})


def test_a_worker_writes_no_notices_and_nobody_beyond_their_places(cast, write) -> None:
    for who, place in (("gao", "银杏社区"), ("shen", "海棠社区"), ("shen", "柳荫街道")):
        with pytest.raises(Forbidden):
            write(who, place)


def test_stopping_lays_aside_what_is_not_out_and_keeps_what_is(cast, bind, write) -> None:
    told, waits = bind("3号院"), bind("5号楼")
    notice = write()
    publish(cast, notice)
    manual.forwarded(cast.viewer("gao"), [told], [notice.event_id])
    actions.make_move(notice, "stop", cast.viewer("qiao"), {"note": "写错了时间"})
    states = dict(db.session.execute(select(Delivery.group_id, Delivery.state)).all())
    assert states == {told: "sent", waits: "failed"}
    assert find_by(Delivery, group_id=waits).reason == STOPPED
    assert manual.cards(cast.viewer("gao")) == []
    assert retry(db.session.get_one(Group, waits), cast.viewer("shen")) == 0


def test_what_a_worker_has_claimed_is_not_sent_after_the_stop(app, cast, bind, write) -> None:
    bind("5号楼", channel="wecom_webhook")
    notice = write()
    publish(cast, notice)
    channel = WecomWebhook(app.extensions["settings"])
    (parcel,) = claim(channel, 10)
    actions.make_move(notice, "stop", cast.viewer("shen"), {"note": "写错了"})
    assert start(channel, [parcel]) == []


def test_a_stop_while_groups_are_still_being_owed_it_ends_that_too(cast, bind, write) -> None:
    bind("5号楼")
    notice = write()
    actions.make_move(notice, "publish", cast.viewer("shen"), {})
    actions.make_move(notice, "stop", cast.viewer("shen"), {"note": "写错了"})
    expand_all()
    assert heard_by() == set()


def test_a_notice_is_done_when_nothing_waits_any_more(cast, bind, write) -> None:
    group = bind("5号楼")
    notice = write()
    publish(cast, notice)
    jobs.finish_told()
    assert db.session.get_one(Notice, notice.id).state == "told"
    manual.forwarded(cast.viewer("gao"), [group], [notice.event_id])
    jobs.finish_told()
    assert db.session.get_one(Notice, notice.id, populate_existing=True).state == "done"


def test_the_reach_says_who_hears_who_waits_for_a_human_and_who_cannot_be_reached(cast, bind) -> None:
    bind("3号院"), bind("5号楼"), bind("6号楼", channel="wecom_webhook")
    gone, silent = (db.session.get_one(Group, bind(place)) for place in ("银杏社区", "第一网格"))
    binding.archive(gone, cast.viewer("du")), binding.disable(silent, cast.viewer("du"))
    found = reach(cast.place("银杏社区"), ("residents",), urgent=False)
    assert (found.groups, found.by_hand, found.disabled, found.archived) == (3, 2, 1, 1)
    assert found.minutes == 1


def test_groups_that_sleep_are_said_to_hear_it_later_and_when(cast, phone, bind, write) -> None:
    id_, hour = bind("5号楼"), local(now()).hour
    group, wakes = db.session.get_one(Group, id_), (hour + 2) % 24
    binding.change(group, cast.viewer("du"), group.name, {}, group.places, Hours(hour, wakes))
    other = db.session.get_one(Group, bind("6号楼"))
    binding.change(other, cast.viewer("du"), other.name, {}, other.places, Hours(digest_hour=wakes))
    found = reach(cast.place("银杏社区"), ("residents",), urgent=False)
    assert [(lot.hour, lot.groups) for lot in found.quiet] == [(wakes, 1)] and found.later == 1
    page = phone().sign_in("shen").get(f"/keep/notices/{write().id}").text
    assert f"到 {wakes} 点才发给 1 个群" in page


def test_what_is_urgent_is_told_to_staff_who_sleep_at_once(cast, bind) -> None:
    group, hour = db.session.get_one(Group, bind("5号楼", "workers")), local(now()).hour
    binding.change(group, cast.viewer("du"), group.name, {}, group.places, Hours(hour, (hour + 2) % 24))
    assert reach(cast.place("银杏社区"), ("workers",), urgent=True).quiet == ()


def test_the_report_names_every_place_of_a_group(cast, write) -> None:
    places = [cast.place("5号楼"), cast.place("6号楼")]
    binding.add(cast.viewer("shen"), "manual", "residents", "两楼群", {}, places)
    notice = write()
    publish(cast, notice)
    assert [row[:2] for row in table(notice)] == [("群", "地点"), ("两楼群", "5号楼、6号楼")]


def test_the_report_counts_by_reason_and_lists_every_group(cast, bind, write) -> None:
    told, _, silent = bind("3号院"), bind("5号楼"), bind("6号楼")
    binding.disable(db.session.get_one(Group, silent), cast.viewer("du"), "群散了")
    notice = write()
    publish(cast, notice)
    manual.forwarded(cast.viewer("gao"), [told], [notice.event_id])
    found = progress(notice)
    assert (found.of("sent"), found.of("by_hand"), found.silent, found.percent) == (1, 1, 1, 50)
    rows = list(table(notice))
    assert len(rows) == 4 and {row[5] for row in rows[1:]} == {"已发出", "等人转发", "没有发"}


def test_the_preview_does_not_promise_a_group_whose_robot_only_answers_and_the_report_lists_it(
    cast, phone, bind, write, silent_robot
) -> None:
    bind("5号楼")
    notice, shen = write(), phone().sign_in("shen")
    preview = shen.get(f"/keep/notices/{notice.id}").text
    assert "会发到 1 个群" in preview and f"1 个：{ONLY_ANSWERS}" in preview
    publish(cast, notice)
    page = shen.get(f"/keep/notices/{notice.id}").text
    assert "已发出 0 / 1 个群" in page and "另有 1 个群没有发" in page and ONLY_ANSWERS in page
    address = f"/keep/notices/{notice.id}/groups?standing=left_out&reason={quote(ONLY_ANSWERS)}"
    assert silent_robot.name in shen.get(address).text
    rows = {row[0]: row[5:7] for row in table(notice)}
    assert rows[silent_robot.name] == ("没有发", ONLY_ANSWERS) and len(rows) == 3


def test_a_notice_is_not_told_where_every_robot_only_answers(cast, write, silent_robot) -> None:
    with pytest.raises(Refused, match="没有能听到的群"):
        actions.make_move(write(), "publish", cast.viewer("shen"), {})


def test_the_figures_of_a_notice_add_up_at_every_moment(cast, phone, bind, write) -> None:
    told, silent = bind("5号楼"), bind("3号院")
    bind("6号楼")
    binding.disable(db.session.get_one(Group, silent), cast.viewer("du"), "群散了")
    notice, shen = write(), phone().sign_in("shen")

    def figures() -> list[str]:
        page = shen.get(f"/keep/notices/{notice.id}").text
        found = progress(notice)
        assert f"已发出 {found.of('sent')} / {found.groups} 个群" in page and f"另有 {found.silent} 个群没有发" in page
        assert found.groups + found.silent == len(list(table(notice))) - 1
        for lot in found.lots + found.left_out:
            listed = (remaining_groups if lot.standing in UNOWED else lot_of)(notice, lot.standing, lot.reason, "")
            assert len(listed.rows) == lot.groups
        return [f"{lot.label} {lot.groups} {lot.reason}".strip() for lot in found.lots + found.left_out]

    actions.make_move(notice, "publish", cast.viewer("shen"), {})
    assert figures() == ["正在排队 2", "没有发 1 群散了"]
    late = bind("第一网格")
    assert figures() == ["正在排队 2", "没有发 1 群散了"]
    expand_all()
    assert figures() == ["等人转发 2", "没有发 1 群散了"] and late not in heard_by()
    binding.enable(db.session.get_one(Group, silent), cast.viewer("du"))
    manual.forwarded(cast.viewer("gao"), [told], [notice.event_id])
    assert figures() == ["已发出 1", "等人转发 1", "没有发 1 发通知的时候它还听不到"]
    binding.disable(db.session.get_one(Group, late), cast.viewer("du"), "群散了")
    assert figures()[-1] == "没有发 1 发通知的时候它还听不到"


def test_a_notice_stopped_before_its_turn_lists_the_groups_that_did_not_get_it(cast, bind, write) -> None:
    bind("5号楼")
    notice = write()
    actions.make_move(notice, "publish", cast.viewer("shen"), {})
    actions.make_move(notice, "stop", cast.viewer("shen"), {"note": "写错了"})
    assert [(lot.groups, lot.reason) for lot in progress(notice).left_out] == [(1, STOPPED)]


def test_all_of_it_is_on_record(cast, bind, write) -> None:
    bind("5号楼")
    notice = write()
    publish(cast, notice)
    actions.make_move(notice, "stop", cast.viewer("shen"), {"note": "写错了"})
    lines = db.session.scalars(select(Event).filter_by(noun="notice").order_by(Event.id)).all()
    assert [line.verb for line in lines] == ["write", "publish", "stop"]
    assert lines[1].data["groups"] == 1 and lines[2].data["laid_aside"] == 1


def test_the_same_draft_sent_twice_is_one(cast) -> None:
    told = {"title": "停水", "words": "停水", "audience": "both", "urgent": True}
    submission = str(uuid.uuid4())
    twice = [actions.write(cast.place("银杏社区"), cast.viewer("shen"), submission, **told).id for _ in range(2)]
    assert len(set(twice)) == 1


def test_who_writes_to_many_groups_reads_who_could_approve_it(app, cast, phone, bind, write) -> None:
    app.extensions["settings"].notice_alone_groups = 1
    bind("3号院"), bind("5号楼")
    notice, shen = write(), phone().sign_in("shen")
    for _ in ("before it is asked for", "while it waits"):
        page = shen.get(f"/keep/notices/{notice.id}").text
        assert "能批准的同事：qiao、du" in page and "没有别人能批准" not in page
        if notice.may_change:
            actions.make_move(notice, "ask", cast.viewer("shen"), {})
    assert "能批准的同事" not in phone().sign_in("qiao").get(f"/keep/notices/{notice.id}").text


def test_an_author_whom_nobody_can_help_is_told_so_and_what_to_do(app, cast, phone, bind, write) -> None:
    app.extensions["settings"].notice_alone_groups = 1
    bind("3号院"), bind("5号楼")
    notice, du = write("du", "示范区"), phone().sign_in("du")
    page = du.get(f"/keep/notices/{notice.id}").text
    assert "没有别人能批准" in page and "区级工作人员，示范区" in page
    actions.make_move(notice, "ask", cast.viewer("du"), {})
    page = du.get(f"/keep/notices/{notice.id}").text
    assert "没有别人能批准" in page and du.get(f"/keep/people/new?at={notice.place_id}").status_code == 200
    assert f'href="/keep/people/new?at={notice.place_id}"' in page
    second, _password = people.add_staff(cast.viewer("du"), "du-second", "区里另一位", "district", notice.place)
    assert "能批准的同事：区里另一位" in du.get(f"/keep/notices/{notice.id}").text
    actions.make_move(notice, "approve", viewer_of(second), {"seen": notice.digest})
    people.disable(second, cast.viewer("du"))
    assert approvers(notice).count == 0


def test_a_draft_sent_twice_at_one_instant_is_one(app, cast, monkeypatch):
    look, both, mark = actions.one, threading.Barrier(2), str(uuid.uuid4())

    def together(*args, **more):
        first = look(*args, **more)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return first

    monkeypatch.setattr(actions, "one", together)
    told = {"title": "周四停水", "words": "请存水。", "audience": "residents", "urgent": False}
    at_once(app, 2, lambda: actions.write(cast.place("银杏社区"), cast.viewer("shen"), mark, **told))
    assert len(db.session.scalars(select(Notice)).all()) == 1
