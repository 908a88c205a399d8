"""A place's code of the official account is asked for once, counted against what the account may have, and kept."""

import pytest
from sqlalchemy import update

from governance.core import jobs
from governance.core.db import db, now, writing
from governance.core.errors import Refused
from governance.wechat import qrcodes
from governance.wechat.model import WechatCode
from tests.peers.wechat import CODE


def keep(phone, cast, account: str = "shen"):
    someone = phone().sign_in(account)
    return someone, f"/keep/places/{cast.places['5号楼']}"


def work() -> None:
    """What a worker does, with the waits between tries gone."""
    for _ in range(10):
        with writing():
            db.session.execute(update(jobs.Job).where(jobs.Job.name == "wechat.make_code").values(due_at=now()))
        if not jobs.run_next(network=True):
            return


def test_a_keeper_asks_once_and_sees_it(gateway, phone, cast, wechat):
    someone, address = keep(phone, cast)
    assert "给这里要一个" in someone.get(address).get_data(as_text=True)
    assert someone.post(f"{address}/wechat").status_code == 303
    assert wechat.times(CODE) == 0  # the keeper waits for nobody
    assert "正在向微信要" in someone.get(address).get_data(as_text=True)
    work()
    asked = wechat.calls[-1].body
    assert asked["action_name"] == "QR_LIMIT_STR_SCENE"
    assert qrcodes.place_of(asked["action_info"]["scene"]["scene_str"]) == cast.places["5号楼"]
    page = someone.get(address).get_data(as_text=True)
    assert "给这里要一个" not in page and 'aria-label="公众号的码"' in page
    assert someone.post(f"{address}/wechat").status_code == 409
    assert qrcodes.used() == 1


@pytest.mark.parametrize("fault", ["503", "reset", "lost", "html"])
def test_one_whose_answer_was_lost_is_asked_for_again_and_counted_twice(gateway, phone, cast, wechat, fault):
    someone, address = keep(phone, cast)
    someone.get(address)
    someone.post(f"{address}/wechat")
    wechat.scripted[CODE] = [fault]
    work()
    assert qrcodes.of_place(cast.places["5号楼"]).url and qrcodes.used() == wechat.times(CODE) == 2


def test_a_refusal_is_shown_and_may_be_asked_again(gateway, phone, cast, wechat):
    someone, address = keep(phone, cast)
    someone.get(address)
    someone.post(f"{address}/wechat")
    wechat.always[CODE] = "45029"
    work()
    page = someone.get(address).get_data(as_text=True)
    assert "45029" in page and "给这里要一个" in page
    assert someone.post(f"{address}/wechat").status_code == 303


def test_no_more_are_asked_for_than_the_account_may_have(gateway, cast, monkeypatch):
    monkeypatch.setattr(qrcodes, "PERMANENT_MOST", 1)
    with writing():
        qrcodes.ask(cast.places["5号楼"])
        db.session.execute(update(WechatCode).values(asked=1))
    with writing(), pytest.raises(Refused, match="用完"):
        qrcodes.ask(cast.places["6号楼"])


def test_without_an_account_there_is_nothing_to_ask_for(phone, cast):
    someone, address = keep(phone, cast)
    assert "公众号的码" not in someone.get(address).get_data(as_text=True)
    assert someone.post(f"{address}/wechat").status_code == 409


@pytest.mark.parametrize(
    ("scene", "place"),
    [("b:7", 7), ("qrscene_b:7", 7), *((wrong, None) for wrong in ("b:x", "7", "", "b:７", "b:-7", "b:" + "9" * 99))],
)
def test_a_scene_names_a_place_or_none(scene, place):
    assert qrcodes.place_of(scene) == place
