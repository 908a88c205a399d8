"""Messages to one person: workers in WeCom, residents who consented by the official account, and who gets none."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from governance.core.db import db, now, writing
from governance.core.events import record
from governance.people.model import Identity, Person, Post
from governance.people.residents import departure
from governance.people.residents.merge import merge_persons
from governance.people.wechat import identity
from governance.relay.channels.official_account import SUBSCRIBED
from governance.relay.delivery import queries
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import queries as group_queries
from governance.relay.model import Delivery, Group, Message
from governance.relay.subscriptions import recipients
from governance.relay.subscriptions.recipients import own_group_of
from governance.tickets import reminders
from governance.tickets.model import Follow, Ticket
from tests.cast import resident
from tests.connected import gateway, wechat  # noqa: F401 - fixtures
from tests.groups import make_ready, states
from tests.peers.wechat import MESSAGE, TEMPLATE

FIELDS = "thing1=事项,character_string2=编号,phrase3=进展,time4=时间,thing5=提醒"


@pytest.fixture
def told(app, gateway):  # noqa: F811
    """The account has its three templates."""
    for name in ("accepted", "finished", "reopened"):
        setattr(app.extensions["settings"], f"wechat_template_{name}", f"template-{name},{FIELDS}")


def tell(app) -> None:
    while expand():
        pass
    with writing():
        db.session.execute(update(Group).values(quiet_from=None, quiet_until=None))
        db.session.execute(update(Delivery).values(due_at=now()))
    while deliver(app):
        pass


def somebody(cast, nickname: str, ticket_id: int, openid: str = "", role: str = "reporter", agrees: bool = True) -> int:
    """A resident who follows a ticket, came by WeChat, and ticked the box."""
    viewer = cast.known(nickname)
    with writing():
        db.session.add(Follow(ticket_id=ticket_id, person_id=viewer.person_id, role=role))
        if openid:
            subject = identity.openid_hash(openid)
            db.session.add(Identity(person_id=viewer.person_id, kind="openid", subject=subject, handle=openid))
        db.session.flush()
        if agrees:
            recipients.agree(viewer)
    return viewer.person_id


def bound(cast, *names: str) -> None:
    for name in names:
        identity.bind_worker(cast.viewer(name), f"member-{name}")


def heard(wechat, path: str) -> list[dict]:  # noqa: F811
    return [call.body for call in wechat.done if call.path == path]


def set_state(ticket_id: int, state: str, **facts) -> None:
    with writing():
        ticket = db.session.get_one(Ticket, ticket_id)
        for name, value in ({"state": state} | facts).items():
            setattr(ticket, name, value)


def test_a_resident_who_agreed_hears_that_it_is_done_and_is_asked(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    set_state(id_, "resolved")
    happen(id_, "finish")
    tell(app)
    (said,) = heard(wechat, TEMPLATE)
    fields = {name: one["value"] for name, one in said["data"].items()}
    assert said["touser"] == "openid-zhou" and said["template_id"] == "template-finished"
    assert fields["thing1"] == "3号院 5号楼的电梯" and fields["phrase3"] == "已办好"
    assert fields["thing5"] == "是不是真的好了，请点开说一声"
    ref = db.session.get_one(Ticket, id_).ref
    assert said["url"] == f"https://onecode.example/t/{ref}" and "?" not in said["url"]  # no right but their own
    assert states() == ["sent"]


@pytest.fixture
def tell_one(app, cast, wechat, ticket, happen):  # noqa: F811
    """Something happens to a declined ticket; the template and the progress that its reporter is told."""

    def one(verb: str) -> tuple[str, str]:
        id_ = ticket(state="declined")
        somebody(cast, "三楼老周", id_, "openid-zhou")
        happen(id_, verb)
        tell(app)
        (said,) = heard(wechat, TEMPLATE)
        return said["template_id"], said["data"]["phrase3"]["value"]

    return one


@pytest.mark.parametrize(
    ("verb", "template", "progress"),
    [("decline", "finished", "办不了"), ("uphold", "finished", "还是办不了"), ("send_back", "reopened", "要办")],
)
def test_a_declined_resident_hears_it_and_what_became_of_it(told, tell_one, verb, template, progress):
    assert tell_one(verb) == (f"template-{template}", progress)


def test_the_office_that_looks_again_is_told(app, cast, told, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao", "shen", "qiao")
    id_ = ticket(state="appealed", appeal_to="street")
    happen(id_, "appeal")
    tell(app)
    assert [call["touser"] for call in heard(wechat, MESSAGE)] == ["member-qiao"]


def test_who_did_not_agree_or_is_not_known_to_wechat_hears_nothing(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    somebody(cast, "没勾的", id_, "openid-a", agrees=False)
    taken_back = somebody(cast, "取消的", id_, "openid-b")
    with writing():
        recipients.take_back(resident(db.session.get_one(Person, taken_back)))
    happen(id_, "reopen")
    tell(app)
    assert heard(wechat, TEMPLATE) == [] and states() == []
    assert not recipients.may_agree(cast.known("没有微信的").person_id)


def test_who_takes_it_back_hears_not_even_what_was_waiting(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    person = somebody(cast, "三楼老周", id_, "openid-zhou")
    happen(id_, "reopen")
    while expand():
        pass
    with writing():
        recipients.take_back(resident(db.session.get_one(Person, person)))
    tell(app)
    assert heard(wechat, TEMPLATE) == [] and states() == ["failed"]


def test_news_without_a_template_is_not_sent(app, cast, told, wechat, ticket, happen):  # noqa: F811
    app.extensions["settings"].wechat_template_reopened = ""
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    happen(id_, "reopen")
    tell(app)
    assert states() == []


def test_what_is_accepted_and_finished_at_once_is_one_piece_of_news(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    set_state(id_, "resolved")
    happen(id_, "accept")
    happen(id_, "finish")
    tell(app)
    assert [one["template_id"] for one in heard(wechat, TEMPLATE)] == ["template-finished"]


def test_of_a_private_matter_neither_place_nor_kind_is_said(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket(private=True, words="楼上半夜打人")
    somebody(cast, "三楼老周", id_, "openid-zhou")
    bound(cast, "gao")
    happen(id_, "reopen")
    tell(app)
    said = str(heard(wechat, TEMPLATE)) + str(heard(wechat, MESSAGE))
    assert len(heard(wechat, TEMPLATE)) == len(heard(wechat, MESSAGE)) == 1
    assert "您关心的事" in said and "一件不公开的事" in said
    assert not any(word in said for word in ("电梯", "5号楼", "打人"))


def test_the_subscribed_notice_goes_by_its_own_door(app, cast, told, wechat, ticket, happen):  # noqa: F811
    app.extensions["settings"].wechat_subscribed = True
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou", role="joiner")
    happen(id_, "reopen")
    tell(app)
    (said,) = heard(wechat, SUBSCRIBED)
    assert said["page"].startswith("https://onecode.example/t/") and heard(wechat, TEMPLATE) == []


def test_whose_tick_is_used_up_for_one_kind_still_hears_the_others(app, cast, told, wechat, ticket, happen):  # noqa: F811
    app.extensions["settings"].wechat_subscribed = True
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    wechat.scripted[SUBSCRIBED] = ["43101"]
    set_state(id_, "accepted")
    happen(id_, "accept")
    tell(app)
    set_state(id_, "resolved")
    happen(id_, "finish")
    tell(app)
    assert [said["template_id"] for said in heard(wechat, SUBSCRIBED)] == ["template-finished"]
    assert states() == ["failed", "sent"]


def test_who_unfollowed_is_left_alone_and_nobody_else_is(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    gone = somebody(cast, "取关的", id_, "openid-gone")
    stays = somebody(cast, "三楼老周", id_, "openid-zhou", role="joiner")
    wechat.scripted[TEMPLATE] = ["43004"]
    happen(id_, "reopen")
    happen(id_, "reopen", round=3)
    tell(app)
    lines = {one: own_group_of(one, "resident").disabled_why for one in (gone, stays)}
    assert sorted(lines.values(), key=str) == [None, "这个人没有关注公众号（43004）"]
    assert sorted(states()) == ["failed", "failed", "sent", "sent"]


@pytest.mark.parametrize("fault", ["lost", "truncated", "500"])
def test_a_lost_answer_is_unknown_and_never_said_again(app, cast, told, wechat, ticket, happen, fault):  # noqa: F811
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    wechat.scripted[TEMPLATE] = [fault]
    happen(id_, "reopen")
    tell(app)
    make_ready()
    tell(app)
    assert states() == ["unknown"] and wechat.times(TEMPLATE) == 1


def test_a_busy_wechat_is_asked_again_and_it_arrives_once(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    wechat.scripted[TEMPLATE] = ["-1"]
    happen(id_, "reopen")
    while expand():
        pass
    make_ready()
    with writing():
        db.session.execute(update(Group).values(quiet_from=None, quiet_until=None))
    deliver(app)
    assert states() == ["due"]
    make_ready()
    tell(app)
    assert states() == ["sent"] and len(heard(wechat, TEMPLATE)) == 1


def test_a_report_reaches_the_bound_worker_of_its_grid_as_a_card(app, cast, gateway, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao", "lin")
    id_ = ticket(words="请打 13900001111 找王阿姨")
    happen(id_, "report")
    tell(app)
    (said,) = heard(wechat, MESSAGE)
    card = said["textcard"]
    assert said["touser"] == "member-gao" and said["msgtype"] == "textcard" and said["agentid"] == 1000002
    assert card["title"] == "【新上报】电梯" and "3号院 5号楼" in card["description"]
    assert card["url"] == f"https://onecode.example/t/{db.session.get_one(Ticket, id_).ref}"
    assert "13900001111" not in str(card) and "王阿姨" not in str(card)


def test_a_dispatch_reaches_the_body_and_no_worker_who_is_not_bound(app, cast, gateway, wechat, ticket, happen):  # noqa: F811
    bound(cast, "ding", "gao")
    id_ = ticket()
    set_state(id_, "dispatched", body_id=cast.bodies["顺达电梯"], handler_id=cast.people["gao"])
    happen(id_, "dispatch")
    tell(app)
    assert [one["touser"] for one in heard(wechat, MESSAGE)] == ["member-ding"]
    set_state(id_, "dispatched", body_id=cast.bodies["绿叶物业"])
    happen(id_, "dispatch")
    tell(app)
    assert len(heard(wechat, MESSAGE)) == 1


def test_what_one_did_oneself_is_no_news(app, cast, told, wechat, ticket):  # noqa: F811
    bound(cast, "gao")
    id_ = ticket()
    zhou = somebody(cast, "三楼老周", id_, "openid-zhou")
    somebody(cast, "李阿姨", id_, "openid-li", role="joiner")
    set_state(id_, "accepted", handler_id=cast.people["gao"])
    reopen(id_, cast.people["gao"])
    reopen(id_, zhou)
    tell(app)
    assert len(heard(wechat, MESSAGE)) == 1
    assert sorted(one["touser"] for one in heard(wechat, TEMPLATE)) == ["openid-li", "openid-li", "openid-zhou"]


def test_whose_post_is_over_hears_nothing(app, cast, gateway, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao")
    id_ = ticket()
    set_state(id_, "accepted", handler_id=cast.people["gao"])
    with writing():
        db.session.execute(update(Post).where(Post.person_id == cast.people["gao"]).values(until=now()))
    happen(id_, "reopen")
    tell(app)
    assert heard(wechat, MESSAGE) == []


def test_who_has_handed_it_on_by_morning_is_not_told_any_more(app, cast, gateway, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao", "ding")
    id_ = ticket()
    happen(id_, "report")
    while expand():
        pass
    set_state(id_, "dispatched", body_id=cast.bodies["顺达电梯"])
    tell(app)
    assert heard(wechat, MESSAGE) == [] and states() == ["failed"]


def reopen(ticket_id: int, actor_id: int | None) -> None:
    with writing():
        place = db.session.get_one(Ticket, ticket_id).place
        where = {"stream": place.stream, "scope": place.path}
        record("ticket.reopen", ticket_id, actor="测试", actor_id=actor_id, **where)


def test_who_unbinds_hears_nothing_and_who_binds_anew_hears_again(app, cast, gateway, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao")
    happen(ticket(), "report")
    tell(app)
    identity.unbind_worker(cast.viewer("gao"))
    happen(ticket(), "report")
    tell(app)
    identity.bind_worker(cast.viewer("gao"), "another-member")
    happen(ticket(), "report")
    tell(app)
    assert [one["touser"] for one in heard(wechat, MESSAGE)] == ["member-gao", "another-member"]


def test_the_clock_says_once_that_it_is_due_and_once_that_it_is_late(app, cast, gateway, wechat, ticket):  # noqa: F811
    bound(cast, "gao")
    id_ = ticket()
    for left in (timedelta(minutes=90), timedelta(minutes=-1)):
        set_state(id_, "accepted", due_at=now() + left)
        reminders.record_due_and_late()
        reminders.record_due_and_late()
        tell(app)
    assert [one["textcard"]["title"] for one in heard(wechat, MESSAGE)] == ["【快到期】电梯", "【晚了】电梯"]


def test_what_is_put_off_or_done_in_time_is_not_late(app, cast, gateway, wechat, ticket):  # noqa: F811
    bound(cast, "gao")
    for state in ("on_hold", "resolved"):
        set_state(ticket(), state, due_at=now() - timedelta(minutes=1))
    reminders.record_due_and_late()
    tell(app)
    assert heard(wechat, MESSAGE) == []


def test_two_workers_tell_each_person_of_an_event_once(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    for number in range(6):
        somebody(cast, f"邻居{number}", id_, f"openid-{number}")
    for round_ in range(2, 5):
        happen(id_, "reopen", round=round_)

    def work() -> None:
        with app.app_context():
            while expand():
                pass

    at_once(work)
    with writing():
        db.session.execute(update(Group).values(quiet_from=None, quiet_until=None))
    make_ready()
    at_once(lambda: [deliver(app) for _ in range(6)])
    said = [(one["touser"], one["url"]) for one in heard(wechat, TEMPLATE)]
    assert len(said) == 18 and set(states()) == {"sent"}
    assert db.session.scalar(select(func.count()).select_from(Message)) == 18


def at_once(work) -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_persons_line_is_in_no_list_of_groups(app, cast, told, wechat, ticket, happen):  # noqa: F811
    bound(cast, "gao")
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    wechat.always = {TEMPLATE: "500", MESSAGE: "43004"}
    happen(id_, "reopen")
    tell(app)
    keeper = cast.viewer("du")
    assert db.session.scalar(select(func.count()).select_from(Group)) == 2
    assert group_queries.groups(keeper, "", "").rows == []
    assert queries.troubles(keeper) == queries.Troubles(disabled=0, unknown=1, failed=0)
    assert "openid" not in "".join(line.settings for line in db.session.scalars(select(Group)))


def test_a_line_goes_along_when_two_persons_are_one_and_ends_with_leaving(app, cast, told, ticket):
    id_ = ticket()
    old = somebody(cast, "旧手机", id_, "openid-zhou")
    new = cast.known("三楼老周").person_id
    with writing():
        merge_persons(db.session.get_one(Person, old), db.session.get_one(Person, new))
    assert own_group_of(old, "resident") is None and own_group_of(new, "resident").hears
    with writing():
        departure.leave(resident(db.session.get_one(Person, new)))
    assert not own_group_of(new, "resident").hears


def test_nobodys_phone_rings_at_night(cast, told, ticket):
    line = own_group_of(somebody(cast, "三楼老周", ticket(), "openid-zhou"), "resident")
    assert (line.quiet_from, line.quiet_until) == (22, 7)


@pytest.fixture
def unsure(app, cast, told, wechat, ticket, happen):  # noqa: F811
    """Two messages to one person each, whose answers were lost: to a resident and to the worker who has it."""
    id_ = ticket()
    somebody(cast, "三楼老周", id_, "openid-zhou")
    bound(cast, "gao")
    wechat.scripted[TEMPLATE], wechat.scripted[MESSAGE] = ["lost"], ["lost"]
    happen(id_, "reopen")
    tell(app)
    assert states() == ["unknown", "unknown"]


def test_what_may_have_reached_one_person_is_listed_for_who_keeps_the_place_and_names_nobody(unsure, phone):
    page = phone().sign_in("shen").get("/keep/relay").text
    assert "一位居民 · 公众号" in page and "一位工作人员 · 企业微信应用" in page
    assert not any(word in page for word in ("三楼老周", "openid-zhou", "member-gao"))
    assert phone().sign_in("shen").get("/desk").text.count("2 条说不准发没发") == 1
    others = phone().sign_in("tang").get("/keep/relay").text
    assert "一位居民" not in others and "都正常" in others


def test_it_is_settled_as_for_a_group_and_only_by_who_keeps_the_place(app, cast, unsure, wechat, phone):  # noqa: F811
    ids = {message.channel: message.id for message in queries.unknown(cast.viewer("shen"))}
    to_resident, to_worker = (f"/keep/relay/messages/{ids[name]}/settle" for name in ("official_account", "wecom_app"))
    assert phone().sign_in("tang").post(to_resident, answer="again").status_code == 404
    keeper = phone().sign_in("shen")
    assert keeper.post(to_resident, answer="arrived").status_code == 303
    assert keeper.post(to_worker, answer="again").status_code == 303
    tell(app)
    assert sorted(states()) == ["sent", "sent"] and queries.unknown(cast.viewer("shen")) == []
    assert wechat.times(TEMPLATE) == 1 and wechat.times(MESSAGE) == 2


def test_nothing_is_sent_again_to_who_took_it_back(app, cast, unsure, phone):
    (message,) = [one for one in queries.unknown(cast.viewer("shen")) if one.channel == "official_account"]
    with writing():
        recipients.take_back(cast.known("三楼老周"))
    assert phone().sign_in("shen").post(f"/keep/relay/messages/{message.id}/settle", answer="again").status_code == 409
    tell(app)
    assert sorted(states()) == ["unknown", "unknown"]


def test_a_photo_that_failed_is_told_to_who_sent_it_alone(app, cast, told, wechat, ticket, happen):  # noqa: F811
    id_ = ticket()
    sender = somebody(cast, "三楼老周", id_, "openid-zhou")
    somebody(cast, "四楼老王", id_, "openid-wang", role="joiner")
    happen(id_, "photo_refused", sender=sender)
    tell(app)
    assert [said["touser"] for said in heard(wechat, TEMPLATE)] == ["openid-zhou"]
    assert heard(wechat, TEMPLATE)[0]["data"]["phrase3"]["value"] == "照片没收下"
