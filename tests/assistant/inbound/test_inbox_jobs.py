"""The jobs behind the inbox: photos are fetched from allowed hosts, and each message gets one reply."""

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound.inbox import Inbound
from governance.core.db import db, now, writing
from governance.core.jobs import Job
from governance.people.model import Identity
from governance.people.wechat import identity
from governance.tickets.model import Ticket
from tests.assistant.callbacks import bind, heard, latest_ticket, open_doors, say, sealed_photo, work
from tests.at_once import at_once
from tests.peers.platform import message, said, text
from tests.peers.wecom_side import WecomSide
from tests.photos import jpeg_with_gps


@pytest.fixture(autouse=True)
def doors(app, cast) -> None:
    open_doors(app, cast)


def test_words_and_a_photo_in_one_message_are_one_report(app, cast, wecom) -> None:
    bind(app, cast, "5号楼")
    url = wecom.file("shot", sealed_photo(jpeg_with_gps()))
    parts = [{"msgtype": "text", "text": {"content": "@助手 报事 电梯关门哐当响"}}]
    parts += [{"msgtype": "image", "image": {"url": url}}] * 2
    assert "编号" in heard(app, "aibot", said(msgtype="mixed", mixed={"msg_item": parts}))
    assert [(photo.step, photo.state) for photo in latest_ticket().photos] == [("report", "clean")]  # once


def test_a_photo_before_the_words_waits_for_them_and_is_nobody_elses(app, cast, wecom) -> None:
    bind(app, cast, "5号楼")
    url = wecom.file("shot", jpeg_with_gps())  # over the long connection files may come unsealed
    assert "是什么事" in heard(app, "aibot", said(msgtype="image", image={"url": url}))
    heard(app, "aibot", said("@助手 报事 楼道灯不亮", sender="worker-2"))
    assert latest_ticket().photos == []
    heard(app, "aibot", said("@助手 报事 电梯关门哐当响"))
    assert len(latest_ticket().photos) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "https://evil.example/x.jpg",
        "file:///etc/passwd",
        "x",
        "https://qq.com.evil.example/a",
        "https://a.qq.com:8443/x",
        "//",
        "http://[::1",
    ],
)
def test_a_photo_at_a_strange_address_is_not_fetched_and_the_words_still_count(app, cast, wecom, url: str) -> None:
    bind(app, cast, "5号楼")
    parts = [
        {"msgtype": "text", "text": {"content": "@助手 报事 电梯关门哐当响"}},
        {"msgtype": "image", "image": {"url": url}},
    ]
    reply = heard(app, "aibot", said(msgtype="mixed", mixed={"msg_item": parts}))
    assert "编号" in reply and "照片没收到" in reply
    assert latest_ticket().photos == []


@pytest.mark.parametrize("data", [b"", b"x", b"not a photo at all" * 10, bytes(64)])
def test_what_is_no_photo_joins_nothing(app, cast, wecom, data: bytes) -> None:
    bind(app, cast, "5号楼")
    heard(app, "aibot", said("@助手 报事 电梯关门哐当响"))
    reply = heard(app, "aibot", said(msgtype="image", image={"url": wecom.file("no-photo", data)}))
    assert reply.startswith("照片没收到")
    assert latest_ticket().photos == []


def test_what_a_group_said_is_heard_in_turn_however_many_work(app, cast) -> None:
    bind(app, cast, "5号楼")
    words = ["报事 电梯关门哐当响", "三单元的", "谢谢", "报事 楼道灯不亮", "帮助", "二层那个"]
    for number, one in enumerate(words):
        say(app, "aibot", said(one, sender=f"worker-{number // 3}"))
    at_once(app, 3, work)
    assert db.session.scalars(select(ReceivedMessage.text).order_by(ReceivedMessage.id)).all() == words


def test_a_stream_is_unfinished_until_the_work_is_done_and_then_says_the_answer(app, cast) -> None:
    bind(app, cast, "5号楼")
    first = say(app, "aibot", said("@助手 帮助"))["stream"]
    assert (first["finish"], bool(first["content"])) == (False, True)
    asked = said(sender="", msgtype="stream", stream={"id": first["id"]})
    assert say(app, "aibot", asked)["stream"]["finish"] is False
    work()
    last = say(app, "aibot", asked)["stream"]
    assert last["finish"] is True and "您可以这样说" in last["content"]
    assert say(app, "aibot", asked)["stream"] == last
    lost = said(sender="", msgtype="stream", stream={"id": "no-such-stream"})
    assert say(app, "aibot", lost)["stream"]["finish"] is True


@pytest.mark.parametrize("asked", [True, False])
def test_an_answer_nobody_asked_for_goes_to_the_address_once(app, cast, wecom, asked: bool) -> None:
    bind(app, cast, "5号楼")
    first = say(app, "aibot", said("@助手 帮助", response_url=wecom.address("code-1")))["stream"]
    work()
    if asked:
        say(app, "aibot", said(sender="", msgtype="stream", stream={"id": first["id"]}))
    with writing():
        for job in db.session.scalars(select(Job).filter_by(name="relay.answer_later")):
            job.due_at = now()
    work()
    assert list(wecom.answers) == ([] if asked else ["code-1"])
    assert asked or "您可以这样说" in wecom.answers["code-1"]["markdown"]["content"]


def test_an_address_that_is_not_wecoms_is_never_used(app, cast, wecom) -> None:
    bind(app, cast, "5号楼")
    with WecomSide() as evil:
        say(app, "aibot", said("@助手 帮助", response_url=evil.address("code-1")))
        work()
        with writing():
            db.session.scalars(select(Job).filter_by(name="relay.answer_later")).one().due_at = now()
        work()
        assert evil.answers == {}


def test_what_we_cannot_read_is_said_to_be_so(app, cast) -> None:
    where = "<Location_X>39.9</Location_X><Location_Y>116.4</Location_Y>"
    assert "看不懂" in heard(app, "official", message("location", where, "o-1"))
    bind(app, cast, "5号楼")
    assert "看不懂" in heard(app, "aibot", said(msgtype="file", file={"url": "https://a.qq.com/"}))


def test_what_was_said_goes_when_it_is_answered(app, cast) -> None:
    heard(app, "official", text("报事 我姓甄", "o-secret"))
    row = db.session.scalars(select(Inbound)).one()
    assert (row.state, row.body) == ("refused", "{}")  # there is nobody to send it through


def test_a_worker_asks_the_app_for_what_is_in_their_hands_and_for_nothing_else(app, cast, ticket) -> None:
    mine, private, far = ticket(), ticket(private=True), ticket("8号院")
    numbers = [db.session.get_one(Ticket, id_).number for id_ in (mine, private, far)]
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    answers = [heard(app, "app", text(f"进度 {number}", sender="member-gao")) for number in numbers]
    assert [answer.startswith(number) for answer, number in zip(answers, numbers, strict=True)] == [True, True, False]
    assert all(
        f"{numbers[0]} " in heard(app, "app", text(words, sender="member-gao"))
        for words in (numbers[0], f"催办 {numbers[0]}", f"{numbers[0]}怎么样了")
    )
    strangers = [heard(app, "app", text(f"进度 {number}", sender="member-of-nobody")) for number in numbers]
    assert not any(answer.startswith(number) for answer, number in zip(strangers, numbers, strict=True))


def test_of_what_is_private_the_app_says_to_its_worker_only_where_to_read_it(app, cast, ticket) -> None:
    private = db.session.get_one(Ticket, ticket(private=True))
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    answer = heard(app, "app", text(f"进度 {private.number}", sender="member-gao"))
    assert f"/t/{private.ref}" in answer and private.category.label not in answer


@pytest.mark.parametrize("words", ["{}天没来水了", "{}单元灯不亮", "{}层楼道有积水"])
def test_a_worker_who_reports_for_days_or_an_entrance_asks_for_no_ticket(app, cast, ticket, words) -> None:
    number = db.session.get_one(Ticket, ticket()).number
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    assert not heard(app, "app", text(words.format(number), sender="member-gao")).startswith(number)


def test_in_a_group_no_worker_hears_of_what_is_private(app, cast, ticket) -> None:
    bind(app, cast, "5号楼")
    number = db.session.get_one(Ticket, ticket(private=True)).number
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    assert number not in heard(app, "aibot", said(f"@助手 进度 {number}", sender="member-gao"))


@pytest.mark.parametrize("words", ["进度", "今天", "待办", "我的工单？"])
def test_a_worker_asks_the_app_how_much_there_is(app, cast, ticket, words) -> None:
    assert "/desk" not in heard(app, "app", text(words, sender="member-gao"))
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    assert "现在没有要办的事" in heard(app, "app", text(words, sender="member-gao"))
    ticket(), ticket()
    assert "新到 2 件" in (told := heard(app, "app", text(words, sender="member-gao"))) and "/desk" in told


def test_a_worker_reports_to_the_app_by_naming_a_place_where_they_serve(app, cast) -> None:
    identity.bind_worker(cast.viewer("gao"), "member-gao")
    assert "编号" in heard(app, "app", text("报事 5号楼楼道灯坏了", sender="member-gao"))
    assert latest_ticket().place.name == "5号楼"
    assert "哪一个地方" in heard(app, "app", text("报事 楼道灯坏了", sender="member-gao"))


def test_who_reported_on_a_page_asks_the_account_without_a_number(app, cast, phone) -> None:
    resident = phone().known_as("三楼老周", cast)
    resident.report(cast.code("5号楼").token)
    with writing():
        subject = identity.openid_hash("o-zhou")
        zhou = cast.people["三楼老周"]
        db.session.add(Identity(person_id=zhou, kind="openid", subject=subject, handle="o-zhou"))
    assert latest_ticket().number in heard(app, "official", text("进度", sender="o-zhou"))
