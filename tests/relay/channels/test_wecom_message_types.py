"""The message types of a WeCom robot: card, list, image or text, each one message within WeCom's limits."""

import base64
import io
import re
import uuid

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select, update

from governance.core.db import db, now, writing
from governance.core.errors import Refused
from governance.notices import actions as notices
from governance.relay.channels import wecom_message_types
from governance.relay.channels.wecom_webhook import body_of
from governance.relay.delivery.fan_out import expand
from governance.relay.delivery.sender import deliver
from governance.relay.groups import binding, direct_message
from governance.relay.messages.audience import Telling
from governance.relay.model import Group, Message
from governance.tickets.model import Photo, Ticket
from tests.discussions.hall import begun
from tests.groups import make_ready, states
from tests.relay.messages.test_text import HOSTILE

SIGN = re.compile(r"〔[0-9A-Z]{4,8}〕$")


def tell(app) -> None:
    while expand():
        pass
    while deliver(app):
        pass


@pytest.fixture
def publish(cast):
    def made(words: str = "九点到十五点停水。", title: str = "周四停水") -> None:
        told = {"title": title, "words": words, "audience": "residents", "urgent": False}
        notice = notices.write(cast.place("银杏社区"), cast.viewer("shen"), str(uuid.uuid4()), **told)
        notices.make_move(notice, "publish", cast.viewer("shen"), {})

    return made


@pytest.fixture
def finished(ticket, happen):
    """A ticket that everybody may see, finished with a photo."""

    def made(let_out: bool = True, **facts: object) -> int:
        id_ = ticket("5号楼", **{"checked_at": now(), **facts})
        with writing():
            by = db.session.get_one(Ticket, id_).submitter_id
            kept = {"submission": "s", "digest": "d", "state": "clean", "ticket_id": id_, "person_id": by}
            kept |= {"let_out": let_out}
            db.session.add_all(Photo(key=f"{step}-{id_}", step=step, **kept) for step in ("report", "finish", "more"))
        happen(id_, "finish", photos=1)
        return id_

    return made


def test_a_notice_is_a_card_that_leads_to_its_whole_text(app, receiver, robot, publish):
    robot("5号楼")
    publish("九点到十五点停水，请存好水。\n" + ("我们会尽快抢修，来水时间会再通知大家。" * 3 + "\n") * 9)
    tell(app)
    (call,) = receiver.log.calls
    (card,) = call.said["articles"]
    assert call.kind == "news" and call.fault == "" and states() == ["sent"]
    assert card["title"] == "【银杏社区通知】周四停水" and card["url"].startswith("https://onecode.example/notices/")
    about, sign = card["description"].rsplit("\n", 1)
    assert SIGN.match(sign) and about.startswith("九点到十五点停水，请存好水。") and "http" not in about
    assert len(card["description"].encode()) <= 512 and about.endswith("通知大家。…")
    kept = db.session.scalars(select(Message.words)).one()
    assert sign in kept and card["url"] in kept


def test_a_title_too_long_for_a_card_is_told_whole_below_it(app, receiver, robot, publish):
    robot("5号楼")
    publish(title="关于春节期间院里燃放烟花爆竹和电动车充电有关安排的通知请大家互相转告谢谢")
    tell(app)
    (card,) = receiver.log.calls[0].said["articles"]
    assert card["title"].endswith("…") and len(card["title"].encode()) <= 128
    assert "请大家互相转告谢谢" in card["description"]


def test_a_topic_is_a_card(app, cast, receiver, robot):
    robot("5号楼")
    topic = begun(cast, place="3号院")
    tell(app)
    (call,) = receiver.log.calls
    (card,) = call.said["articles"]
    assert call.kind == "news" and "院里装充电棚" in card["title"] and card["url"].endswith(f"/topics/{topic.ref}")


def test_what_is_finished_shows_its_photo_when_everybody_may_see_it(app, receiver, robot, phone, finished):
    robot("5号楼")
    id_ = finished()
    tell(app)
    (call,) = receiver.log.calls
    (card,) = call.said["articles"]
    ref = db.session.get_one(Ticket, id_).ref
    assert card["picurl"] == f"https://onecode.example/t/{ref}/photos/finish-{id_}-full.jpg"
    assert "办好了" in card["title"] and card["url"] == f"https://onecode.example/t/{ref}"


@pytest.mark.parametrize("facts", [{"checked_at": None}, {"let_out": False}])
def test_a_photo_that_not_everybody_may_see_is_not_shown(app, receiver, robot, finished, facts):
    robot("5号楼")
    finished(**facts)
    tell(app)
    assert [call.kind for call in receiver.log.calls] == ["text"] and "photos" not in receiver.heard()[0]


def test_a_photo_of_the_time_before_is_not_shown_for_the_next(app, receiver, robot, finished, happen):
    robot("5号楼")
    id_ = finished()
    tell(app)
    happen(id_, "finish", round=2)
    tell(app)
    assert [call.kind for call in receiver.log.calls] == ["news", "text"]


def test_several_matters_come_to_workers_as_a_list_with_heads_and_to_residents_as_words(
    app, receiver, robot, ticket, happen
):
    robot("第一网格", "workers", key="robot-of-workers")
    robot("5号楼", key="robot-of-residents")
    for category in ("lift", "water"):
        happen(ticket("5号楼", category), "reopen")
    tell(app)
    kinds = {call.key: call.kind for call in receiver.log.calls}
    assert kinds == {"robot-of-workers": "markdown", "robot-of-residents": "text"}
    (said,) = receiver.heard("robot-of-workers")
    assert said.count("**【重办】3号院 5号楼 · ") == 2 and said.count("[点开看](https://onecode.example/t/") == 2
    assert states() == ["sent"] * 4


def test_one_matter_for_workers_stays_plain_words(app, receiver, robot, ticket, happen):
    robot("第一网格", "workers")
    happen(ticket("5号楼"), "report")
    tell(app)
    assert receiver.log.calls[0].kind == "text"


@given(st.lists(HOSTILE.filter(str.strip), min_size=1, max_size=4))
def test_whatever_words_hold_only_our_own_formatting_is_there(words):
    """Even words that nobody made plain before."""
    head, *lines = words
    body = wecom_message_types.markdown([(head, lines, "https://onecode.example/t/1")], "〔0001〕")
    if body is None:
        return
    content = body["markdown"]["content"]
    assert len(content.encode()) <= 4096 and content.count("[点开看](https://onecode.example/t/1)") == 1
    rest = content.replace("[点开看](https://onecode.example/t/1)", "").replace('<font color="comment">', "")
    rest = rest.replace("</font>", "").replace("**", "", 2)
    assert not re.search(r"[<\[\]()`*_#|~\\!@]", rest) and all(">" not in line[1:] for line in rest.splitlines())


@given(st.lists(st.text(alphabet="修好了_>a\n", min_size=1, max_size=900), min_size=1, max_size=6), st.booleans())
def test_no_kind_ever_exceeds_what_the_robot_takes(texts, card):
    link = "https://onecode.example/t/1"
    told = [
        Telling(f"头{one}\n{link}", link, False, ("ticket", number), at_work=True, card=card)
        for number, one in enumerate(texts)
    ]
    words = "\n\n".join(one.words for one in told) + "\n〔0001〕"
    body = body_of(words, told)
    match body["msgtype"]:
        case "news":
            (one,) = body["news"]["articles"]
            assert len(one["title"].encode()) <= 128 and len(one["description"].encode()) <= 512
            assert one["description"].endswith("〔0001〕")
        case "markdown":
            assert len(body["markdown"]["content"].encode()) <= 4096
        case "text":
            assert len(body["text"]["content"].encode()) <= 2048


def test_the_keeper_shows_a_group_the_code_of_its_place_as_a_picture(app, cast, phone, receiver, robot):
    id_ = robot("5号楼")
    phone().sign_in("shen").post(f"/keep/groups/{id_}/code")
    tell(app)
    (call,) = receiver.log.calls
    drawn = Image.open(io.BytesIO(base64.b64decode(call.said["base64"])))
    assert call.kind == "image" and call.fault == "" and states() == ["sent"]
    assert [found.text for found in zxingcpp.read_barcodes(drawn)] == [
        f"https://onecode.example/c/{cast.codes['5号楼']}"
    ]


def test_a_code_cannot_be_shown_where_there_is_not_one_place(cast, robot):
    by = cast.viewer("shen")
    group = db.session.get_one(Group, robot("5号楼"))
    binding.change(group, by, "两栋楼", {}, [cast.place("5号楼"), cast.place("6号楼")])
    with pytest.raises(Refused):
        direct_message.send_code(group, by)


@pytest.mark.parametrize("fault", ["40009", "301019", "45008", "40008", "44004"])
def test_a_kind_the_robot_will_not_take_fails_with_its_reason(app, receiver, robot, publish, fault):
    robot("5号楼")
    receiver.script[""] = [fault]
    publish()
    tell(app)
    assert states() == ["failed"] and fault in db.session.scalars(select(Message.reason)).one()


def test_a_card_whose_answer_is_lost_is_unknown_and_not_repeated_and_a_refused_one_arrives_once(
    app, receiver, robot, publish
):
    robot("5号楼", key="robot-that-breaks")
    robot("6号楼", key="robot-that-is-busy")
    receiver.script["robot-that-breaks"] = ["reset"]
    receiver.script["robot-that-is-busy"] = ["45009"]
    publish()
    tell(app)
    make_ready()
    with writing():
        db.session.execute(update(Message).values(started_at=now()))
    tell(app)
    assert sorted(states()) == ["sent", "unknown"]
    assert len(receiver.heard("robot-that-breaks")) == len(receiver.heard("robot-that-is-busy")) == 1


def test_a_picture_too_big_or_of_another_kind_is_not_made():
    assert wecom_message_types.image(b"GIF89a") is None
    assert wecom_message_types.image(b"\x89PNG\r\n\x1a\n" + b"0" * (2 << 20)) is None
