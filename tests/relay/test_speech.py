"""A conversation in a group, through the bot's door: every command, what is said back, and what it really does."""

import json
import re
import threading
from contextvars import Context
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from governance.core.db import by, db, writing
from governance.discussions import actions as topics
from governance.discussions import speaking
from governance.discussions.model import Statement, Voice
from governance.people.model import Identity, Person
from governance.places.actions import add_place
from governance.relay import groups, hearing, speech
from governance.relay.meaning import named_places
from governance.relay.model import Group, Heard
from governance.relay.talk import Talk
from governance.tickets.model import Follow, Nudge, Ticket

KEY = "a-key-for-the-ginkgo-bot-0001"
DOOR = "/bots/ginkgo-bot/messages"


@pytest.fixture
def say(app, cast):
    """Says something in 5号楼's group as one of its members; what the bot is to answer there."""
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-5"}
    groups.add(cast.viewer("shen"), "bot", "residents", "5号楼群", given, [cast.place("5号楼")])
    marks = iter(range(10**6))

    def one(text, sender="爱种花的", mark=None, group="chat-5", key=KEY, status=200):
        body = {"message_id": mark or f"m{next(marks)}", "group": group, "sender": sender, "text": text}
        headers = {"Authorization": f"Bearer {key}"}
        answer = Context().run(app.test_client().post, DOOR, json=body, headers=headers)
        db.session.rollback()
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()["reply"] if status == 200 else answer.get_json()

    return one


def number_in(reply: str) -> str:
    return re.findall(r"编号 (\d+-\d)", reply)[0]


def test_a_report_said_in_a_group_becomes_a_ticket_of_its_place_and_its_category(say, cast) -> None:
    reply = say("@小银杏 报事：电梯关门哐当响")
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.place_id, ticket.category.slug, ticket.source) == (cast.places["5号楼"], "lift", "group")
    assert ticket.words == "电梯关门哐当响" and ticket.number in reply and f"/t/{ticket.ref}" in reply
    assert "?k=" not in reply  # everybody in the group reads the answer


def test_a_whole_conversation_from_report_to_voice(say, cast) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert "已送到网格员" in say(f"进度 {number}", "三楼老周")
    assert "先说“我也遇到" in say(f"催办 {number}", "三楼老周")
    assert "共 2 位邻居" in say(f"我也遇到 {number}", "三楼老周")
    assert "已经催了" in say(f"催办{number}", "三楼老周")
    assert "明天可以再催" in say(f"催办 {number}", "三楼老周")
    assert say("议题") == "现在没有在商量的事。"
    topic = topics.begin(cast.viewer("shen"), cast.place("银杏社区"), "s", "早餐几点开", "")
    with writing():
        statement = speaking.say(topic, cast.viewer("shen"), "s", "六点半就开")
    assert "早餐几点开" in say("议题") and f"/topics/{topic.ref}" in say("议题")
    say(f"同意 {statement.id}")
    say(f"反对 {statement.id}")
    assert [voice.answer for voice in db.session.scalars(select(Voice))] == [-1]
    assert all(command.word in say("帮助") for command in speech.COMMANDS if command.hint is not None)


def test_the_same_message_again_is_the_same_answer_and_nothing_more(say) -> None:
    first = say("报事 灯不亮", mark="once")
    assert say("报事 灯不亮", mark="once") == first
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_the_same_message_many_times_at_one_instant_is_worked_once(app, say, cast) -> None:
    group = db.session.scalars(select(Group.id)).one()
    start, replies, trouble = threading.Barrier(6), [], []

    def hear() -> None:
        with app.app_context():
            start.wait()
            try:
                replies.append(hearing.hear("robot", db.session.get_one(Group, group), "谁", "once", "报事 灯不亮"))
            except Exception as wrong:  # noqa: BLE001 - shown below
                trouble.append(wrong)
            db.session.remove()

    threads = [threading.Thread(target=hear) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble and len(set(replies)) == 1
    db.session.rollback()
    counts = [db.session.scalar(select(func.count()).select_from(rows)) for rows in (Ticket, Heard)]
    assert counts == [1, 1]
    assert db.session.scalar(select(func.count()).select_from(Identity).filter_by(kind="member")) == 1


def test_one_member_is_one_person_and_who_it_is_stays_unreadable(say) -> None:
    number = number_in(say("报事 灯不亮"))
    say(f"我也遇到 {number}", "三楼老周")
    say(f"我也遇到 {number}", "三楼老周")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.joined == 1 and db.session.scalar(select(func.count()).select_from(Follow)) == 2
    kept = json.dumps(
        [str(row.__dict__) for rows in (Identity, Person, Heard) for row in db.session.scalars(select(rows))]
    )
    assert "三楼老周" not in kept


def test_what_is_private_is_not_taken_in_a_group(say, cast) -> None:
    reply = say("报事 楼上家暴，孩子一直哭")
    assert "不在群里说" in reply and f"/c/{cast.codes['5号楼']}" in reply
    assert db.session.scalars(select(Ticket)).all() == []


def test_where_a_place_has_no_code_nobody_is_led_to_the_front_page(say, cast) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-all"}
    groups.add(cast.viewer("shen"), "bot", "residents", "社区群", given, [cast.place("银杏社区")])
    reply = say("报事 楼上家暴，孩子一直哭", group="chat-all")
    assert "不在群里说" in reply and "扫楼里的码" in reply and "http" not in reply


def test_a_group_of_several_buildings_is_asked_which(say, cast) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-yard"}
    both = [cast.place("5号楼"), cast.place("6号楼")]
    groups.add(cast.viewer("shen"), "bot", "residents", "3号院群", given, both)
    assert "哪一个地方（5号楼、6号楼）" in say("报事 灯不亮", group="chat-yard")
    assert "6号楼" in say("报事 6号楼 灯不亮", group="chat-yard")
    assert db.session.scalars(select(Ticket)).one().place_id == cast.places["6号楼"]


@pytest.mark.parametrize("named", ["5号楼", "五号楼", "5", "@小银杏 五号楼的"])
def test_the_place_alone_completes_the_report_that_was_asked_about(say, cast, named) -> None:
    given = {"bot": "ginkgo-bot", "key": KEY, "chat": "chat-yard"}
    both = [cast.place("5号楼"), cast.place("6号楼")]
    groups.add(cast.viewer("shen"), "bot", "residents", "3号院群", given, both)
    say("报事 楼道灯不亮", group="chat-yard")
    assert "哪一个地方" not in say(named, "三楼老周", group="chat-yard")  # nobody asked him
    assert "编号" in say(named, group="chat-yard")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.place_id == cast.places["5号楼"] and ticket.words == "楼道灯不亮" and ticket.category.slug == "light"


def test_five_is_not_fifteen(cast) -> None:
    with writing():
        places = [cast.place("5号楼"), add_place("building", "15号楼", cast.place("3号院"), "demo")]
    found = {words: [place.name for place in named_places(places, words)] for words in NAMED}
    assert found == NAMED


NAMED = {
    "15号楼灯不亮": ["15号楼"],
    "十五号楼灯不亮": ["15号楼"],
    "5号楼灯不亮": ["5号楼"],
    "五号楼和15号楼": ["5号楼", "15号楼"],
    "5": ["5号楼"],
    "一": [],
    "": [],
    "号楼": [],
}


@pytest.mark.parametrize(
    "text", ["进度 13-4", "进度", "我也遇到 999999999999999999999", "催办 x", "同意 99", "反对", "报事", "同意 一"]
)
def test_what_cannot_be_done_is_said_kindly_and_changes_nothing(say, text) -> None:
    assert say(text)
    assert not any(db.session.scalars(select(rows)).all() for rows in (Ticket, Follow, Nudge, Voice))


def test_a_private_ticket_and_one_of_another_community_are_not_there_for_a_group(say, cast, phone) -> None:
    for place, facts in (("5号楼", {"private": "y"}), ("1号楼", {})):
        ref = phone().report(cast.codes[place], **facts).removeprefix("/t/")
        ticket = by(Ticket, ref=ref)
        assert say(f"进度 {ticket.number}") == say("进度 13-4")


@pytest.mark.parametrize("yes", ["是", "@小银杏 是的。", "嗯！", "OK"])
def test_plain_speech_is_reported_on_a_yes_and_not_before(say, cast, yes) -> None:
    asked = say("楼下垃圾没人收")
    assert "要报给网格员吗" in asked and "楼下垃圾没人收" in asked
    assert "您可以这样说" in say(yes, "三楼老周")  # nobody asked him
    assert db.session.scalars(select(Ticket)).all() == []
    assert "编号" in say(yes)
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.words, ticket.category.slug, ticket.source) == ("楼下垃圾没人收", "clean", "group")
    assert "您可以这样说" in say(yes)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


@pytest.mark.parametrize("said", ["不用了", "算了", "反对", "帮助", "谢谢", "进度 13-4"])
def test_what_is_no_yes_reports_nothing(say, said) -> None:
    say("楼下垃圾没人收")
    say(said)
    assert db.session.scalars(select(Ticket)).all() == []


def test_a_yes_after_half_an_hour_reports_nothing(say) -> None:
    say("楼下垃圾没人收")
    with writing():
        db.session.scalars(select(Talk)).one().asked_at -= timedelta(minutes=31)
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize("text", ["在吗", "你好", "@小银杏 您好！", "大家好", "hi"])
def test_a_greeting_is_greeted_and_told_what_may_be_said(say, text) -> None:
    assert say(text).startswith("您好。您可以这样说")


@pytest.mark.parametrize(
    "text", ["谢谢", "谢谢你", "好的，谢谢", "非常感谢！", "辛苦了", "谢谢网格员", "收到", "知道了"]
)
def test_thanks_get_a_short_word_and_nothing_is_offered(say, text) -> None:
    assert say(text).endswith("有事随时说。") and len(say(text)) < 12
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    "text", ["投诉 楼道垃圾没人收", "我要投诉：楼道垃圾没人收", "我想投诉楼道垃圾没人收", "举报 楼道垃圾没人收"]
)
def test_a_complaint_is_a_report(say, text) -> None:
    assert "编号" in say(text)
    assert db.session.scalars(select(Ticket)).one().words == "楼道垃圾没人收"


def test_a_bare_complaint_is_asked_what_it_is_about_and_its_hotline_is_no_complaint(say) -> None:
    assert "什么事" in say("我要投诉")
    assert "编号" in say("楼道垃圾没人收")
    say("投诉电话是多少")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


def test_progress_is_asked_in_many_words_or_by_the_number_alone(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    told = say(f"进度 {number}")
    digits = number.replace("-", "")
    for words in (
        "{0}",
        "编号{0}",
        "{0}。",
        "查进度 {0}",
        "查一下 {0}",
        "查一下{0}的进度",
        "查 {0}",
        "查进度：{0}",
        "看看 {0}",
    ):
        assert say(words.format(number), "三楼老周") == told
    assert say(digits, "三楼老周") == told
    assert say("查进度") == say("查一下我刚才报的") == told
    assert "没有这个编号" in say("查进度", "三楼老周") and "没有这个编号" in say("13-4", "三楼老周")


@pytest.mark.parametrize("text", ["查一下漏水的原因吧", "看看三层的灯", "撤回垃圾站的决定太好了"])
def test_words_that_only_begin_like_a_command_are_plain_speech(say, text) -> None:
    assert "要报给网格员吗" in say(text)


def test_who_wants_to_withdraw_is_told_how(say, cast, phone) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    reply = say(f"撤回 {number}")
    assert "不能撤回" in reply and "010-00000001" in reply and number in reply and say("撤回") == reply
    assert "不是您" in say(f"撤回 {number}", "三楼老周")
    assert "没有这个编号" in say("撤回 13-4")
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.state == "submitted"
    with writing():
        ticket.state = "resolved"
    assert f"{number} 现在是“{ticket.status.label}”" in say(f"撤回 {number}")


def test_a_bare_report_is_asked_what_it_is_about(say) -> None:
    assert "什么事" in say("报事")
    assert "编号" in say("电梯关门哐当响")
    assert db.session.scalars(select(Ticket)).one().category.slug == "lift"


def test_what_is_in_hand_here_already_is_offered_before_it_is_reported_again(say) -> None:
    number = number_in(say("报事 电梯关门哐当响"))
    assert f"我也遇到 {number}" in say("电梯又停了，困人", "三楼老周")
    assert "共 2 位邻居" in say(f"我也遇到 {number}", "三楼老周")


def test_progress_without_a_number_is_that_of_ones_own_report_here(say) -> None:
    number = number_in(say("报事 楼道灯不亮"))
    assert number in say("进度")
    assert "没有这个编号" in say("进度", "三楼老周")


@pytest.mark.parametrize(
    "text",
    [
        "报事 @所有人 点 http://evil.example/x 领钱",
        "<script>alert(1)</script>看看这个链接",
        "@所有人 https://evil.example 快来",
    ],
)
def test_no_answer_holds_a_mention_or_a_link_we_did_not_write(say, text) -> None:
    reply = say(text)
    assert "@" not in reply and "evil" not in reply and "<" not in reply
    assert set(re.findall(r"https?://[^/\s]+", reply)) <= {"https://onecode.example"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message_id"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": ""}, "text"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": "报" * 2001}, "text"),
        ({"message_id": "1", "group": "chat-5", "sender": ["a"], "text": "报"}, "sender"),
        ({"message_id": "\0", "group": "chat-5", "sender": "a", "text": "报"}, "message_id"),
        ({"message_id": "1", "group": "chat-5", "sender": "a", "text": "\ud800报"}, "text"),
        ([1], "message_id"),
        ("报事", "message_id"),
    ],
)
def test_a_message_that_is_none_is_refused_by_field(app, say, body, field) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = Context().run(app.test_client().post, DOOR, data=json.dumps(body), headers=headers)
    assert answer.status_code == 422 or answer.content_type == "application/problem+json"
    answer = Context().run(app.test_client().post, DOOR, json=body, headers=headers)
    assert answer.status_code == 422 and field in answer.get_json()["fields"]
    db.session.rollback()
    assert db.session.scalars(select(Heard)).all() == []


def test_a_wrong_key_a_foreign_group_and_one_that_was_disabled_hear_nothing(say, cast) -> None:
    say("帮助", key="a-key-for-the-ginkgo-bot-0002", status=401)
    say("帮助", group="chat-9", status=404)
    groups.disable(cast.viewer("shen"), db.session.scalars(select(Group)).one())
    say("帮助", status=404)


def test_who_talks_too_much_waits_and_nothing_said_is_half_done(say) -> None:
    for _ in range(30):
        say("帮助")
    assert "太快" in say("报事 灯不亮", status=429)["detail"]
    assert db.session.scalars(select(Ticket)).all() == []
    assert say("报事 灯不亮", "三楼老周")


def test_what_was_said_leaves_after_a_month_and_what_came_of_it_stays(say) -> None:
    say("报事 灯不亮")
    with writing():
        row = db.session.scalars(select(Heard)).one()
        row.at -= hearing.KEPT * 2
    hearing.forget_heard()
    assert db.session.scalars(select(Heard)).all() == []
    assert db.session.scalars(select(Ticket)).one().words == "灯不亮"


def test_statements_carry_the_number_that_groups_say(app, cast, phone, say) -> None:
    topic = topics.begin(cast.viewer("shen"), cast.place("3号院"), "s", "充电棚", "")
    with writing():
        statement = speaking.say(topic, cast.viewer("shen"), "s", "先装两个")
    assert f"{statement.id} 号" in phone().get(f"/topics/{topic.ref}").get_data(as_text=True)
    assert db.session.get_one(Statement, statement.id).words in phone().get(f"/topics/{topic.ref}").get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("着火了", "119"),
        ("帮助我，三楼有人晕倒了", "120"),
        ("救命", "110"),
        ("报事 3楼着火了", "119"),
        ("同意 救命", "110"),
    ],
)
def test_whoever_speaks_of_a_danger_is_told_whom_to_call_first(say, text, number) -> None:
    assert number in say(text).splitlines()[0]


def test_violence_said_in_a_group_is_not_taken_there_and_the_numbers_are_said(say) -> None:
    reply = say("老公天天打我，救救我")
    assert "110" in reply and "12338" in reply and "不在群里说" in reply and "打我" not in reply
    say("是")
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [("三层灯不亮", "light"), ("楼道里的灯坏了好几天", "light"), ("水管爆了", "water"), ("天上掉下一只猫", "other")],
)
def test_a_report_is_of_the_category_people_mean(say, text, slug) -> None:
    say(f"报事 {text}")
    assert db.session.scalars(select(Ticket)).one().category.slug == slug


def test_a_voice_is_given_by_a_bare_number_and_said_back_in_full(say, cast) -> None:
    topic = topics.begin(cast.viewer("shen"), cast.place("3号院"), "s", "充电棚", "")
    with writing():
        statement = speaking.say(topic, cast.viewer("shen"), "s", "先装两个")
    for text in (f"反对在{statement.id}号楼装", f"同意 {statement.id}、2", "同意大家的看法"):
        say(text)
    assert db.session.scalars(select(Voice)).all() == []
    assert "您不同意“先装两个”" in say(f"不同意 {statement.id}")
    assert "您同意“先装两个”" in say(f"同意{statement.id}号")
    assert [voice.answer for voice in db.session.scalars(select(Voice))] == [1]


def test_what_another_community_talks_over_is_not_voted_on_here(say, cast) -> None:
    topic = topics.begin(cast.viewer("tang"), cast.place("8号院"), "s", "充电棚", "")
    with writing():
        statement = speaking.say(topic, cast.viewer("tang"), "s", "先装两个")
    assert "没有这个号" in say(f"同意 {statement.id}")


def test_a_key_opens_only_the_groups_that_carry_it(say, cast) -> None:
    other = {"bot": "ginkgo-bot", "key": "a-key-of-somebody-elses-bot-02", "chat": "chat-8"}
    groups.add(cast.viewer("tang"), "bot", "residents", "8号院群", other, [cast.place("8号院")])
    assert say("报事 灯不亮", group="chat-5", key=other["key"], status=404)
    assert say("帮助", group="chat-8", key=other["key"])


def test_thanks_are_no_report_and_the_same_words_twice_are_one(say) -> None:
    say("报事")
    assert "不客气" in say("谢谢")
    say("报事 三层灯不亮")
    assert "已经报了" in say("报事 三层灯不亮")
    assert len(db.session.scalars(select(Ticket)).all()) == 1


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"[1]", b"\xff"])
def test_a_body_that_is_no_object_is_refused_however_deep_it_goes(app, say, body) -> None:
    answer = app.test_client().post(DOOR, data=body, headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 422
