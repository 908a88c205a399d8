"""One too many is refused with the draft kept and a number to call, and counting goes on when Redis is gone."""

import uuid
from datetime import timedelta

import pytest

from governance.core import limits
from governance.core.db import by, db, now, writing
from governance.tickets.model import Ticket
from governance.web import create_app
from tests.app import Phone, settings_for
from tests.peers import redis

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
        ticket = by(Ticket, ref=address.removeprefix("/t/"))
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
        return limits.take("20/hour", "report", "somebody")
