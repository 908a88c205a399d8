"""Whatever is typed into any field of the hall is refused with a reason or shown harmless on every page, and kept."""

import html
import itertools
import re
from typing import Any

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by
from governance.discussions.model import Deed, Flag, Reply, Review, Statement, Topic, Watchword
from governance.people.model import Identity
from governance.tickets.model import Ticket
from tests.app import forget_limits
from tests.discussions.hall import SOON, TODAY, fresh
from tests.phone import Phone

WHOLE_ON = "postgresql"  # of the two databases the stricter one; with --faults on both
FAMILY = "👨‍👩‍👧‍👦"  # one picture of four, held together by joiners
HOSTILE = {
    "a script": "\"'><script>alert(1)</script><img src=x onerror=alert(2)>` --<svg onload=alert(3)>",
    "braces": "{{7*7}}{% include 'a' %}${7*7}#{7*7}<%= 7 %> javascript:alert(4) data:text/html,x",
    "unseen": "\u202e\u2066反\u200b\u200d\ufeff正\u202c灯\x00不亮👨‍👩‍👧‍👦💥é́́",
    "an end of text": "</textarea></title></div><b>粗\r\n二\n三",
}
LONG = "一" * 10_000
BYTES = {"lone surrogates": b"\xed\xa0\x80\xed\xbf\xbf", "no UTF-8": b"\xff\xfe\xb0", "overlong": b"\xc0\xbc/script>"}
TITLE, WORDS = 40, 140


class Hall:
    """A topic with somebody's words in every field, filled through the forms; what was typed is said back."""

    def __init__(self, app: Any, cast: Any) -> None:
        self.app, self.cast = app, cast
        self.shen, self.du = Phone(app).sign_in("shen"), Phone(app).sign_in("du")
        self.zhou = Phone(app).known_as("三楼老周", cast)
        self.code = cast.codes["5号楼"]

    def send(self, who: Phone, address: str, **form: str) -> int:
        forget_limits(self.app)
        return who.post(address, **form).status_code

    def fill(self, text: str) -> str:
        """Every field of a topic's life holds `text`, as far as it may be long; the topic's reference."""
        title = text[:TITLE].strip()
        assert self.send(self.zhou, f"/c/{self.code}/topics/new", title=title, words=text, different="1") == 303
        topic = self.latest(Topic)
        ref, page = topic.ref, f"/topics/{topic.ref}"
        assert self.send(self.shen, f"{page}/moves/open", note=text) == 303
        assert self.send(self.zhou, f"{page}/statements", words=text[:WORDS]) == 303
        number = self.latest(Statement).id
        assert self.send(self.shen, f"{page}/statement/{number}/show") == 303  # perhaps it waited for a look
        reply = {"noun": "statement", "to": str(number)}
        assert self.send(self.zhou, f"{page}/replies", words=text[:WORDS], **reply) == 303
        answer = self.latest(Reply).id
        self.send(self.shen, f"{page}/reply/{answer}/show")
        assert self.send(Phone(self.app), f"{page}/statement/{number}/flag", words=text) == 303
        assert self.send(self.zhou, f"{page}/statements", words=f"2{text[: WORDS - 1]}") == 303
        hidden = self.latest(Statement).id
        assert self.send(self.shen, f"{page}/statement/{hidden}/hide", reason=text) == 303
        assert self.send(self.zhou, f"{page}/statement/{hidden}/appeal", words=text) == 303
        assert self.send(self.shen, f"{page}/answer", words=text) == 303
        assert self.send(self.shen, f"{page}/moves/decide", note=text) == 303
        task = {"category": "parking", "due": SOON, "words": text}
        assert self.send(self.shen, f"{page}/tasks", **task) == 303
        ticket = self.latest(Ticket)
        assert self.send(self.shen, f"/t/{ticket.ref}/moves/finish", note="办好了") == 303
        deed = {"title": title, "words": text, "done_on": TODAY}
        assert self.send(self.shen, f"{page}/deeds", **deed) == 303
        assert self.send(self.zhou, f"{page}/review", well="partly", words=text) == 303
        assert self.send(self.du, "/desk/topics/words", word=f"{text[:16]}甲乙") in (303, 422)
        return ref

    def latest(self, rows: Any) -> Any:
        db.session.rollback()
        return db.session.scalars(select(rows).order_by(rows.id.desc()).limit(1)).one()

    def pages(self, ref: str) -> list[tuple[Phone, str]]:
        everybody = ("", "/say", *(f"/{noun}/{self.latest(rows).id}/flag" for noun, rows in (("reply", Reply),)))
        pages = [(who, f"/topics/{ref}{page}") for who in (self.zhou, self.shen, Phone(self.app)) for page in everybody]
        pages += [(self.zhou, f"/c/{self.code}{page}") for page in ("", "/topics", "/topics/new", "/deeds")]
        pages += [(self.shen, page) for page in (f"/topics/{ref}/record", "/desk/topics", "/desk/topics/new", "/desk")]
        pages += [(self.zhou, "/me"), (self.du, "/desk/topics/words"), (self.zhou, f"/t/{self.latest(Ticket).ref}")]
        return pages


@pytest.fixture(scope="module")
def hall(shared_world) -> Hall:  # type: ignore[no-untyped-def]
    return Hall(*shared_world)


def readable(text: str) -> str:
    """As it may be kept: without what no keyboard makes on purpose."""
    pieces = text.replace("\r\n", "\n").split(FAMILY)
    kept = FAMILY.join("".join(char for char in piece if char == "\n" or char.isprintable()) for piece in pieces)
    return kept.strip()


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_in_every_field_are_harmless_on_every_page_and_kept(hall: Hall, kind: str) -> None:
    text = HOSTILE[kind]
    ref = hall.fill(text)
    for who, address in hall.pages(ref):
        answer = who.get(address)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, address
        assert not re.search(r"<(script(?! src=\"/static)|svg onload|img src=x|b>粗|%)", page), address
        assert not re.search(r"(?i)(href|src|action)\s*=\s*[\"']?(javascript|data):", page), address
        assert not set(page) & set("\u202e\u2066\u200b\ufeff\x00"), address
        assert "7*7" in page or "49" not in re.sub(r"<[^>]*>|\d{5,}", "", page) or kind != "braces", address
    topic = find_by(Topic, ref=ref)
    assert topic is not None
    kept = {field: readable(text) for field in ("words", "answer", "decision")}
    assert {field: getattr(topic, field).replace("\r\n", "\n") for field in kept} == kept
    page = html.unescape(hall.shen.get(f"/topics/{ref}").get_data(as_text=True))
    assert all(line in page for line in readable(text).split("\n"))


FIELDS = {  # every field of the hall, with a value longer than it may be
    "/c/{code}/topics/new": ("title", "words"),
    "/topics/{ref}/statements": ("words",),
    "/topics/{ref}/replies": ("words",),
    "/topics/{ref}/statement/{number}/appeal": ("words",),
    "/topics/{ref}/review": ("words",),
    "/desk/topics/new": ("title", "words", "place"),
    "/topics/{ref}/answer": ("words",),
    "/topics/{ref}/tasks": ("words", "category", "body", "due"),
    "/topics/{ref}/deeds": ("title", "words", "done_on"),
    "/topics/{ref}/statement/{number}/uphold": ("reason",),
    "/topics/{ref}/moves/decline": ("note",),
    "/topics/{ref}/moves/merge": ("into",),
    "/desk/topics/words": ("word",),
    "/topics/{ref}/statements/{number}/voice": ("answer",),
    "/topics/{ref}/tickets": ("ticket",),
}
WHOLE = {
    "title": "院里晾衣绳",
    "words": "够长吗",
    "place": "柳荫街道/银杏社区/3号院",
    "category": "parking",
    "due": SOON,
    "done_on": TODAY,
    "reason": "重复",
    "well": "yes",
    "note": "不装了",
    "different": "1",
    "word": "甲乙丙丁",
}
LINES = [(address, field) for address, fields in FIELDS.items() for field in fields]


@pytest.fixture(scope="module")
def open_topic(hall: Hall) -> dict[str, str]:
    """A topic with somebody's hidden words, whose forms are all tried."""
    form = {"place": "柳荫街道/银杏社区/3号院", "title": "院里装充电棚", "words": ""}
    ref = hall.shen.post("/desk/topics/new", **form).location.removeprefix("/topics/")
    hall.zhou.post(f"/topics/{ref}/statements", words="先装两个试试")
    number = str(hall.latest(Statement).id)
    hall.shen.post(f"/topics/{ref}/statement/{number}/hide", reason="重复")
    return {"ref": ref, "number": number, "code": hall.code}


def who_sends(hall: Hall, address: str) -> Phone:
    if address.startswith("/desk/topics/words"):
        return hall.du
    staffs = ("/answer", "/tasks", "/deeds", "/uphold", "/tickets")
    return hall.shen if "/moves/" in address or "/desk/" in address or address.endswith(staffs) else hall.zhou


def everything() -> dict[str, int]:
    db.session.rollback()
    return {
        rows.__tablename__: db.session.query(rows).count()
        for rows in (Topic, Statement, Reply, Flag, Review, Deed, Watchword, Ticket)
    }


@pytest.mark.parametrize(("address", "field"), LINES, ids=lambda part: part)
def test_what_is_too_long_is_asked_again_and_nothing_of_it_is_kept(
    hall: Hall, open_topic: dict[str, str], address: str, field: str
) -> None:
    before, who = everything(), who_sends(hall, address)
    code = hall.send(who, address.format(**open_topic), **(WHOLE | {field: LONG}))
    assert code == 303 if field == "ticket" else 400 <= code < 500, code
    assert everything() == before
    shown = code == 422 and field in ("title", "words", "reason", "note", "word", "place")
    assert not shown or "/review" in address or LONG[:200] in who.page  # nothing is asked about how it was done yet


@pytest.mark.parametrize(("address", "kind"), [*zip(FIELDS, itertools.cycle(BYTES), strict=False)])
def test_bytes_that_are_no_text_are_asked_again(
    hall: Hall, open_topic: dict[str, str], address: str, kind: str
) -> None:
    before, who = everything(), who_sends(hall, address)
    who.get("/signin")
    fields = WHOLE | {"csrf_token": who.field("csrf_token"), "submission": fresh()}
    parts = (
        b'--a\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode(), BYTES[kind] if name in FIELDS[address] else value.encode())
        for name, value in fields.items()
    )
    forget_limits(hall.app)
    answer = who._ask(
        who.client.post,
        address.format(**open_topic),
        data=b"".join(parts) + b"--a--\r\n",
        content_type="multipart/form-data; boundary=a",
    )
    assert 400 <= answer.status_code < 500 or "ticket" in FIELDS[address], answer.status_code
    assert everything() == before


def test_numbers_nobody_gave_out_lead_nowhere(hall: Hall, open_topic: dict[str, str]) -> None:
    page = f"/topics/{open_topic['ref']}"
    for number in ("9" * 5000, "0", "-1", "٣", "²", "1e9", "99999999999999999999", "2147483648"):
        for noun in ("statement", "reply", "topic", ""):
            assert hall.zhou.get(f"{page}/say?noun={noun}&to={number}").status_code in (200, 404)
            code = hall.send(hall.zhou, f"{page}/replies", words=f"回{number[:9]}{noun}", noun=noun, to=number)
            assert code in (303, 404)
        assert hall.send(hall.shen, f"{page}/tickets", ticket=number) in (303, 404, 409)
        assert hall.send(hall.zhou, f"{page}/statements/{number[:40]}/voice", answer="agree") in (
            404,
            405,
            409,
        )  # ٣ is 3
        assert hall.send(hall.shen, f"{page}/moves/merge", into=number) == 422
    assert find_by(Identity, kind="device", subject=hall.zhou.subject) is not None
