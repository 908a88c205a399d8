"""A canary in every personal column, planted through the real routes where there is one; what is left of it.

The resident reports, adds, answers, is known, talks in the hall and to the bot. Then everything is erased, and the
word is looked for in every value of every table, in the bytes of the database and its WAL, in the media store, in the
pages kept in memory and in what was logged.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from contextvars import Context
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, select, text, update

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.inbound.inbox import Inbound, forget_inbound
from governance.core import media
from governance.core.crypto import Personal, keyed_hash
from governance.core.db import Base, db, empty_wal, now, rewrite, writing
from governance.core.events import Event, broken_at, seal
from governance.core.jobs import Job, run_next
from governance.core.personal import Erased, sections
from governance.discussions.model import Reply, Statement, Topic, Voice
from governance.people.households import Sms, VerificationRequest
from governance.people.model import Identity, Person
from governance.people.residents import personal_data
from governance.relay.model import Delivery, Group, Message
from governance.tickets import photos as cleaning
from governance.tickets.model import Answer, Follow, Nudge, Photo, Ticket
from governance.web.app import create_app
from tests import photos
from tests.app import settings_for
from tests.assistant.bot import DOOR, KEY, bind_bot
from tests.assistant.callbacks import heard, open_doors
from tests.cast import Cast
from tests.peers.platform import text as message_text
from tests.peers.postgres import database_name
from tests.people.known import person_of
from tests.phone import Phone

WORD = "金丝雀"
PHONE = "13973317331"
LEFTOVERS = (WORD, PHONE)
# Columns of free words in which the canary sits before it is erased.
PLANTED = {
    "answer.words",
    "conversation.words",
    "event.words",
    "flag.words",
    "identity.handle",
    "message.words",
    "person.name",
    "person.nickname",
    "person.nickname_key",
    "person.phone",
    "received_message.reply",
    "received_message.text",
    "reply.appeal",
    "reply.words",
    "review.words",
    "sms.text",
    "sms.to",
    "statement.appeal",
    "statement.words",
    "ticket.contact_name",
    "ticket.contact_phone",
    "ticket.where",
    "ticket.public_words",
    "ticket.words",
    "topic.title",
    "topic.words",
    "verification_request.nickname",
    "verification_request.phone",
}
# Codes, hashes and names the resident does not choose.
NO_WORDS = {
    "answer.solved",
    "event.salt",
    "follow.role",
    "identity.kind",
    "identity.secret",
    "identity.subject",
    "person.known_by",
    "photo.digest",
    "residence.how",
    "review.well",
    "slip.secret_hash",
    "ticket.content_digest",
    "staff_session.agent",
    "verification_request.code",
    "verification_request.code_hash",
    "verification_request.phone_hash",
}


def _photo(name: str = "a.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(photos.png()), name


class Story:
    """One resident who leaves something everywhere."""

    def __init__(self, phone: Any, cast: Cast) -> None:
        self.cast, self.me, self.shen = cast, phone(), phone().sign_in("shen")
        self.gao, self.neighbour = phone().sign_in("gao"), phone().known_as("邻居甲", cast, door="1单元101")
        self.code = cast.codes["5号楼"]
        self.me.get("/signin")
        self.ticket = self._report()
        self._become_known()
        self.topic = self._talk()
        self._rest()
        while run_next():
            pass
        while seal():
            pass

    def _report(self) -> str:
        sent = {"where": f"{WORD}三层", "contact_name": f"{WORD}奶奶", "contact_phone": PHONE}
        address = self.me.report(self.code, words=f"{WORD}灯不亮", photos=_photo(), **sent)
        assert self.me.post(f"{address}/more", words=f"{WORD}补一句").status_code == 303
        assert self.me.post(f"{address}/nudge").status_code == 303
        while run_next():
            pass
        self.gao.get(address)
        assert self.gao.post(f"{address}/moves/accept").status_code == 303
        assert self.gao.post(f"{address}/moves/finish", note="换了灯泡", photos=_photo("b.png")).status_code == 303
        self.me.get(address)
        answer = self.me.post(f"{address}/answer", solved="partly", satisfied="3", words=f"{WORD}还闪")
        assert answer.status_code == 303
        other = self.neighbour.report(self.code, words="大门坏了")
        assert self.me.post(f"{other}/join").status_code == 303
        return address

    def _become_known(self) -> None:
        self.me.known_as(f"{WORD}阿姨", self.cast)
        with writing():
            # known_as moves the device to a new person; here the person of the report becomes known instead
            reporter = db.session.scalars(select(Ticket.submitter_id).filter_by(ref=self.ticket[3:])).one()
            known = self.cast.person(f"{WORD}阿姨")
            known.name, known.phone = f"{WORD}王", PHONE
            db.session.execute(Follow.__table__.update().where(Follow.person_id == reporter).values(person_id=known.id))
            for model, column in (
                (Ticket, "submitter_id"),
                (Answer, "person_id"),
                (Nudge, "person_id"),
                (Photo, "person_id"),
            ):
                mine = model.__table__.update().where(model.__table__.c[column] == reporter)
                db.session.execute(mine.values({column: known.id}))
            db.session.get_one(Person, reporter).merged_into_id = known.id

    def _talk(self) -> str:
        place = f"/c/{self.code}/topics/new"
        location = self.me.post(place, title=f"{WORD}充电棚", words=f"{WORD}说来话长").location
        ref = re.search(r"/topics/([^/?#]+)", location)[1]
        assert self.shen.post(f"/topics/{ref}/moves/open", note="大家说").status_code == 303
        assert self.me.post(f"/topics/{ref}/statements", words=f"{WORD}先装两个").status_code == 303
        self.neighbour.post(f"/topics/{ref}/statements", words="装在东门好")
        db.session.rollback()
        mine, theirs = db.session.scalars(select(Statement.id).order_by(Statement.id))
        assert (
            self.me.post(f"/topics/{ref}/replies", words=f"{WORD}同意", noun="statement", to=str(theirs)).status_code
            == 303
        )
        assert self.me.post(f"/topics/{ref}/statements/{theirs}/voice", answer="agree").status_code == 303
        assert self.neighbour.post(f"/topics/{ref}/statements/{mine}/voice", answer="agree").status_code == 303
        assert self.me.post(f"/topics/{ref}/statement/{theirs}/flag", words=f"{WORD}举报").status_code == 303
        db.session.rollback()
        reply = db.session.scalars(select(Reply.id)).one()
        for noun, number in (("statement", mine), ("reply", reply)):
            assert self.shen.post(f"/topics/{ref}/{noun}/{number}/hide", reason="请改一改").status_code == 303
            assert self.me.post(f"/topics/{ref}/{noun}/{number}/appeal", words=f"{WORD}申诉").status_code == 303
        return ref

    def _rest(self) -> None:
        """What has no route in this world: WeChat, the bot, text messages, a telling of the topic, a review."""
        me = person_of(self.me).id  # which looks anew
        topic = db.session.scalars(select(Topic).filter_by(ref=self.topic)).one()
        told = db.session.scalars(select(Event.id).filter_by(noun="topic", subject_id=topic.id, verb="open")).one()
        with writing():
            group = Group(name="3号院居民群", channel="manual", audience="residents", settings="{}")
            message = Message(short_code="m1", channel="manual", words=f"新议题：{WORD}充电棚", state="sent")
            sms = Sms(id="s" * 36, to=PHONE, text=f"{WORD} 123456")
            db.session.add_all((group, message, sms))
            db.session.flush()
            asked = {"person_id": me, "way": "sms", "nickname": f"{WORD}阿姨", "phone": PHONE, "sms_id": sms.id}
            db.session.add_all(
                (
                    Delivery(event_id=told, group_id=group.id, channel="manual", state="sent", message_id=message.id),
                    VerificationRequest(**asked, phone_hash=keyed_hash("phone", PHONE), expires_at=message.started_at),
                    Identity(person_id=me, kind="openid", subject="o" * 43, handle=f"o{WORD}"),
                    ReceivedMessage(robot="r", message_id="1", person_id=me, text=f"{WORD}报事", reply=f"记下了{WORD}"),
                    Conversation(person_id=me, room="group:1", words=f"{WORD}没说完"),
                )
            )
            review = Base.metadata.tables["review"].insert()
            facts = {
                "topic_id": topic.id,
                "person_id": me,
                "well": "yes",
                "words": f"{WORD}挺好",
                "at": topic.proposed_at,
            }
            db.session.execute(review.values(facts))


def values() -> Iterator[tuple[str, str]]:
    """Every value of every table as text, decrypted."""
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(*table.columns)):
            yield from (
                (f"{table.name}.{column.name}", str(value)) for column, value in zip(table.columns, row, strict=True)
            )


def _is_text(type_: Any) -> bool:
    return isinstance(getattr(type_, "impl", type_), String)


def where_it_is() -> set[str]:
    db.session.rollback()
    found = {name for name, value in values() if any(word in value for word in LEFTOVERS)}
    db.session.rollback()  # a reader would be in the way of the WAL
    return found


def left_in_bytes(files: list[Path]) -> list[str]:
    words = [word.encode() for word in LEFTOVERS]
    return [file.name for file in files if any(word in file.read_bytes() for word in words)]


def files_of(app: Flask) -> list[Path]:
    var = app.extensions["media_folder"].parent
    return [file for file in var.rglob("*") if file.is_file()]


@pytest.fixture
def story(phone, cast) -> Story:
    return Story(phone, cast)


def photo_of_the_finish() -> Photo:
    return db.session.scalars(select(Photo)).one()


def record_is_whole() -> list[int | None]:
    while seal():
        pass
    return [broken_at(stream) for stream in db.session.scalars(select(Event.stream).distinct()).all()]


def test_the_story_plants_the_word_in_every_column_that_can_hold_it(story) -> None:
    assert where_it_is() == PLANTED
    marked = {
        f"{section.name}.{name}"
        for section in sections()
        for name, mark in section.marks.items()
        if mark.erased is not Erased.BY_TERM and _is_text(section.model.__table__.c[name].type)
    }
    assert marked - PLANTED == NO_WORDS


def test_nothing_of_it_is_left_anywhere(story, app, capfd) -> None:
    before = left_in_bytes(files_of(app))
    assert before or db.engine.dialect.name == "postgresql"  # else the search finds nothing at all
    page = story.me.get("/me/erase").get_data(as_text=True)
    assert "找不回来" in page
    assert where_it_is() == PLANTED  # asking changes nothing
    assert story.me.post("/me/erase").status_code == 303
    assert where_it_is() == set()
    assert left_in_bytes(files_of(app)) == []
    assert {key.rpartition("/")[2][:24] for key in media.keys("photos")} == {photo_of_the_finish().key}
    assert media.keys("quarantine") == []
    assert set(record_is_whole()) == {None}
    assert not any(word in str(kept.thing) for kept in app.extensions["kept_pages"].values() for word in LEFTOVERS)
    out = capfd.readouterr()
    assert not any(word in out.out + out.err for word in LEFTOVERS)
    print("files with the word: before", before, "after", left_in_bytes(files_of(app)), "columns", len(PLANTED), 0)
    while run_next():
        pass
    assert where_it_is() == set()
    assert [job.error for job in db.session.scalars(select(Job)) if job.error] == []


@pytest.mark.mainly_on("sqlite")
def test_a_reader_in_the_way_of_the_wal_only_delays_it(phone, cast, app) -> None:
    someone = phone()
    someone.report(cast.codes["5号楼"], words=f"{WORD}灯不亮")
    with db.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM ticket").one()
        assert someone.post("/me/erase").status_code == 303
        assert left_in_bytes(files_of(app)) == ["onecode.sqlite3-wal"]
    while run_next():
        pass
    assert left_in_bytes(files_of(app)) == []


def test_what_is_everybodys_stays(story) -> None:
    before = db.session.scalars(select(Ticket).filter_by(ref=story.ticket[3:])).one()
    facts = (before.state, before.place_id, before.category_id, before.submitted_at, before.round, before.nudged)
    ids = personal_data.ids_of(person_of(story.me).id)
    story.me.post("/me/erase")
    db.session.rollback()
    db.session.expire_all()
    after = db.session.scalars(select(Ticket).filter_by(ref=story.ticket[3:])).one()
    assert facts == (after.state, after.place_id, after.category_id, after.submitted_at, after.round, after.nudged)
    assert [(answer.solved, answer.satisfied, answer.words) for answer in db.session.scalars(select(Answer))] == [
        ("partly", 3, "")
    ]
    assert len(db.session.scalars(select(Voice)).all()) == 2
    assert db.session.scalars(select(Follow).where(Follow.person_id.in_(ids))).all() == []
    assert db.session.scalars(select(Identity).where(Identity.person_id.in_(ids))).all() == []
    theirs = db.session.scalars(select(Statement).order_by(Statement.id)).all()
    assert [(one.words, one.state) for one in theirs] == [("（本人已删去）", "hidden"), ("装在东门好", "shown")]
    for page in (
        f"/topics/{story.topic}",
        f"/topics/{story.topic}/record",
        story.ticket,
        f"{story.ticket}/record",
        "/desk",
    ):
        answer = story.shen.get(page)
        assert (page, answer.status_code, WORD in answer.get_data(as_text=True)) == (page, 200, False)


def test_whoever_erased_is_a_stranger_on_the_same_phone(story) -> None:
    story.me.post("/me/erase")
    page = story.me.get("/me/data?erased=1").get_data(as_text=True)
    assert "删好了" in page
    assert "还什么都没有存" in page
    assert "这台手机还没有报过事" in story.me.get("/me").get_data(as_text=True)
    again = story.me.report(story.code)
    assert again in story.me.get("/me").get_data(as_text=True)


def test_a_device_that_nobody_knows_erases_too(phone, cast, app) -> None:
    someone = phone()
    address = someone.report(cast.codes["5号楼"], words=f"{WORD}灯不亮", contact_phone=PHONE)
    assert someone.post("/me/erase").status_code == 303
    assert where_it_is() == set()
    assert left_in_bytes(files_of(app)) == []
    assert phone().sign_in("gao").get(address).status_code == 200
    assert phone().post("/me/erase").status_code == 303  # nothing stored: nothing to do


def test_the_page_and_the_export_hold_what_is_stored(story) -> None:
    page = story.me.get("/me/data").get_data(as_text=True)
    for words in ("灯不亮", "139****7331", "补一句", "充电棚", "先装两个", "举报", "3单元501", "报事"):
        assert (words, words in page) == (words, True)
    assert PHONE not in page
    packed = story.me.post("/me/export")
    assert packed.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert archive.testzip() is None
        stored = json.loads(archive.read("data.json"))
        pictures = [name for name in archive.namelist() if name.endswith(".jpg")]
    assert len(pictures) == 1
    assert stored["您报的事"][0]["联系电话"] == PHONE
    assert stored["您交的照片"][0]["文件"] == pictures[0]
    whole = json.dumps(stored, ensure_ascii=False)
    assert story.me.get("/me/export").mimetype == "text/html"
    ids = personal_data.ids_of(person_of(story.me).id)
    for part in personal_data.stored(ids):
        assert str(part.section.title) in stored
        for row in part.rows:
            for item in row:
                assert (str(item.mark.label), f'"{item.mark.label}"' in whole) == (str(item.mark.label), True)
                assert str(item.mark.used_for) in page


def test_nobody_reads_the_data_of_another(story, phone) -> None:
    for other in (phone(), story.neighbour):
        text_ = other.get("/me/data").get_data(as_text=True)
        assert WORD not in text_
        with zipfile.ZipFile(io.BytesIO(other.post("/me/export").data)) as archive:
            assert WORD not in archive.read("data.json").decode()


def test_a_photo_erased_while_it_is_cleaned_leaves_no_file(phone, cast, monkeypatch) -> None:
    someone = phone()
    someone.report(cast.codes["5号楼"], photos=_photo())
    real = cleaning.clean

    def slowly(data: bytes) -> Any:
        someone.post("/me/erase")
        return real(data)

    monkeypatch.setattr(cleaning, "clean", slowly)
    while run_next():
        pass
    assert list(media.keys("photos")) + list(media.keys("quarantine")) == []


def test_an_error_does_not_say_what_was_to_be_written(app) -> None:
    with pytest.raises(Exception, match="hidden due to hide_parameters") as raised, db.engine.begin() as connection:
        connection.execute(text("INSERT INTO watchword (id, word, no_such) VALUES (1, :word, 1)"), {"word": WORD})
    assert WORD not in str(raised.value)


def test_the_personal_type_is_what_is_searched_decrypted(story) -> None:
    encrypted = [
        column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, Personal)
    ]
    assert len(encrypted) > 10
    assert "ticket.contact_phone" in where_it_is()


def someone_with_contact(phone: Any, cast: Cast) -> tuple[Phone, Ticket]:
    someone = phone()
    address = someone.report(cast.codes["5号楼"], contact_name=f"{WORD}奶奶", contact_phone=PHONE)
    return someone, db.session.scalars(select(Ticket).filter_by(ref=address[3:])).one()


def test_a_contact_is_changed_and_withdrawn_and_the_record_holds_no_number(phone, cast) -> None:
    someone, ticket = someone_with_contact(phone, cast)
    assert "139****7331" in someone.get("/me/data").get_data(as_text=True)
    change = {"ref": ticket.ref, "contact_name": "李奶奶"}
    assert someone.post("/me/data/contact", **change, contact_phone="不是号码").status_code == 422
    assert someone.post("/me/data/contact", ref=ticket.ref).status_code == 422
    assert someone.post("/me/data/contact", **change, contact_phone="13800001111").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert (ticket.contact_name, ticket.contact_phone) == ("李奶奶", "13800001111")
    assert phone().post("/me/data/contact", **change, contact_phone="13800002222").status_code == 404
    assert someone.post("/me/data/contact", ref=ticket.ref, withdraw="1").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert (ticket.contact_name, ticket.contact_phone) == (None, None)
    lines = db.session.scalars(select(Event).filter_by(noun="ticket", subject_id=ticket.id).order_by(Event.id)).all()
    assert [line.verb for line in lines] == ["report", "contact_change", "contact_withdraw"]
    assert not any(number in str(line.facts()) for line in lines for number in (PHONE, "13800001111", "奶奶"))


def test_asking_for_the_head_of_a_page_erases_nothing(phone, cast) -> None:
    someone = phone()
    someone.report(cast.codes["5号楼"], words=f"{WORD}灯不亮")
    for page in ("/me/erase", "/me/export"):
        assert someone.client.head(page).status_code == 200
    assert where_it_is() == {"ticket.words", "event.words"}


@pytest.mark.postgres
def test_no_byte_is_left_on_postgresql_once_tables_are_rewritten_and_the_wal_is_recycled(
    postgres, postgres_settled, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "WORD", "朱鹮")  # other tests leave the other word in the same cluster
    monkeypatch.setattr(sys.modules[__name__], "LEFTOVERS", ("朱鹮",))
    template, cast = postgres_settled
    app = create_app(settings_for(tmp_path / "var", postgres.create_database(database_name(template))))
    data, rows = postgres.folder / "data", list[tuple[str, int, int, int]]()

    def look(moment: str) -> None:
        db.session.rollback()
        with postgres.connect() as server:
            server.execute("CHECKPOINT")
        kinds = {True: [file for file in data.rglob("*") if file.is_file() and "pg_wal" in file.parts]}
        kinds[False] = [file for file in data.rglob("*") if file.is_file() and "pg_wal" not in file.parts]
        own = [file for file in (tmp_path / "var").rglob("*") if file.is_file()]
        rows.append((moment, *(len(left_in_bytes(files)) for files in (kinds[False], kinds[True], own))))

    with app.app_context():
        story = Story(lambda: Phone(app), deepcopy(cast))
        look("planted")
        assert story.me.post("/me/erase").status_code == 303
        while run_next():
            pass
        look("erased")
        rewrite(section.name for section in sections())
        look("tables rewritten")
        with postgres.connect() as server:
            for _ in range(20):  # each closes a file of the WAL; a recycled one is overwritten when its turn comes
                server.execute("CREATE TABLE IF NOT EXISTS passing (n int)")
                server.execute("SELECT pg_switch_wal()")
                server.execute("CHECKPOINT")
                if not left_in_bytes([file for file in (data / "pg_wal").iterdir() if file.is_file()]):
                    break
        look("WAL recycled")
        assert set(record_is_whole()) == {None}
        db.session.remove()
        db.engine.dispose()
    print("files with the word, on PostgreSQL: moment, tables, WAL, media and keys", *rows, sep="\n")
    assert rows[0][1] > 0 and rows[0][2] > 0
    assert rows[2][1] == 0, rows
    assert rows[3][1:] == (0, 0, 0), rows


def test_what_came_through_groups_bots_wechat_and_paste_back_is_erased_too(app, phone, cast, capfd) -> None:
    bind_bot(cast)
    open_doors(app, cast)
    gao, headers = phone().sign_in("gao"), {"Authorization": f"Bearer {KEY}"}
    shot = photos._saved(photos.drawn(64, 48), "JPEG", comment=WORD.encode())
    body = {"message_id": "m1", "group": "chat-5", "sender": f"{WORD}大姐", "text": f"报事 {WORD}说三层灯不亮"}
    files = {"photos": [(io.BytesIO(shot), "a.jpg")]}
    answer = Context().run(app.test_client().post, DOOR, data=body | files, headers=headers)
    assert answer.status_code == 200
    heard(app, "official", message_text(f"报事 5号楼 {WORD}家门口漏水", sender=f"o-{WORD}"))
    heard(app, "official", message_text(f"{WORD}说楼道灯也不亮", sender=f"o-{WORD}"))  # perhaps a matter: it asks
    gao.get("/desk/pasted")
    pasted = {"place": cast.codes["5号楼"], "sender": f"{WORD}大爷", "keep_sender": "y", "category": "lift"}
    assert gao.post("/desk/pasted/matter", words=f"{WORD}说电梯响", rest="", group="", **pasted).status_code == 303
    gao.get("/desk/pasted")
    while run_next():
        pass
    while seal():
        pass
    planted = where_it_is()
    assert {"ticket.words", "ticket.contact_name", "event.words", "received_message.text"} <= planted
    assert "identity.handle" in planted
    for person in residents():
        with writing():
            found = personal_data.erase_person(person, cast.viewer("shen"))
        personal_data.scrub(found)
    assert where_it_is() <= {"inbound.body", "inbound.reply"}  # encrypted, and no column leads to a person
    with writing():
        db.session.execute(update(Inbound).values(at=now() - timedelta(days=31)))
    forget_inbound()
    db.session.rollback()
    empty_wal()
    assert where_it_is() == set()
    assert left_in_bytes(files_of(app)) == []
    assert set(record_is_whole()) == {None}
    out = capfd.readouterr()
    assert not any(word in out.out + out.err for word in LEFTOVERS)


def residents() -> list[Person]:
    staff = select(Identity.person_id).where(Identity.kind == "account")
    return list(db.session.scalars(select(Person).where(Person.id.not_in(staff), Person.merged_into_id.is_(None))))
