"""The hall through its doors: looking, proposing, answering, saying, replying, objecting, and what staff make of it."""

import re

from sqlalchemy import select

from governance import links
from governance.core.db import db, find_by
from governance.core.jobs import Job
from governance.discussions import jobs, say_routes
from governance.discussions.model import Reply, Statement, Topic, Voice
from governance.people.access.viewer import SYSTEM
from governance.tickets.model import Ticket
from tests.discussions.hall import SOON, TODAY

TITLE = "院里能不能装个充电棚"


def begun(phone, place="柳荫街道/银杏社区/3号院", title=TITLE):
    """A topic the community put up; its reference."""
    shen = phone().sign_in("shen")
    answer = shen.post("/desk/topics/new", place=place, title=title, words="现在飞线充电")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.removeprefix("/topics/"), shen


def said(who, ref, words):
    answer = who.post(f"/topics/{ref}/statements", words=words)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    db.session.rollback()
    return db.session.scalars(select(Statement.id).where(Statement.words == words)).one()


def test_whoever_scans_finds_what_is_talked_over_here_and_above_but_not_next_door(app, cast, phone) -> None:
    begun(phone)
    begun(phone, "柳荫街道/银杏社区", "社区食堂开不开早餐")
    page = phone().get(f"/c/{cast.codes['5号楼']}/topics").get_data(as_text=True)
    assert TITLE in page and "社区食堂开不开早餐" in page and "等您说一句" in page
    assert page.index(TITLE) < page.index("社区食堂开不开早餐")  # the nearest first
    assert TITLE in phone().get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True)
    elsewhere = phone().get(f"/c/{cast.codes['1号楼']}/topics").get_data(as_text=True)
    assert TITLE not in elsewhere and "社区食堂" not in elsewhere


def test_a_proposal_is_the_authors_alone_until_the_community_has_looked(app, cast, phone) -> None:
    author, stranger = phone().known_as("三楼老周", cast), phone()
    code = cast.codes["5号楼"]
    author.get(f"/c/{code}/topics/new")
    location = author.post(f"/c/{code}/topics/new", title=TITLE, words="飞线不安全").location
    ref = re.findall(r"/topics/(\w+)/say", location)[0]
    assert author.get(f"/topics/{ref}").status_code == 200
    assert stranger.get(f"/topics/{ref}").status_code == 404
    assert TITLE not in stranger.get(f"/c/{code}/topics").get_data(as_text=True)
    shen = phone().sign_in("shen")
    assert TITLE in shen.get("/desk/topics").get_data(as_text=True)
    assert shen.post(f"/topics/{ref}/moves/open", note="欢迎大家说").status_code == 303
    page = stranger.get(f"/topics/{ref}").get_data(as_text=True)
    assert TITLE in page and "三楼老周" in page and "欢迎大家说" in page


def test_somebody_nobody_knows_is_led_to_become_known_and_keeps_what_was_typed(app, cast, phone) -> None:
    ref, _shen = begun(phone)
    stranger = phone()
    assert "/me/known?next=" in stranger.get(f"/topics/{ref}/say").get_data(as_text=True)
    answer = stranger.post(f"/topics/{ref}/statements", words="先装两个试试")
    assert answer.status_code == 422 and "先装两个试试" in answer.get_data(as_text=True)
    answer = stranger.post(f"/c/{cast.codes['5号楼']}/topics/new", title="楼道刷墙", words="掉灰")
    assert answer.status_code == 422 and "楼道刷墙" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Statement)).all() == []


def test_anybody_with_a_device_answers_statements_one_at_a_time_and_may_change_their_mind(app, cast, phone) -> None:
    ref, _shen = begun(phone)
    zhou, anybody = phone().known_as("三楼老周", cast), phone()
    first, second = said(zhou, ref, "先装两个试试"), said(zhou, ref, "费用物业出")
    page = anybody.get(f"/topics/{ref}/say").get_data(as_text=True)
    assert "第 1 条，共 2 条" in page
    for number, answer in ((first, "agree"), (second, "pass"), (first, "disagree")):
        assert anybody.post(f"/topics/{ref}/statements/{number}/voice", answer=answer).status_code == 303
    db.session.rollback()
    assert {voice.statement_id: voice.answer for voice in db.session.scalars(select(Voice))} == {first: -1, second: 0}
    assert "都表过态了" in anybody.get(f"/topics/{ref}/say").get_data(as_text=True)
    assert db.session.scalars(select(Job.name).filter_by(name="discussions.tally")).first()
    jobs.tally(find_by(Topic, ref=ref).id)
    assert "同意 0 · 不同意 1 · 不好说 0" in anybody.get(f"/topics/{ref}").get_data(as_text=True)
    assert "1 人表过态。" in anybody.page and "只作参考" in anybody.page


def test_nobody_answers_their_own_statement_nor_one_that_is_hidden(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    number = said(zhou, ref, "先装两个试试")
    assert zhou.post(f"/topics/{ref}/statements/{number}/voice", answer="agree").status_code == 409
    assert shen.post(f"/topics/{ref}/statement/{number}/hide", reason="重复").status_code == 303
    assert phone().post(f"/topics/{ref}/statements/{number}/voice", answer="agree").status_code == 409
    assert phone().post(f"/topics/{ref}/statements/{number}/voice", answer="maybe").status_code == 422


def test_replies_stand_in_threads_under_what_they_reply_to(app, cast, phone) -> None:
    ref, _shen = begun(phone)
    zhou, hua = phone().known_as("三楼老周", cast), phone().known_as("爱种花的", cast, door="3单元502")
    number = said(zhou, ref, "先装两个试试")
    assert hua.post(f"/topics/{ref}/replies", words="装在哪边？", noun="statement", to=str(number)).status_code == 303
    db.session.rollback()
    first = db.session.scalars(select(Reply)).one()
    assert zhou.post(f"/topics/{ref}/replies", words="东门空地", noun="reply", to=str(first.id)).status_code == 303
    db.session.rollback()
    second = db.session.scalars(select(Reply).where(Reply.parent_id == first.id)).one()
    assert second.statement_id == number
    page = phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert page.index("装在哪边？") < page.index("东门空地") and "说到：" in page


def test_words_that_want_a_look_wait_for_a_person_and_never_vanish(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    number = said(zhou, ref, "有事打 13900001234 找我")
    assert "13900001234" not in phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert "社区先看一下再公开" in zhou.get(f"/topics/{ref}/say").get_data(as_text=True)
    assert "13900001234" in shen.get("/desk/topics").get_data(as_text=True)
    shen.post(f"/topics/{ref}/statement/{number}/hide", reason="别写电话，可以在工单里留")
    page = zhou.get(f"/topics/{ref}/say").get_data(as_text=True)
    assert "被收起了" in page and "别写电话" in page
    assert zhou.post(f"/topics/{ref}/statement/{number}/appeal", words="这是物业的公开电话").status_code == 303
    assert "这是物业的公开电话" in shen.get("/desk/topics").get_data(as_text=True)
    shen.post(f"/topics/{ref}/statement/{number}/show", back="desk")
    assert "13900001234" in phone().get(f"/topics/{ref}").get_data(as_text=True)


def test_an_objection_brings_words_before_a_person_and_hides_nothing_by_itself(app, cast, phone) -> None:
    ref, shen = begun(phone)
    number = said(phone().known_as("三楼老周", cast), ref, "物业就该滚蛋")
    for _ in range(3):
        other = phone()
        assert other.get(f"/topics/{ref}/statement/{number}/flag").status_code == 200
        assert other.post(f"/topics/{ref}/statement/{number}/flag", words="骂人").status_code == 303
    assert "物业就该滚蛋" in phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert shen.get("/desk/topics").get_data(as_text=True).count("居民说不合适：骂人") == 3
    shen.post(f"/topics/{ref}/statement/{number}/show", back="desk")
    assert "骂人" not in shen.get("/desk/topics").get_data(as_text=True)


def test_what_is_like_a_proposal_is_shown_first_and_a_second_tap_goes_through(app, cast, phone) -> None:
    begun(phone)
    code, author = cast.codes["5号楼"], phone().known_as("三楼老周", cast)
    author.get(f"/c/{code}/topics/new")
    form = {"title": "院里装充电棚行不行", "words": "", "submission": author.field("submission")}
    answer = author.post(f"/c/{code}/topics/new", **form)
    assert answer.status_code == 422 and TITLE in answer.get_data(as_text=True)
    assert author.post(f"/c/{code}/topics/new", **form, different="1").status_code == 303
    assert author.post(f"/c/{code}/topics/new", **form, different="1").status_code == 303  # sent twice, stored once
    assert len(db.session.scalars(select(Topic).filter_by(title=form["title"])).all()) == 1


def test_tickets_become_a_topic_and_every_reporter_follows_it(app, cast, phone) -> None:
    reporters = [phone() for _ in range(3)]
    addresses = [one.report(cast.codes["5号楼"], category="parking", words="电动车没处停") for one in reporters]
    shen = phone().sign_in("shen")
    first = addresses[0]
    assert 'name="title"' in shen.get(first).get_data(as_text=True)  # asked before it is sent, not after a refusal
    assert shen.post(f"{first}/moves/to_topic", topic="new", title="电动车停哪儿").status_code == 303
    db.session.rollback()
    topic = find_by(Topic, title="电动车停哪儿")
    assert "电动车没处停" in shen.get(f"/topics/{topic.ref}").get_data(as_text=True)
    others = [str(find_by(Ticket, ref=address.removeprefix("/t/")).id) for address in addresses[1:]]
    assert shen.post(f"/topics/{topic.ref}/tickets", ticket=others).status_code == 303
    for reporter, address in zip(reporters, addresses, strict=True):
        page = reporter.get(address).get_data(as_text=True)
        assert "大家商量" in page and "电动车停哪儿" in page and f"/topics/{topic.ref}" in page
        assert "电动车停哪儿" in reporter.get("/me").get_data(as_text=True)
    assert phone().get(f"/topics/{topic.ref}").get_data(as_text=True).count('href="/t/') == 3


def test_a_private_ticket_never_becomes_a_public_topic(app, cast, phone) -> None:
    address = phone().report(cast.codes["5号楼"], category="quarrel", words="楼上漏水不认")
    shen = phone().sign_in("shen")
    assert shen.post(f"{address}/moves/to_topic", topic="new", title="楼上漏水").status_code == 422
    assert find_by(Topic, title="楼上漏水") is None


def test_a_decision_becomes_tasks_with_owners_and_dates_then_a_deed_and_a_judgement(app, cast, phone) -> None:
    ref, shen = begun(phone)
    shen.post(f"/topics/{ref}/moves/decide", note="东门装两个，物业出钱")
    body = str(cast.bodies["绿叶物业"])
    told = {"words": "东门立棚", "category": "parking", "due": SOON}
    assert shen.post(f"/topics/{ref}/tasks", **told, body=body).status_code == 303
    db.session.rollback()
    ticket = find_by(Ticket, source="topic")
    assert (ticket.state, ticket.body.name, ticket.words) == ("dispatched", "绿叶物业", "东门立棚")
    resident = phone()
    page = resident.get(f"/topics/{ref}").get_data(as_text=True)
    assert "东门装两个" in page and "东门立棚" in page and "绿叶物业" in page and "正在落实" in page
    assert "议事厅定下来的任务" in resident.get(f"/t/{ticket.ref}").get_data(as_text=True)
    assert resident.post(f"/topics/{ref}/review", well="yes").status_code == 409  # nothing is done yet
    assert shen.post(f"/topics/{ref}/moves/review", note="都好了").status_code == 409
    wu = phone().sign_in("wu")
    assert wu.post(f"/t/{ticket.ref}/moves/finish", note="立好了").status_code == 303
    assert resident.post(f"/topics/{ref}/review", well="yes", words="方便多了").status_code == 303
    assert shen.post(f"/topics/{ref}/deeds", title="装好充电棚", done_on=TODAY).status_code == 303
    assert shen.post(f"/topics/{ref}/moves/review", note="大家满意").status_code == 303
    page = phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert "办得好 1 人" in page and "装好充电棚" in page and "已评议" in page
    assert "办成了 1 件实事" in phone().get(f"/c/{cast.codes['6号楼']}/topics").get_data(as_text=True)
    assert "装好充电棚" in phone().get(f"/c/{cast.codes['6号楼']}/deeds").get_data(as_text=True)
    db.session.rollback()
    linked = links.outcomes("topic", find_by(Topic, ref=ref).id, SYSTEM)
    assert [(item.title, item.over) for item in linked] == [("东门立棚", True), ("装好充电棚", True)]


def test_a_task_due_in_the_past_or_with_half_a_form_is_refused_with_what_was_typed(app, cast, phone) -> None:
    ref, shen = begun(phone)
    shen.post(f"/topics/{ref}/moves/decide", note="东门装两个")
    for wrong in ({"due": "2020-01-01"}, {"due": "soon"}, {"category": "none"}, {"body": "999999"}):
        told = {"words": "东门立棚", "category": "safety", "due": SOON, "body": ""} | wrong
        answer = shen.post(f"/topics/{ref}/tasks", **told)
        assert answer.status_code == 422 and "东门立棚" in answer.get_data(as_text=True), wrong
    assert find_by(Ticket, source="topic") is None


def test_a_whole_building_behind_one_address_is_not_too_much_but_one_device_may_be(
    app, cast, phone, monkeypatch
) -> None:
    monkeypatch.setattr(say_routes, "FLAGS_A_DEVICE", "3/hour")
    ref, _shen = begun(phone)
    number = said(phone().known_as("三楼老周", cast), ref, "先装两个试试")
    address = f"/topics/{ref}/statement/{number}/flag"
    assert [phone().post(address, words="重复").status_code for _ in range(5)] == [303] * 5
    one = phone()
    asked = [one.post(address, words="重复").status_code for _ in range(5)]
    assert asked == [303] * 4 + [429]  # the first was sent before it was anybody


def test_words_for_a_topic_that_went_on_meanwhile_are_not_lost(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    zhou.get(f"/topics/{ref}/say")
    shen.post(f"/topics/{ref}/moves/decide", note="东门装两个")
    answer = zhou.post(f"/topics/{ref}/statements", words="写了半天的一句话")
    assert answer.status_code == 409 and "写了半天的一句话" in zhou.page and "不再收新的话" in zhou.page
    shen.post(f"/topics/{ref}/moves/review", note="都好")
    answer = zhou.post(f"/topics/{ref}/replies", words="又写了半天的一句话")
    assert answer.status_code == 409 and "又写了半天的一句话" in zhou.page


def test_merging_keeps_both_authors_and_every_voice(app, cast, phone) -> None:
    (one, shen), (other, _) = begun(phone), begun(phone, title="充电棚装在东门")
    zhou, hua = phone().known_as("三楼老周", cast), phone().known_as("爱种花的", cast, door="3单元502")
    first, second = said(zhou, one, "先装两个"), said(hua, other, "装在东门")
    for _ in range(4):
        anybody = phone()
        anybody.post(f"/topics/{one}/statements/{first}/voice", answer="agree")
        anybody.post(f"/topics/{other}/statements/{second}/voice", answer="disagree")
    into = str(find_by(Topic, ref=other).id)
    assert shen.post(f"/topics/{one}/moves/merge", into=into).status_code == 303
    jobs.tally(int(into))
    page = phone().get(f"/topics/{other}").get_data(as_text=True)
    assert "三楼老周" in page and "爱种花的" in page and "同意 4 · 不同意 0" in page and "同意 0 · 不同意 4" in page
    gone = phone().get(f"/topics/{one}").get_data(as_text=True)
    assert f"/topics/{other}" in gone and "并到别的议题" in gone


def test_hostile_words_are_shown_harmless_everywhere(app, cast, phone) -> None:
    hostile = "<script>alert(1)</script>'\"{{7*7}}"
    shen = phone().sign_in("shen")
    title = hostile[:40]
    ref = shen.post("/desk/topics/new", place="柳荫街道/银杏社区/3号院", title=title, words=hostile).location[8:]
    zhou = phone().known_as("三楼老周", cast)
    number = said(zhou, ref, hostile)
    zhou.post(f"/topics/{ref}/replies", words=hostile)
    shen.post(f"/topics/{ref}/answer", words=hostile)
    phone().post(f"/topics/{ref}/statement/{number}/flag", words=hostile)
    shen.post(f"/topics/{ref}/moves/decide", note=hostile)
    for who, address in (
        (zhou, f"/topics/{ref}"),
        (zhou, f"/topics/{ref}/say"),
        (zhou, "/me"),
        (zhou, f"/c/{cast.codes['5号楼']}/topics"),
        (zhou, f"/c/{cast.codes['5号楼']}"),
        (shen, f"/topics/{ref}"),
        (shen, "/desk/topics"),
        (shen, f"/topics/{ref}/record"),
    ):
        page = who.get(address).get_data(as_text=True)
        assert "<script>alert" not in page and "49" not in re.findall(r"alert\(1\)\D*(\d*)", page), address


def test_staff_of_where_somebody_lives_may_see_who_it_is_and_the_resident_reads_of_it(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    number = said(zhou, ref, "先装两个试试")
    assert shen.post(f"/topics/{ref}/statement/{number}/who").status_code == 422  # why?
    page = shen.post(f"/topics/{ref}/statement/{number}/who", reason="有人举报").get_data(as_text=True)
    assert "3单元501" in page and "住户条" in page
    for other in ("tang", "gao"):
        answer = phone().sign_in(other).post(f"/topics/{ref}/statement/{number}/who", reason="好奇")
        assert answer.status_code == 403
    assert "shen" in zhou.get("/me/data").get_data(as_text=True)


def test_blank_and_mangled_words_are_asked_again_everywhere(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    for words in ("   ", "\u3000", "\n\t", "%B3%E4%B5%E7"):
        for who, address, field in (
            (zhou, f"/topics/{ref}/statements", "words"),
            (zhou, f"/topics/{ref}/replies", "words"),
            (zhou, f"/c/{cast.codes['5号楼']}/topics/new", "title"),
            (shen, f"/topics/{ref}/answer", "words"),
            (shen, "/desk/topics/new", "title"),
        ):
            answer = who.post(address, **{"place": "柳荫街道/银杏社区"} | {field: words})
            assert answer.status_code == 422, (address, words)
    db.session.rollback()
    assert not db.session.scalars(select(Statement)).all() and not db.session.scalars(select(Reply)).all()


def test_nobody_fills_a_topic_alone(app, cast, phone) -> None:
    ref, _shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    answers = [zhou.post(f"/topics/{ref}/statements", words=f"第{number}句话").status_code for number in range(12)]
    assert answers == [303] * 10 + [429] * 2
    assert "第11句话" in zhou.page  # what was typed is still there
    hua = phone().known_as("爱种花的", cast, door="3单元502")
    assert hua.post(f"/topics/{ref}/statements", words="轮到我了").status_code == 303


def test_fresh_cookies_from_one_address_are_not_counted_without_end(app, cast, phone, monkeypatch) -> None:
    monkeypatch.setattr(say_routes, "NEW_FROM_AN_ADDRESS", "3/day")
    ref, _shen = begun(phone)
    number = said(phone().known_as("三楼老周", cast), ref, "先装两个试试")
    answers = [phone().post(f"/topics/{ref}/statements/{number}/voice", answer="agree").status_code for _ in range(5)]
    assert answers == [303] * 3 + [429] * 2
    jobs.tally(find_by(Topic, ref=ref).id)
    page = phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert "3 人表过态。" in page


def test_a_merged_topic_stands_with_its_author_on_the_page_of_the_other(app, cast, phone) -> None:
    (one, shen), (other, _) = begun(phone), begun(phone, title="充电棚装在东门")
    zhou = phone().known_as("三楼老周", cast)
    code = cast.codes["5号楼"]
    zhou.get(f"/c/{code}/topics/new")
    proposed = zhou.post(f"/c/{code}/topics/new", title="楼顶漏风", words="冬天冷")
    ref = proposed.location.split("/")[2]
    into = str(find_by(Topic, ref=other).id)
    assert shen.post(f"/topics/{ref}/moves/merge", into=into).status_code == 303
    page = phone().get(f"/topics/{other}").get_data(as_text=True)
    assert "楼顶漏风" in page and "三楼老周" in page and "冬天冷" in page
    assert phone().get(f"/topics/{ref}").status_code == 200
    assert one != other


def test_what_was_decided_before_is_gone_from_the_page_when_it_is_talked_over_again(app, cast, phone) -> None:
    ref, shen = begun(phone)
    shen.post(f"/topics/{ref}/moves/decide", note="东门装两个")
    shen.post(f"/topics/{ref}/moves/reopen", note="预算变了")
    page = phone().get(f"/topics/{ref}").get_data(as_text=True)
    assert "定下来的</h2>" not in page and "东门装两个" in page  # it stays in what happened


def test_a_deed_waits_until_something_is_done_and_then_people_are_asked(app, cast, phone) -> None:
    ref, shen = begun(phone)
    shen.post(f"/topics/{ref}/moves/decide", note="东门装两个")
    shen.post(f"/topics/{ref}/tasks", words="东门立棚", category="parking", due=SOON, body="")
    shen.post(f"/topics/{ref}/tasks", words="南门立棚", category="parking", due=SOON, body="")
    assert shen.post(f"/topics/{ref}/deeds", title="装好充电棚", done_on=TODAY).status_code == 409
    db.session.rollback()
    ticket = find_by(Ticket, words="东门立棚")
    assert phone().sign_in("gao").post(f"/t/{ticket.ref}/moves/finish", note="好了").status_code == 303
    assert shen.post(f"/topics/{ref}/deeds", title="装好充电棚", done_on=TODAY).status_code == 303
    resident = phone()
    assert "有办好的了" in resident.get(f"/topics/{ref}").get_data(as_text=True)
    assert "办得好不好？" in resident.get(f"/c/{cast.codes['5号楼']}/topics").get_data(as_text=True)
    assert resident.post(f"/topics/{ref}/review", well="partly").status_code == 303
    assert "您说了：<b>办了一部分</b>" in resident.get(f"/topics/{ref}/say").get_data(as_text=True)


def test_what_one_did_oneself_is_no_news(app, cast, phone) -> None:
    ref, shen = begun(phone)
    zhou = phone().known_as("三楼老周", cast)
    said(zhou, ref, "先装两个试试")
    assert "有新进展" not in zhou.get("/me").get_data(as_text=True)
    shen.post(f"/topics/{ref}/answer", words="正在问物业")
    assert "有新进展" in zhou.get("/me").get_data(as_text=True)
    zhou.get(f"/topics/{ref}/say")
    assert "有新进展" not in zhou.get("/me").get_data(as_text=True)


def test_a_place_is_named_and_not_numbered(app, cast, phone) -> None:
    shen = phone().sign_in("shen")
    answer = shen.post("/desk/topics/new", place="5", title=TITLE)
    assert answer.status_code == 422 and TITLE in answer.get_data(as_text=True)


def test_a_ticket_that_sounds_the_same_is_shown_before_a_proposal_is_taken(app, cast, phone) -> None:
    address = phone().report(cast.codes["5号楼"], category="lift", words="电梯关门哐当响")
    phone().sign_in("gao").post(f"{address}/moves/accept", seen="")
    code, zhou = cast.codes["5号楼"], phone().known_as("三楼老周", cast)
    zhou.get(f"/c/{code}/topics/new")
    answer = zhou.post(f"/c/{code}/topics/new", title="电梯关门哐当响怎么办")
    assert answer.status_code == 422 and address in answer.get_data(as_text=True)


def test_an_answer_brings_the_next_statement_to_the_script_by_one_small_request(app, cast, phone) -> None:
    ref, _shen = begun(phone)
    zhou, anybody = phone().known_as("三楼老周", cast), phone()
    numbers = {said(zhou, ref, "先装两个试试"), said(zhou, ref, "费用物业出")}
    anybody.get(f"/topics/{ref}/say")
    shown = int(re.search(r"statements/(\d+)/voice", anybody.page)[1])
    form, headers = {"csrf_token": anybody.field("csrf_token"), "answer": "agree"}, {"Accept": "application/json"}
    first = anybody.client.post(f"/topics/{ref}/statements/{shown}/voice", data=form, headers=headers)
    other = (numbers - {shown}).pop()
    assert first.json["action"] == f"/topics/{ref}/statements/{other}/voice" and len(first.data) <= 1024
    assert first.json["about"] == "三楼老周 · 第 2 条，共 2 条"
    last = anybody.client.post(first.json["action"], data=form, headers=headers)
    assert last.json == {"words": ""}
    wrong = anybody.client.post(first.json["action"], data=form | {"answer": "perhaps"}, headers=headers)
    assert wrong.status_code == 422 and "同意" in wrong.json["detail"]
