"""A declined reporter answers back: once, to the office above the decliner, and hears what became of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from governance.core.db import db, now, writing
from governance.core.events import Event, history
from governance.people.model import Post
from governance.relay.messages.audience import tellings_of
from governance.relay.subscriptions.recipients import workers
from governance.tickets.model import Ticket
from governance.tickets.urgency import escalate_untaken
from tests.tickets.responses.test_answers import ticket_at


@pytest.fixture
def declined(phone, cast):
    """A matter that `by` has declined: its address and its reporter's phone."""

    def make(by: str = "gao"):
        mine, worker = phone(), phone().sign_in(by)
        address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
        worker.get(address)
        assert worker.post(f"{address}/moves/decline", note="归城管，请打 12345").status_code == 303
        return address, mine

    return make


def appeal(mine, address: str, note: str = "城管说归社区"):
    mine.get(address)
    return mine.post(f"{address}/moves/appeal", note=note)


@pytest.mark.parametrize(("by", "office", "judge"), [("gao", "community", "shen"), ("shen", "street", "qiao"),
                                                     ("qiao", "district", "du"), ("du", "district", "du")])  # fmt: skip
def test_it_goes_to_the_office_above_and_stands_on_its_list(phone, cast, declined, by, office, judge) -> None:
    address, mine = declined(by)
    assert "我不同意，请上一级再看" in mine.get(address).get_data(as_text=True)
    assert appeal(mine, address).status_code == 303
    ticket = ticket_at(address)
    assert (ticket.state, ticket.appeal_to) == ("appealed", office)
    assert workers(ticket) == {cast.people[judge]}
    levels = ("gao", "shen", "qiao", "du")
    lists = {one: address in phone().sign_in(one).get("/desk?tab=new").get_data(as_text=True) for one in levels}
    assert lists == {one: levels.index(one) >= levels.index(judge) for one in levels}
    assert "送到上一级" in mine.get(address).get_data(as_text=True)


def test_the_office_upholds_with_a_reason_that_the_reporter_reads(phone, declined) -> None:
    address, mine = declined()
    appeal(mine, address)
    shen = phone().sign_in("shen")
    page = shen.get(address).get_data(as_text=True)
    assert "城管说归社区" in page
    assert shen.post(f"{address}/moves/uphold", note="").status_code == 422
    assert shen.post(f"{address}/moves/uphold", note="这条街归区城管").status_code == 303
    page = mine.get(address).get_data(as_text=True)
    assert ticket_at(address).state == "declined" and "这条街归区城管" in page and "还是办不了" in page
    assert "请上一级再看</summary>" not in page  # it is said once
    assert mine.post(f"{address}/moves/appeal", note="再说一次").status_code == 403
    assert "城管说归社区" not in phone().get(address).get_data(as_text=True)  # for those in charge only


def test_what_is_sent_back_is_handled_and_declined_no_more(phone, declined) -> None:
    address, mine = declined()
    appeal(mine, address)
    shen, gao = phone().sign_in("shen"), phone().sign_in("gao")
    shen.get(address)
    assert shen.post(f"{address}/moves/send_back", note="归我们管").status_code == 303
    assert ticket_at(address).state == "submitted"
    assert address in gao.get("/desk?tab=new").get_data(as_text=True)
    gao.get(address)
    assert gao.post(f"{address}/moves/decline", note="不办").status_code == 403
    assert gao.post(f"{address}/moves/finish", note="劝停了").status_code == 303
    assert "归我们管" in mine.get(address).get_data(as_text=True)


def test_the_reporter_may_withdraw_meanwhile_and_sends_the_same_words_twice_in_vain(declined) -> None:
    address, mine = declined()
    assert [appeal(mine, address).status_code for _ in range(2)] == [303, 303]  # the first answer was lost on the way
    assert ticket_at(address).state == "appealed"
    assert mine.post(f"{address}/moves/withdraw").status_code == 303
    assert ticket_at(address).state == "withdrawn"


def test_it_goes_higher_where_nobody_serves(cast, declined) -> None:
    address, mine = declined()
    db.session.execute(update(Post).where(Post.person_id == cast.people["shen"]).values(until=now()))
    db.session.commit()
    appeal(mine, address)
    assert ticket_at(address).appeal_to == "street"


def test_nobody_else_answers_back_for_the_reporter(phone, declined) -> None:
    address, _ = declined()
    for one in (phone(), phone().sign_in("gao"), phone().sign_in("shen")):
        one.get(address)
        assert one.post(f"{address}/moves/appeal", note="不同意").status_code == 403
    assert db.session.query(Ticket.state).scalar() == "declined"


def news_of(ticket: Ticket, audience: str) -> list[str]:
    """What this audience hears of the answer back, in the order of the record."""
    events = [event for event in history("ticket", ticket.id) if event.verb in ("urgent", "appeal")]
    tellings = [tellings_of(event).telling(audience) for event in events]
    return [telling.words for telling in tellings if telling is not None and telling.urgent]


@pytest.mark.parametrize(("by", "office", "judge"), [("gao", "社区", "shen"), ("shen", "街道", "qiao")])
def test_a_danger_that_is_answered_back_stands_first_until_that_office_decides(
    phone, cast, declined, by, office, judge
) -> None:
    address, mine = declined(by)
    other = phone().report(cast.codes["5号楼"], category="noise", words="楼下也打桩")
    appeal(mine, address, "人被砸倒了，快来人，我不想活了")
    ticket, seat = ticket_at(address), phone().sign_in(judge)
    assert ticket.presses
    page = seat.get("/desk?tab=new").get_data(as_text=True)
    assert 0 < page.find(address) < (page.find(other) if other in page else len(page))
    assert any(f"请{office}工作人员马上复看" in words for words in news_of(ticket, "workers"))
    assert news_of(ticket, "worker")[0].startswith("【急】") and workers(ticket) == {cast.people[judge]}
    with writing():
        db.session.execute(update(Event).values(at=now() - timedelta(minutes=70)))
    escalate_untaken()
    levels = [event.data["to"] for event in history("ticket", ticket.id) if event.verb == "escalate"]
    assert levels == ["community", "street", "district"][["gao", "shen"].index(by) :]
    seat.get(address)
    assert seat.post(f"{address}/moves/uphold", note="已经打了 110").status_code == 303
    assert not ticket_at(address).presses


def test_a_danger_declined_presses_again_however_calmly_it_is_answered_back(phone, cast) -> None:
    mine, gao = phone(), phone().sign_in("gao")
    address = mine.report(cast.codes["5号楼"], words="楼道着火了快来人")
    gao.get(address)
    gao.post(f"{address}/moves/decline", note="请打 119")
    assert not ticket_at(address).presses
    appeal(mine, address, "还是请看一下")
    assert ticket_at(address).presses
    assert any("马上复看" in words for words in news_of(ticket_at(address), "workers"))


def test_pressing_tickets_are_found_by_their_index(app) -> None:
    explain = "EXPLAIN QUERY PLAN "
    if db.engine.dialect.name == "postgresql":  # it would read so small a table whole
        explain = "EXPLAIN "
        for way in ("seqscan", "bitmapscan", "sort"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    query = select(Ticket.id).where(Ticket.pressing()).order_by(Ticket.id).compile(db.engine)
    plan = str(db.session.connection().exec_driver_sql(explain + str(query)).all())
    assert "ix_ticket_urgent" in plan
