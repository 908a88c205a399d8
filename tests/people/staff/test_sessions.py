"""Sessions that fall asleep, and passwords somebody else knows, which open nothing but the door to change them."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from governance.core.db import db, now, writing
from governance.people.access.current import SEEN_EVERY
from governance.people.model import IDLE, StaffSession
from governance.people.staff import actions
from tests.cast import PASSWORD
from tests.phone import Phone

NEW = "a fine new one 7"


def seen_ago(ago: timedelta) -> None:
    with writing():
        db.session.query(StaffSession).one().seen_at = now() - ago


def seen_at():
    db.session.rollback()
    return db.session.query(StaffSession.seen_at).scalar()


def test_a_session_left_lying_about_is_over_and_leaves_the_list(phone, cast) -> None:
    gao = phone().sign_in("gao")
    seen_ago(IDLE - timedelta(minutes=1))
    assert gao.get("/desk").status_code == 200
    seen_ago(IDLE)
    assert gao.get("/desk").location.startswith("/signin")
    again = phone().sign_in("gao")
    assert again.get("/me").get_data(as_text=True).count("登录</small>") == 1


def test_using_it_keeps_it_awake_with_one_write_in_five_minutes(phone, app, cast) -> None:
    gao, writes = phone().sign_in("gao"), []
    event.listen(
        db.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: "UPDATE staff_session" in statement and writes.append(statement),
    )
    seen_ago(SEEN_EVERY + timedelta(seconds=1))
    before = len(writes)
    for _ in range(5):
        assert gao.get("/desk").status_code == 200
    assert len(writes) - before == 1
    assert now() - seen_at() < timedelta(minutes=1)


def test_the_scan_page_never_writes_it(phone, cast) -> None:
    gao = phone().sign_in("gao")
    seen_ago(timedelta(hours=1))
    before = seen_at()
    assert gao.get(f"/c/{cast.codes['5号楼']}").status_code == 302
    assert gao.get(f"/c/{cast.codes['5号楼']}?view=resident").status_code == 200
    assert seen_at() == before
    gao.get(f"/desk/at/{cast.codes['5号楼']}")
    assert seen_at() > before


@pytest.fixture
def newcomer(phone, cast) -> Phone:
    """Somebody who was handed a password by the community; signed in with it."""
    password = actions.reset_password(cast.person("gao"), cast.viewer("shen"))
    fresh = phone()
    fresh.get("/signin")
    assert fresh.post("/signin", account="gao", password=password).status_code == 303
    fresh.handed = password
    return fresh


def test_a_password_handed_over_opens_only_the_page_to_change_it(phone, cast, newcomer) -> None:
    address = phone().report(cast.codes["5号楼"], category="care", words="老人三天没下楼")
    assert newcomer.get("/desk").location == "/me?next=/desk?"
    assert newcomer.get(address).status_code == 404
    assert newcomer.get(f"/c/{cast.codes['5号楼']}").status_code == 200
    page = newcomer.get("/me?next=/desk").get_data(as_text=True)
    assert "请先换成只有自己知道的" in page and "老人三天" not in page
    assert newcomer.post("/desk/relay").location == "/me"
    refused = newcomer.post("/me/password", old=newcomer.handed, password=newcomer.handed)
    assert refused.status_code == 422 and "要和现在的不一样" in newcomer.page
    assert newcomer.post("/me/password", old=newcomer.handed, password=NEW, next="/desk").location == "/desk"
    assert newcomer.get("/desk").status_code == 200
    assert newcomer.get(address).status_code == 200


def test_what_a_newcomer_may_not_do_is_not_done(phone, cast, newcomer) -> None:
    address = phone().report(cast.codes["5号楼"])
    newcomer.get(address)
    assert newcomer.post(f"{address}/moves/accept").status_code == 403


def test_a_new_account_has_to_change_its_password_and_a_chosen_one_has_not(phone, cast) -> None:
    person, password = actions.add_staff(cast.viewer("shen"), "newbie", "小新", "grid", cast.place("第一网格"))
    assert person.account.must_change and not cast.person("lin").account.must_change
    lin = phone().sign_in("lin")
    lin.get("/me")
    assert lin.post("/me/password", old=PASSWORD, password=NEW).location == "/me"
    assert lin.get("/desk").status_code == 200
