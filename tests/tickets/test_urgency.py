"""Danger in what is added later is marked and recorded; an urgent ticket that nobody takes goes up, level by level."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.core.db import db, find_by, writing
from governance.core.events import Event, history
from governance.tickets.model import Ticket
from governance.tickets.urgency import escalate_untaken

DANGER = "楼道着火了快来人"


def levels(ticket: Ticket) -> list[str]:
    db.session.rollback()
    return [event.data["to"] for event in history("ticket", ticket.id) if event.verb == "escalate"]


def reported(phone, cast, words: str) -> tuple[str, Ticket]:
    there = phone.report(cast.codes["5号楼"], words=words)
    db.session.rollback()
    ticket = find_by(Ticket, ref=there.rpartition("/")[2])
    assert ticket is not None
    return there, ticket


def later(minutes: int) -> None:
    with writing():
        for event in db.session.scalars(select(Event)):
            event.at -= timedelta(minutes=minutes)
    escalate_untaken()


def test_an_urgent_ticket_that_nobody_takes_goes_up_once_a_level(phone, cast) -> None:
    _, ticket = reported(phone(), cast, DANGER)
    escalate_untaken()
    assert levels(ticket) == []
    for minutes, told in ((10, ["community"]), (0, ["community"]), (20, ["community", "street"])):
        later(minutes)
        assert levels(ticket) == told
    later(30)
    later(600)
    assert levels(ticket) == ["community", "street", "district"]


def test_what_was_taken_or_is_no_danger_goes_nowhere(phone, cast) -> None:
    there, taken = reported(phone(), cast, DANGER)
    _, calm = reported(phone(), cast, "三层灯不亮")
    gao = phone().sign_in("gao")
    gao.get(there)
    assert gao.post(f"{there}/moves/accept").status_code == 303
    later(600)
    assert levels(taken) == [] == levels(calm)


@pytest.mark.parametrize("how", ["more", "answer"])
def test_a_danger_added_later_is_marked_and_recorded(phone, cast, how) -> None:
    mine, gao = phone(), phone().sign_in("gao")
    there = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    ticket = find_by(Ticket, ref=there.rpartition("/")[2])
    if how == "answer":
        gao.get(there)
        gao.post(f"{there}/moves/finish", note="劝停了")
    mine.get(there)
    mine.post(f"{there}/{how}", words=DANGER, solved="no", submission=str(uuid.uuid4()))
    db.session.rollback()
    assert ticket.urgent and "urgent" in [event.verb for event in history("ticket", ticket.id)]
    assert ticket.presses
    later(10)
    assert levels(ticket) == ["community"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("家里煤气味很重", "煤气味"), ("他又打我，孩子也挨打", "打"), ("我真的不想活了", "有人听您说")],
)
def test_the_first_answer_says_the_same_sentence_as_the_page_says_later(cast, phone, words, sentence) -> None:
    one = phone()
    there = one.report(cast.codes["5号楼"], words=words)
    first, later = (_first_call(one.get(there).text) for _ in range(2))
    assert first == later and sentence in first


def _first_call(page: str) -> str:
    return page.partition('class="note note--sos calls"')[2].partition("</b>")[0]


def test_who_is_in_despair_reads_no_due_date_and_no_score_and_keeps_the_number_to_the_end(cast, phone) -> None:
    one, gao = phone(), phone().sign_in("gao")
    there = one.report(cast.codes["5号楼"], category="noise", words="我真的不想活了")
    for step in ("accept", "finish"):
        page = one.get(there).text
        assert "先办这一件" in page and "最晚" not in page and 'href="tel:12356"' in page
        gao.get(there)
        assert gao.post(f"{there}/moves/{step}", note="陪着说了话").status_code == 303
    page = one.get(there).text
    assert "真的解决了吗" in page and 'href="tel:12356"' in page and "很满意" not in page
    assert "限 " not in phone().sign_in("gao").get("/desk?tab=all").text
