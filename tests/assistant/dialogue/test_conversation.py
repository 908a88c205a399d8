"""Whole conversations through the real endpoints, from the first word or scan to the closed ticket."""

import re
import unicodedata

import pytest
from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound.inbox import Inbound
from governance.assistant.inbound.receive import member_identity
from governance.core import media
from governance.core.crypto import keyed_hash
from governance.core.db import db, find_by, writing
from governance.people.access.viewer import Viewer
from governance.people.model import Identity
from governance.people.residents.merge import merge_persons
from governance.people.wechat.identity import openid_hash
from governance.tickets import actions, photos
from governance.tickets.responses import answers
from tests.assistant.callbacks import bind, heard, latest_ticket, open_doors, sealed_photo
from tests.peers.platform import event, said, text
from tests.photos import SECRETS, jpeg_with_gps
from tests.relay.messages.test_topics import HOSTILE

WHOLE_ON = "sqlite"  # what words mean is decided above the database; with --faults on both


@pytest.fixture(autouse=True)
def doors(app, cast) -> None:
    open_doors(app, cast)


def test_who_reported_to_us_alone_is_led_to_where_they_withdraw_it(app, cast, phone) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    heard(app, "official", text("报事 楼道灯不亮"))
    reply = heard(app, "official", text("撤回"))
    link = re.findall(r"https://onecode\.example(/t/\S+)", reply)[0]
    reporter = phone()
    while (answer := reporter.get(link)).status_code == 303:
        link = answer.location
    assert "撤回" in answer.text
    assert "撤回" not in phone().get(f"/t/{latest_ticket().ref}").text


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
    assert "已经送到" in says(f"进度 {number}", "worker-3")
    actions.make_move(latest_ticket(), "accept", cast.viewer("gao"), {"note": ""})
    assert "工作人员看过了" in says(f"进度 {number}")
    actions.make_move(latest_ticket(), "finish", cast.viewer("gao"), {"note": "换了门滑块"})
    assert "办完了" in says(f"进度 {number}")
    for sender in ("worker-1", "worker-2"):
        found, person = latest_ticket(), speaker("aibot:ginkgo", sender)
        with writing():
            answers.give_feedback(found, person, "yes", 5, "")
    assert "这件事结束了" in says(f"进度 {number}", "worker-2")
    (photo,) = latest_ticket().photos
    assert (photo.step, photo.state) == ("more", "clean")
    assert not any(secret in media.get(photos.address(photo, "full")) for secret in SECRETS)
    links = set(re.findall(r"https?://\S+", " ".join(transcript)))
    assert links == {f"https://onecode.example/t/{latest_ticket().ref}"}


def speaker(source: str, sender: str) -> Viewer:
    """The person behind a member's name."""
    robot = keyed_hash("robot.inbound", source)
    found = find_by(Identity, kind="member", subject=member_identity(robot, sender).subject)
    assert found is not None
    return Viewer(person_id=found.person_id)


def test_alone_with_us_a_scan_says_where_one_is_and_what_is_said_next_is_about_it(app, cast) -> None:
    assert "不知道您在哪" in heard(app, "official", text("报事 楼道灯不亮"))
    card = heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    assert "3号院 5号楼" in card and f"/c/{cast.codes['5号楼']}" in card and "报事" in card
    reply = heard(app, "official", text("报事 楼道灯不亮"))
    assert latest_ticket().place_id == cast.places["5号楼"] and f"/t/{latest_ticket().ref}?k=" in reply
    assert not any("?k=" in row.reply for row in db.session.scalars(select(ReceivedMessage)))  # nowhere in the clear
    with writing():
        db.session.scalars(select(Conversation)).one().place_id = None
    assert "编号" in heard(app, "official", text("报事 电梯异响"))  # where one reported last
    assert latest_ticket().place_id == cast.places["5号楼"]
    heard(app, "official", text(cast.codes["6号楼"].lower()))
    heard(app, "official", text("报事 路灯不亮"))
    assert latest_ticket().place_id == cast.places["6号楼"]


def test_who_follows_by_scanning_is_greeted_with_the_place_or_told_how_to_report(app, cast) -> None:
    assert "3号院" in heard(app, "official", event("subscribe", f"qrscene_{cast.codes['3号院']}"))
    assert "3号院" in heard(app, "official", event("SCAN", f"b:{cast.places['3号院']}", "o-4"))
    assert "助手" in heard(app, "official", event("subscribe", "", "o-2"))
    assert "报事" in heard(app, "official", event("SCAN", "b:99999999999999999999", "o-3"))
    assert "报事" in heard(app, "official", event("SCAN", "00000000", "o-3"))
    assert heard(app, "official", event("unsubscribe")) == ""
    assert [row.state for row in db.session.scalars(select(Inbound).order_by(Inbound.id))][-1] == "silent"


def test_what_is_private_may_be_told_to_us_alone(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    reply = heard(app, "official", text("报事 楼上家暴，孩子一直哭"))
    assert latest_ticket().private and "110" in reply
    assert latest_ticket().number in heard(app, "official", text("进度"))
    assert "不知道您在哪栋楼" in heard(app, "official", text(f"进度 {latest_ticket().number}", "o-neighbour"))


def test_to_inform_on_somebody_is_private_whatever_it_is_about_and_a_bare_word_is_asked_about(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"]))
    assert "什么事" in heard(app, "official", text("我要举报物业"))
    reply = heard(app, "official", text("保安半夜放垃圾车进来"))
    assert latest_ticket().private and latest_ticket().words == "举报物业 保安半夜放垃圾车进来" and "12388" in reply


def test_who_writes_to_the_account_and_who_signs_in_by_it_are_one_person(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"], "o-77"))
    identity = find_by(Identity, kind="openid", subject=openid_hash("o-77"))
    heard(app, "official", text("报事 楼道灯不亮", "o-77"))
    assert identity is not None and latest_ticket().submitter_id == identity.person_id


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
    assert latest_ticket() is None
    assert "您可以" in heard(app, "official", text("帮助", "o-2"))


def test_talks_follow_a_person_who_is_merged(app, cast) -> None:
    heard(app, "official", event("SCAN", cast.codes["5号楼"], "o-old"))
    heard(app, "official", event("SCAN", cast.codes["6号楼"], "o-new"))
    persons = [find_by(Identity, kind="openid", subject=openid_hash(one)).person for one in ("o-old", "o-new")]
    with writing():
        merge_persons(*persons)
    assert [(talk.person_id, talk.place_id) for talk in db.session.scalars(select(Conversation))] == [
        (persons[1].id, cast.places["6号楼"])
    ]
    assert {row.person_id for row in db.session.scalars(select(ReceivedMessage))} == {persons[1].id}
