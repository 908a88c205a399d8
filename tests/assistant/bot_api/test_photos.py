"""Photos through the bots' endpoint: they join a report, lose their metadata, and other files are refused."""

import io
from contextvars import Context
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound import receive
from governance.core import media
from governance.core.db import db, now
from governance.tickets import photos
from governance.tickets.model import Photo, Ticket
from tests.assistant.bot import DOOR, KEY, bind_bot
from tests.assistant.callbacks import work
from tests.photos import SECRETS, bomb_png, gif, jpeg_with_gps, lying_jpeg, png, svg, truncated

WHOLE_ON = "sqlite"  # what a field may hold is decided above the database; with --faults on both


@pytest.fixture
def tell(app, cast):
    """Says something with photos in 5号楼's group; (status, JSON)."""
    bind_bot(cast)

    def one(mark, *shots, key=KEY, sender="爱种花的", **more):
        files = [(io.BytesIO(shot), f"{number}.jpg") for number, shot in enumerate(shots)]
        body = {"message_id": mark, "group": "chat-5", "sender": sender, "photos": files} | more
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "multipart/form-data"}
        answer = Context().run(app.test_client().post, DOOR, data=body, headers=headers)
        db.session.rollback()
        return answer.status_code, answer.get_json()

    return one


def ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket)).one()


def count(rows) -> int:
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def test_photos_that_come_with_a_report_are_its_photos_and_keep_no_past(tell) -> None:
    status, answer = tell("m1", jpeg_with_gps(), png(), text="报事 三层灯不亮")
    assert status == 200 and ticket().number in answer["reply"]
    work()
    assert [(photo.step, photo.state) for photo in ticket().photos] == [("report", "clean")] * 2
    for photo in ticket().photos:
        kept = media.get(photos.address(photo, "full"))
        assert kept and not any(secret in kept for secret in SECRETS)
    assert tell("m1", png(), text="报事 三层灯不亮") == (200, answer)
    assert count(Photo) == 2


def test_photos_alone_join_the_last_report_and_before_one_wait_for_it(tell) -> None:
    assert "再说一句是什么事" in tell("m1", png())[1]["reply"]
    assert count(Ticket) == 0
    tell("m2", text="报事 三层灯不亮")
    assert len(ticket().photos) == 1
    assert "放进编号" in tell("m3", png(40, 30), text="")[1]["reply"]
    assert len(ticket().photos) == 2
    tell("m4", png(60, 30), sender="三楼老周")
    assert len(ticket().photos) == 2  # his own wait for his own words


@pytest.mark.parametrize("shot", [b"", b"x", gif(), svg(), bomb_png(), lying_jpeg()])
def test_what_is_no_photo_is_refused_by_its_place_and_nothing_of_it_is_heard(tell, shot) -> None:
    status, problem = tell("m1", png(), shot, text="报事 三层灯不亮")
    assert status == 422 and problem["fields"]["photos"].startswith("第 2 张：")
    assert (count(Ticket), count(Photo), count(ReceivedMessage)) == (0, 0, 0)
    assert tell("m1", png(), text="报事 三层灯不亮")[0] == 200


def test_one_larger_than_a_report_takes_is_refused(tell) -> None:
    status, problem = tell("m1", png(40, 30) + bytes(15 << 20))
    assert status == 422 and "15 MB" in problem["fields"]["photos"]


def test_one_that_cannot_be_drawn_is_never_shown(tell) -> None:
    tell("m1", truncated(), text="报事 三层灯不亮")
    work()
    assert [photo.state for photo in ticket().photos] == ["refused"]


def test_without_the_key_no_photo_is_taken(tell) -> None:
    assert tell("m1", png(), key="a-key-of-somebody-else-00001")[0] == 401
    assert count(Photo) == 0


def test_words_are_needed_where_no_photo_comes(tell) -> None:
    status, problem = tell("m1", text="")
    assert status == 422 and list(problem["fields"]) == ["text"]


def test_words_alone_stay_small(app, tell) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    answer = app.test_client().post(DOOR, data=b" " * (2 << 20), headers=headers)
    assert answer.status_code == 413


def test_a_photo_of_what_was_called_off_joins_nothing_later(tell, cast) -> None:
    tell("1", png(), text="电梯坏了")
    tell("2", text="不用了")
    tell("3", text="报事 漏水了")
    assert ticket().photos == []


def test_a_photo_with_words_that_say_nothing_waits_and_is_said_to(tell, cast) -> None:
    assert "照片收到了" in tell("1", png(), text="好的")[1]["reply"]
    tell("2", text="报事 漏水了")
    assert len(ticket().photos) == 1


def test_a_photo_that_comes_late_with_words_that_say_nothing_joins_nothing_newer(app, cast) -> None:
    group, who = bind_bot(cast), receive.member_identity("robot", "爱种花的")
    said = partial(receive.Utterance, "robot", who=who, room=receive.room_of(group.id), group_id=group.id)
    receive.store_and_answer(said("1", text="报事 楼道灯不亮"))
    late = said("2", text="谢谢", shots=(png(),), at=now() - timedelta(minutes=1))
    assert "请再发一次" in receive.store_and_answer(late)
    assert ticket().photos == []
