"""One too many is refused with the draft kept and a number to call, and counting goes on when Redis is gone."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import update

from governance.core import limits
from governance.core.db import db, find_by, now, writing
from governance.people.model import Person
from governance.people.residents import newcomer_limits
from governance.tickets.model import Ticket
from governance.web.app import create_app
from tests.app import settings_for
from tests.peers import redis
from tests.phone import Phone

PHONE = "010-00000001"
TWENTY = range(20)


def test_the_twenty_first_report_of_a_device_is_refused_and_kept(phone, cast) -> None:
    mine, code = phone(), cast.codes["5号楼"]
    for _ in TWENTY:
        mine.report(code, category="noise", words="半夜打桩")
    mine.get(f"/c/{code}/report")
    answer = mine.post(f"/c/{code}/report", category="lift", words="第二十一件", where="2单元3层")
    assert answer.status_code == 429
    assert "第二十一件" in mine.page and 'value="2单元3层"' in mine.page
    assert f"tel:{PHONE}" in mine.page
    assert db.session.query(Ticket).count() == 20
    phone().report(code)


def test_a_report_sent_twice_counts_once(phone, cast) -> None:
    mine, code, submission = phone(), cast.codes["5号楼"], str(uuid.uuid4())
    addresses = {mine.report(code, category="noise", submission=submission) for _ in range(30)}
    assert len(addresses) == 1


@pytest.mark.parametrize(
    ("form", "draft"), [("more", {"words": "写了很久的话"}), ("answer", {"solved": "partly", "words": "写了很久的话"})]
)
def test_what_is_said_once_too_often_is_refused_and_kept(phone, cast, form: str, draft: dict[str, str]) -> None:
    mine = phone()
    address = mine.report(cast.codes["5号楼"], category="noise", words="半夜打桩")
    with writing():
        ticket = find_by(Ticket, ref=address.removeprefix("/t/"))
        assert ticket is not None
        ticket.state, ticket.resolved_at = "resolved", now() - timedelta(minutes=1)
    mine.get(address)
    for _ in range(120):
        mine.post(f"{address}/join")
    mine.get(address)
    assert mine.post(f"{address}/{form}", **draft).status_code == 429
    assert "写了很久的话" in mine.page
    assert f"tel:{PHONE}" in mine.page
    assert "点得太快了" in mine.page


def test_a_place_that_is_flooded_from_many_devices_is_guarded_too(phone, app, cast, monkeypatch) -> None:
    monkeypatch.setattr("governance.tickets.routes.REPORTS_A_PLACE", "5/hour")
    code = cast.codes["5号楼"]
    for _ in range(5):
        phone().report(code)
    late = phone()
    late.get(f"/c/{code}/report")
    assert late.post(f"/c/{code}/report", category="light", words="第六个").status_code == 429
    assert "第六个" in late.page
    phone().report(cast.codes["6号楼"])


def joiners(phone, address: str, count: int, **where: str) -> list[int]:
    """So many fresh browsers each say 我也遇到; what each was answered."""
    answers = []
    for _ in range(count):
        fresh = phone()
        fresh.get(address)
        answers.append(_join(fresh, address, **where))
    return answers


def _join(one: Phone, address: str, **where: str) -> int:
    data = {"csrf_token": one.field("csrf_token")}
    status: int = one._ask(one.client.post, f"{address}/join", data=data, environ_overrides=where).status_code
    return status


def the_ticket(address: str) -> Ticket:
    db.session.rollback()
    ticket = find_by(Ticket, ref=address.removeprefix("/t/"))
    assert ticket is not None
    db.session.refresh(ticket)
    return ticket


def test_fresh_cookies_from_one_address_do_not_inflate_a_count_nor_shut_others_out(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr(newcomer_limits, "FROM_AN_ADDRESS", "3/day")
    address = phone().report(cast.codes["5号楼"])
    assert joiners(phone, address, 5, REMOTE_ADDR="203.0.113.7") == [303] * 3 + [429] * 2
    assert the_ticket(address).joined == 3
    assert joiners(phone, address, 1, REMOTE_ADDR="203.0.113.8") == [303]
    assert joiners(phone, phone().report(cast.codes["5号楼"]), 1, REMOTE_ADDR="203.0.113.7") == [303]


def test_one_network_of_ipv6_is_one_address(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr(newcomer_limits, "FROM_AN_ADDRESS", "2/day")
    address = phone().report(cast.codes["5号楼"])
    got = [joiners(phone, address, 1, REMOTE_ADDR=f"2001:db8::{number}")[0] for number in range(1, 5)]
    assert got == [303, 303, 429, 429]


def test_a_ticket_takes_so_many_new_devices_a_day_from_everywhere(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr(newcomer_limits, "AT_ONE_THING", "3/day")
    address = phone().report(cast.codes["5号楼"])
    got = [joiners(phone, address, 1, REMOTE_ADDR=f"203.0.113.{number}")[0] for number in range(1, 6)]
    assert got == [303] * 3 + [429] * 2


def test_a_device_known_for_a_day_is_always_counted_and_a_repeat_never(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr(newcomer_limits, "FROM_AN_ADDRESS", "1/day")
    known, fresh = phone(), phone()
    known.report(cast.codes["6号楼"])
    with writing():
        db.session.execute(update(Person).values(created_at=now() - timedelta(days=2)))
    address = phone().report(cast.codes["5号楼"])
    fresh.get(address)
    assert [_join(fresh, address) for _ in range(3)] == [303] * 3
    known.get(address)
    assert _join(known, address) == 303
    assert the_ticket(address).joined == 2


def test_who_is_not_counted_reads_why_on_the_tickets_page_and_whom_to_call(phone, cast, monkeypatch) -> None:
    monkeypatch.setattr(newcomer_limits, "FROM_AN_ADDRESS", "1/day")
    address = phone().report(cast.codes["5号楼"])
    joiners(phone, address, 1)
    late = phone()
    late.get(address)
    assert late.post(f"{address}/join").status_code == 429
    assert "这一下先没有算" in late.page and f"tel:{PHONE}" in late.page and "办到哪了" in late.page
    assert "共 2 位邻居" in phone().get(address).get_data(as_text=True)


@pytest.mark.redis
def test_when_redis_goes_limits_still_refuse_and_nothing_breaks(settled, tmp_path) -> None:
    original, cast = settled
    with redis.server() as running:
        settings = settings_for(tmp_path, f"sqlite:///{original / 'onecode.sqlite3'}")
        settings = settings.model_copy(update={"redis_url": running.url})
        apps = [create_app(settings), create_app(settings)]
        assert sum(_takes(apps[turn % 2]) for turn in range(30)) == 20
        running.stop()
        assert sum(_takes(apps[0]) for _ in range(30)) == 20
        somebody = Phone(apps[0])
        somebody.get("/signin")
        tries = [somebody.post("/signin", account="gao", password="wrong").status_code for _ in range(12)]
        assert tries == [422] * 10 + [429] * 2


def _takes(app) -> bool:
    with app.app_context():
        return limits.within_limit("20/hour", "report", "somebody")
