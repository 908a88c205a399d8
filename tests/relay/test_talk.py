"""Talks with residents and members, through the real doors: from the first word, a scan or a photo to the closed."""

import re
import unicodedata

import pytest
from sqlalchemy import select

from governance.core import media
from governance.core.crypto import keyed_hash
from governance.core.db import by, db, now, writing
from governance.core.jobs import Job
from governance.people.access import Viewer
from governance.people.meeting import openid_hash
from governance.people.merging import merge
from governance.people.model import Identity
from governance.relay import groups, robots
from governance.relay.hearing import member
from governance.relay.inbox import Inbound
from governance.relay.model import Group, Heard
from governance.relay.talk import Talk
from governance.tickets import actions, photos, voices
from governance.tickets.model import Ticket
from tests.peers.platform import Platform, event, message, said, text
from tests.peers.wecom_side import WecomSide
from tests.photos import SECRETS, jpeg_with_gps
from tests.relay.callbacks import heard, open_doors, say, work
from tests.relay.test_topics import HOSTILE


@pytest.fixture(autouse=True)
def doors(app, cast) -> None:
    open_doors(app, cast)


@pytest.fixture
def wecom(app):
    with WecomSide() as side:
        app.extensions["settings"].wecom_api_base = side.url
        yield side


def bind(app, cast, *places: str, chat: str = "chat-5") -> Group:
    """A group speaks to the robot, and its keeper types in the number it is told."""
    number = re.findall(r"\d{6}", heard(app, "aibot", said("@助手 你好", chat=chat)))[0]
    found = [cast.place(place) for place in places]
    return groups.add(cast.viewer("shen"), "wecom_aibot", "residents", f"{places[0]}群", {"number": number}, found)


def ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def sealed_photo(shot: bytes) -> bytes:
    missing = 32 - len(shot) % 32
    return Platform("").enciphered(shot + bytes([missing]) * missing)


def test_a_group_is_bound_by_the_number_its_robot_says(app, cast) -> None:
    first = heard(app, "aibot", said("@助手 报事 灯不亮"))
    again = heard(app, "aibot", said("@助手 在吗", sender="worker-2"))
    assert "还没有绑定" in first and re.findall(r"\d{6}", first) == re.findall(r"\d{6}", again)
    other = heard(app, "aibot", said("@助手 在吗", chat="chat-6"))
    assert re.findall(r"\d{6}", other) != re.findall(r"\d{6}", first)
    group = bind(app, cast, "5号楼")
    assert group.bound == {"robot": "ginkgo", "chat": "chat-5"} and not group.told
    assert "编号" in heard(app, "aibot", said("@助手 报事 灯不亮"))
    assert ticket().place_id == cast.places["5号楼"]
    groups.disable(cast.viewer("shen"), group)
    assert "停用" in heard(app, "aibot", said("@助手 报事 灯不亮"))


@pytest.mark.parametrize("number", ["", "000000", "12345", "abc", "1" * 50])
def test_a_number_nobody_was_told_binds_nothing(app, cast, number: str) -> None:
    heard(app, "aibot", said("@助手 你好"))
    with pytest.raises(groups.Invalid):
        groups.add(cast.viewer("shen"), "wecom_aibot", "residents", "群", {"number": number}, [cast.place("5号楼")])


def test_the_digits_bind_only_for_who_may_keep_that_robot(app, cast, phone) -> None:
    number = re.findall(r"\d{6}", heard(app, "aibot", said("@助手 你好")))[0]
    given = {"number": number}
    with pytest.raises(groups.Invalid) as refused:  # the robot is 银杏社区's, and 海棠社区 keeps only its own places
        groups.add(cast.viewer("tang"), "wecom_aibot", "residents", "群", given, [cast.place("8号院")])
    assert "不归您管" in refused.value.fields["number"]
    tang = phone().sign_in("tang")
    form = {"name": "群", "audience": "residents", "places": "8号院", "set_number": number}
    tang.get("/keep/groups/new/wecom_aibot")
    answer = tang.post("/keep/groups/new/wecom_aibot", **form)
    assert answer.status_code == 422 and "不归您管" in answer.text
    db.session.rollback()
    assert db.session.scalars(select(Group)).all() == []
    yard = [cast.place("8号院")]
    assert groups.add(cast.viewer("qiao"), "wecom_aibot", "residents", "群", given, yard).bound["chat"] == "chat-5"


def test_who_reported_to_us_alone_is_led_to_where_they_withdraw_it(app, cast, phone) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    heard(app, "official", text("报事 楼道灯不亮"))
    reply = heard(app, "official", text("撤回"))
    link = re.findall(r"https://onecode\.example(/t/\S+)", reply)[0]
    reporter = phone()
    while (answer := reporter.get(link)).status_code == 303:
        link = answer.location
    assert "撤回" in answer.text
    assert "撤回" not in phone().get(f"/t/{ticket().ref}").text


def test_a_group_is_bound_once(app, cast) -> None:
    heard(app, "aibot", said("@助手 你好"))
    number = db.session.scalars(select(robots.Pairing.number)).one()
    given = ("wecom_aibot", "residents", "群", {"number": number}, [cast.place("5号楼")])
    group = groups.add(cast.viewer("shen"), *given)
    with pytest.raises(groups.Invalid):
        groups.add(cast.viewer("shen"), *given)
    groups.change(cast.viewer("shen"), group, "5号楼工作群", {"number": ""}, [cast.place("5号楼")])
    assert group.bound["chat"] == "chat-5"


def test_a_conversation_in_a_group_from_report_with_photo_to_closed(app, cast, wecom) -> None:
    bind(app, cast, "5号楼", "6号楼")
    transcript = []

    def says(words: str = "", sender: str = "worker-1", **more) -> str:
        transcript.append(heard(app, "aibot", said(f"@助手 {words}", sender=sender, **more)))
        return transcript[-1]

    assert "哪一个地方" in says("报事 电梯关门哐当响")
    number = re.findall(r"编号 (\d+-\d)", says("五号楼"))[0]
    url = wecom.file("shot-1", sealed_photo(jpeg_with_gps()))
    assert f"编号 {number}" in says(msgtype="image", image={"url": url})
    assert f"我也遇到 {number}" in says("5号楼的电梯又停了", "worker-2")
    assert "共 2 位" in says(f"我也遇到 {number}", "worker-2")
    assert "已送到" in says(f"进度 {number}", "worker-3")
    actions.move(ticket(), "accept", cast.viewer("gao"), {"note": ""})
    assert "已受理" in says(f"进度 {number}")
    actions.move(ticket(), "finish", cast.viewer("gao"), {"note": "换了门滑块"})
    assert "已办结" in says(f"进度 {number}")
    for sender in ("worker-1", "worker-2"):
        found, person = ticket(), speaker("aibot:ginkgo", sender)
        with writing():
            voices.answer(found, person, "yes", 5, "")
    assert "已结案" in says(f"进度 {number}", "worker-2")
    (photo,) = ticket().photos
    assert (photo.step, photo.state) == ("more", "clean")
    assert not any(secret in media.get(photos.address(photo, "full")) for secret in SECRETS)
    links = set(re.findall(r"https?://\S+", " ".join(transcript)))
    assert links == {f"https://onecode.example/t/{ticket().ref}"}


def speaker(source: str, sender: str) -> Viewer:
    """The person behind a member's name."""
    found = by(Identity, kind="member", subject=member(keyed_hash("robot.inbound", source), sender).subject)
    assert found is not None
    return Viewer(person_id=found.person_id)


def test_words_and_a_photo_in_one_message_are_one_report(app, cast, wecom) -> None:
    bind(app, cast, "5号楼")
    url = wecom.file("shot", sealed_photo(jpeg_with_gps()))
    parts = [{"msgtype": "text", "text": {"content": "@助手 报事 电梯关门哐当响"}}]
    parts += [{"msgtype": "image", "image": {"url": url}}] * 2
    assert "编号" in heard(app, "aibot", said(msgtype="mixed", mixed={"msg_item": parts}))
    assert [(photo.step, photo.state) for photo in ticket().photos] == [("report", "clean")]  # the same photo once


def test_a_photo_before_the_words_waits_for_them_and_is_nobody_elses(app, cast, wecom) -> None:
    bind(app, cast, "5号楼")
    url = wecom.file("shot", jpeg_with_gps())  # over the long connection files may come unsealed
    assert "是什么事" in heard(app, "aibot", said(msgtype="image", image={"url": url}))
    heard(app, "aibot", said("@助手 报事 楼道灯不亮", sender="worker-2"))
    assert ticket().photos == []
    heard(app, "aibot", said("@助手 报事 电梯关门哐当响"))
    assert len(ticket().photos) == 1


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
    assert ticket().photos == []


@pytest.mark.parametrize("data", [b"", b"x", b"not a photo at all" * 10, bytes(64)])
def test_what_is_no_photo_joins_nothing(app, cast, wecom, data: bytes) -> None:
    bind(app, cast, "5号楼")
    heard(app, "aibot", said("@助手 报事 电梯关门哐当响"))
    reply = heard(app, "aibot", said(msgtype="image", image={"url": wecom.file("no-photo", data)}))
    assert reply.startswith("照片没收到")
    assert ticket().photos == []


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


def test_alone_with_us_a_scan_says_where_one_is_and_what_is_said_next_is_about_it(app, cast) -> None:
    assert "不知道您在哪" in heard(app, "official", text("报事 楼道灯不亮"))
    card = heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    assert "3号院 5号楼" in card and f"/c/{cast.codes['5号楼']}" in card and "报事" in card
    reply = heard(app, "official", text("报事 楼道灯不亮"))
    assert ticket().place_id == cast.places["5号楼"] and f"/t/{ticket().ref}?k=" in reply
    assert not any("?k=" in row.reply for row in db.session.scalars(select(Heard)))  # nowhere in the clear
    with writing():
        db.session.scalars(select(Talk)).one().place_id = None
    assert "编号" in heard(app, "official", text("报事 电梯异响"))  # where one reported last
    assert ticket().place_id == cast.places["5号楼"]
    heard(app, "official", text(cast.codes["6号楼"].lower()))
    heard(app, "official", text("报事 路灯不亮"))
    assert ticket().place_id == cast.places["6号楼"]


def test_who_follows_by_scanning_is_greeted_with_the_place_and_a_false_code_is_said_to_be_one(app, cast) -> None:
    assert "3号院" in heard(app, "official", event("subscribe", f"qrscene_{cast.codes['3号院']}"))
    assert "3号院" in heard(app, "official", event("SCAN", f"b:{cast.places['3号院']}", "o-4"))
    assert "助手" in heard(app, "official", event("subscribe", "", "o-2"))
    assert "不是我们的" in heard(app, "official", event("SCAN", "b:99999999999999999999", "o-3"))
    assert "不是我们的" in heard(app, "official", event("SCAN", "00000000", "o-3"))
    assert heard(app, "official", event("unsubscribe")) == ""
    assert [row.state for row in db.session.scalars(select(Inbound))][-1] == "silent"


def test_what_we_cannot_read_is_said_to_be_so(app, cast) -> None:
    where = "<Location_X>39.9</Location_X><Location_Y>116.4</Location_Y>"
    assert "看不懂" in heard(app, "official", message("location", where, "o-1"))
    bind(app, cast, "5号楼")
    assert "看不懂" in heard(app, "aibot", said(msgtype="file", file={"url": "https://a.qq.com/"}))


def test_what_is_private_may_be_told_to_us_alone(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    reply = heard(app, "official", text("报事 楼上家暴，孩子一直哭"))
    assert ticket().private and "110" in reply
    assert ticket().number in heard(app, "official", text("进度"))
    assert "没有这个编号" in heard(app, "official", text(f"进度 {ticket().number}", "o-neighbour"))


def test_who_writes_to_the_account_and_who_signs_in_by_it_are_one_person(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"], "o-77"))
    identity = by(Identity, kind="openid", subject=openid_hash("o-77"))
    heard(app, "official", text("报事 楼道灯不亮", "o-77"))
    assert identity is not None and ticket().submitter_id == identity.person_id


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("before", ["", "报事 ", "进度 ", "同意 "])
def test_hostile_words_are_harmless_in_every_answer(app, cast, words: str, before: str) -> None:
    bind(app, cast, "5号楼")
    reply = heard(app, "aibot", said(f"@助手 {before}{words}", sender=words[:100] or "x"))
    ours = re.sub(r"https://onecode\.example/\S*", "", reply)
    assert not set(ours) & set("@<>[]{}`*") and "evil" not in ours and "://" not in ours
    assert not any(unicodedata.category(char) in ("Cf", "Cs", "Co", "Cn") for char in ours)


def test_who_talks_too_much_is_told_so_and_nothing_is_half_done(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    for _ in range(30):
        heard(app, "official", text("帮助"))
    assert "太快" in heard(app, "official", text("报事 楼道灯不亮"))
    assert ticket() is None
    assert "您可以" in heard(app, "official", text("帮助", "o-2"))


def test_what_was_said_goes_when_it_is_answered(app, cast) -> None:
    heard(app, "official", text("报事 我姓甄", "o-secret"))
    row = db.session.scalars(select(Inbound)).one()
    assert (row.state, row.body) == ("refused", "{}")  # there is nobody to send it through


def test_talks_follow_a_person_who_is_merged(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"], "o-old"))
    heard(app, "official", event("SCAN", cast.codes["6号楼"], "o-new"))
    persons = [by(Identity, kind="openid", subject=openid_hash(one)).person for one in ("o-old", "o-new")]
    with writing():
        merge(*persons)
    assert [(talk.person_id, talk.place_id) for talk in db.session.scalars(select(Talk))] == [
        (persons[1].id, cast.places["6号楼"])
    ]
    assert {row.person_id for row in db.session.scalars(select(Heard))} == {persons[1].id}
