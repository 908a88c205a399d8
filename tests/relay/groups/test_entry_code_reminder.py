"""The keeper of a group is asked by WeCom for a new QR code on the sixth day, once a day and by day."""

from datetime import datetime, timedelta

import pytest

from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.web.pages import ZONE
from governance.people.wechat import identity
from governance.relay.channels.wecom_app import SEND
from governance.relay.groups import binding, entry_code_reminder

NOON, NIGHT = datetime(2026, 6, 15, 12, tzinfo=ZONE), datetime(2026, 6, 15, 23, tzinfo=ZONE)


@pytest.fixture
def group(cast, gateway):
    identity.bind_worker(cast.viewer("shen"), "member-shen")
    return binding.add(cast.viewer("shen"), "manual", "residents", "3号院邻里群", {}, [cast.place("3号院")])


def cards(monkeypatch, wechat, group, days: float, hour: datetime = NOON) -> list[dict]:
    monkeypatch.setattr(entry_code_reminder, "local", lambda _: hour)
    with writing():
        group.entry_code, group.entry_code_at = "https://weixin.qq.com/g/AQYAABdY", now() - timedelta(days=days)
    for _ in range(2):
        entry_code_reminder.remind_keepers()
        while jobs.run_next():
            pass
    db.session.rollback()
    return [call.body for call in wechat.done if call.path == SEND]


def test_the_keeper_gets_one_card_a_day_that_leads_to_the_group(monkeypatch, wechat, group) -> None:
    assert cards(monkeypatch, wechat, group, days=5.9) == []
    assert cards(monkeypatch, wechat, group, days=6.1, hour=NIGHT) == []
    (card,) = cards(monkeypatch, wechat, group, days=6.1)
    assert (card["touser"], card["textcard"]["title"]) == ("member-shen", "【群二维码要换了】1 个群")
    assert "3号院邻里群" in card["textcard"]["description"]
    assert card["textcard"]["url"] == f"https://onecode.example/keep/groups/{group.id}"


def test_what_was_renewed_or_given_up_asks_nobody(monkeypatch, wechat, group, cast) -> None:
    assert cards(monkeypatch, wechat, group, days=0.1) == []
    assert cards(monkeypatch, wechat, group, days=15) == []
    binding.archive(group, cast.viewer("shen"))
    assert cards(monkeypatch, wechat, group, days=6.5) == []
