"""Who answers whether it is solved, until when, and what follows; through the real forms."""

from datetime import timedelta

import pytest

from governance.core.db import db, find_by, now
from governance.core.events import history
from governance.tickets.model import Answer, Ticket


def ticket_at(address: str) -> Ticket:
    db.session.rollback()
    found = find_by(Ticket, ref=address.split("/t/")[1].split("?")[0])
    assert found is not None
    db.session.refresh(found)
    return found


@pytest.fixture
def finished(phone, cast):
    """A matter that gao has finished: its address and its reporter's phone."""

    def make(**form):
        mine, worker = phone(), phone().sign_in("gao")
        address = mine.report(cast.codes["5号楼"], **{"category": "noise", "words": "半夜打桩"} | form)
        worker.get(address)
        assert worker.post(f"{address}/moves/finish", note="劝停了").status_code == 303
        return address, mine

    return make


def test_a_neighbour_who_meets_it_after_the_finish_joins_and_reopens_it_with_one_tap(phone, finished) -> None:
    address, mine = finished()
    neighbour, other = phone(), phone()
    assert "我也遇到，还没好" in neighbour.get(address).get_data(as_text=True)
    assert "请您说一声" not in neighbour.page and "请您说一声" in mine.get(address).get_data(as_text=True)
    sent = {"solved": "no", "words": "又打了", "asked_in": "1"}
    assert neighbour.post(f"{address}/answer", **sent).status_code == 303
    ticket = ticket_at(address)
    assert (ticket.state, ticket.round, ticket.joined) == ("submitted", 2, 1)
    assert [(one.solved, one.words) for one in db.session.query(Answer)] == [("no", "又打了")]
    assert [event.verb for event in history("ticket", ticket.id)][-3:] == ["join", "answer", "reopen"]
    assert neighbour.post(f"{address}/answer", **sent).status_code == 303  # the first answer was lost on the way
    assert (ticket_at(address).round, ticket_at(address).joined) == (2, 1)
    assert "我也遇到，还没好" not in other.get(address).get_data(as_text=True)  # it is being done again


def test_who_answers_a_page_that_another_has_outrun_joins_what_is_done_again(phone, finished) -> None:
    address, mine = finished()
    neighbour = phone()
    neighbour.get(address)
    mine.get(address)
    mine.post(f"{address}/answer", solved="no")
    assert neighbour.post(f"{address}/answer", solved="no", words="我家也吵", asked_in="1").status_code == 303
    assert (ticket_at(address).round, ticket_at(address).joined) == (2, 1)
    assert "我家也吵" in phone().sign_in("gao").get(address).get_data(as_text=True)


def test_what_was_met_before_a_later_finish_does_not_reopen_it_and_is_not_lost(phone, finished) -> None:
    address, mine = finished()
    neighbour, gao = phone(), phone().sign_in("gao")
    neighbour.get(address)
    mine.get(address)
    mine.post(f"{address}/answer", solved="no")
    gao.get(address)
    assert gao.post(f"{address}/moves/finish", note="又劝停了").status_code == 303
    refused = neighbour.post(f"{address}/answer", solved="no", words="那晚我家也吵", asked_in="1")
    assert refused.status_code == 409 and (ticket_at(address).round, ticket_at(address).joined) == (2, 0)
    assert "那晚我家也吵" in neighbour.page and f'href="{address}"' in neighbour.page


def test_a_neighbour_may_say_so_until_30_days_after_closing(phone, finished) -> None:
    address, mine = finished()
    mine.get(address)
    mine.post(f"{address}/answer", solved="yes")
    assert ticket_at(address).state == "closed"
    ticket_at(address).closed_at = now() - timedelta(days=31)
    db.session.commit()
    late = phone()
    assert "还没好" not in late.get(address).get_data(as_text=True)
    assert late.post(f"{address}/answer", solved="no").status_code == 409
    ticket_at(address).closed_at = now() - timedelta(days=29)
    db.session.commit()
    assert "我也遇到，还没好" in late.get(address).get_data(as_text=True)
    assert late.post(f"{address}/answer", solved="no").status_code == 303
    assert (ticket_at(address).state, ticket_at(address).round) == ("submitted", 2)


def test_new_phones_at_one_address_reopen_a_ticket_five_times_a_day(phone, finished) -> None:
    address, _ = finished()
    answered = []
    for _ in range(6):
        neighbour = phone()
        neighbour.get(address)
        answered.append(neighbour.post(f"{address}/answer", solved="no").status_code)
        ticket_at(address).state = "resolved"
        db.session.commit()
    assert answered == [303] * 5 + [429]


def test_who_cannot_answer_is_not_asked(phone, cast, finished) -> None:
    address, mine = finished()
    for account in ("lin", "qiao", "wu"):
        page = phone().sign_in(account).get(address).get_data(as_text=True)
        assert "请您说一声" not in page and 'id="answer"' not in page
    mine.get(address)
    mine.post(f"{address}/answer", solved="partly")
    page = mine.get(address).get_data(as_text=True)  # it is closed: everybody answered
    assert "最多七天" not in page and "真的解决了吗？</p>" not in page and "改一改" in page


def test_a_plain_join_after_the_finish_is_told_what_to_do_instead(phone, finished) -> None:
    address, _ = finished()
    neighbour = phone()
    neighbour.get(address)
    assert neighbour.post(f"{address}/join").status_code == 409
    assert "我也遇到，还没好" in neighbour.page


def test_staff_who_open_the_slips_link_do_not_become_the_resident(phone, cast) -> None:
    worker, code = phone().sign_in("gao"), cast.codes["5号楼"]
    worker.get(f"/desk/at/{code}/report")
    slip = worker.post(f"/desk/at/{code}/report", category="noise", words="打桩", source="walk_in").location
    link = worker.get(slip).get_data(as_text=True).partition("/t/")[2].partition('"')[0]
    address = "/t/" + link.partition("?")[0]
    assert worker.get("/t/" + link).status_code == 303
    worker.get(address)
    assert worker.post(f"{address}/moves/finish", note="劝停了").status_code == 303
    assert 'id="answer"' not in worker.get(address).get_data(as_text=True)
    assert worker.post(f"{address}/answer", solved="yes", satisfied="5").status_code == 403
    holder = phone()
    holder.get("/t/" + link)
    assert "请您说一声" in holder.get(address).get_data(as_text=True)


def test_an_answer_by_phone_is_told_as_what_it_was(phone, cast, finished) -> None:
    address, mine = finished()
    caller = phone().sign_in("shen")
    caller.get(address)
    assert caller.post(f"{address}/answer", solved="yes", satisfied="4").status_code == 303
    page = mine.get(address).get_data(as_text=True)
    assert "工作人员打电话问过您，记的是：<b>解决了</b>" in page and "改一改" in page
