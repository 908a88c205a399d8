"""The way into a building's group: its QR code is kept by its keeper, shown while it is good, and renewed in time."""

import io
import re
from datetime import timedelta

import numpy
import pytest
from PIL import Image

from governance.core.db import db, now, writing
from governance.core.errors import Forbidden, Invalid, Refused
from governance.core.web import page_cache
from governance.places.qr import Square, read_squares
from governance.relay.delivery import queries
from governance.relay.groups import binding, entry_codes
from governance.relay.model import Group
from tests import photos

ADDRESS = "https://weixin.qq.com/g/AQYAABdYmHcYqs0ToSHk7gQ0"


def screenshot(*texts: str) -> bytes:
    """A phone's picture with these codes on it."""
    picture = Image.new("RGB", (1080, 900 * len(texts)), "#ededed")
    for number, text in enumerate(texts):
        picture.paste(Image.fromarray(numpy.asarray(Square(text).raster(12))), (150, 60 + 900 * number))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def group(cast):
    """A residents' group of 3号院, kept by shen."""
    return binding.add(cast.viewer("shen"), "manual", "residents", "3号院邻里群", {}, [cast.place("3号院")])


def aged(group: Group, **age: float) -> None:
    with writing():
        group.entry_code_at = now() - timedelta(**age)
    page_cache.clear()


def scan(phone, cast) -> str:
    return phone().get(f"/c/{cast.codes['5号楼']}").get_data(as_text=True)


def test_a_screenshot_of_the_keeper_becomes_the_way_in_for_those_who_scan(phone, cast, group) -> None:
    keeper, resident, code = phone().sign_in("shen"), phone(), cast.codes["5号楼"]
    assert "进这里的居民群" not in scan(phone, cast)
    keeper.get(f"/keep/groups/{group.id}")
    picture = (io.BytesIO(screenshot(ADDRESS)), "Screenshot.png")
    assert keeper.post(f"/keep/groups/{group.id}/entry", picture=picture).status_code == 303
    assert "放上去了，扫码的居民现在能进这个群" in keeper.get(f"/keep/groups/{group.id}").get_data(as_text=True)
    page_cache.clear()
    page = scan(phone, cast)
    assert "进这里的居民群" in page and "3号院邻里群" in page
    resident.get(f"/c/{code}/group")
    assert re.search(r">今天 \d\d:\d\d</time> 放的，到 <time[^>]*>[^<]+</time> 有效", resident.page)
    answer = resident.get(re.search(r'src="(/c/[^"]+\.png)"', resident.page)[1])
    assert answer.mimetype == "image/png"
    assert read_squares(Image.open(io.BytesIO(answer.data)).convert("L")) == [ADDRESS]


def test_an_expired_code_is_not_shown_and_its_keeper_is_asked_for_a_new_one_the_day_before(phone, cast, group) -> None:
    entry_codes.keep(group, cast.viewer("shen"), screenshot(ADDRESS))
    keeper, address = phone().sign_in("shen"), f"/c/{cast.codes['5号楼']}/group"
    for age, is_shown, is_asked in ((5.9, True, False), (6.1, True, True), (7.1, False, True)):
        aged(group, days=age)
        resident = phone()
        resident.get(address)
        assert ("3号院邻里群" in scan(phone, cast), ".png" in resident.page) == (is_shown, is_shown), age
        assert queries.troubles(cast.viewer("shen")).entry_codes == is_asked, age
        keeper.get("/desk")
        assert ("入群二维码要换了" in keeper.page) == is_asked, age
    assert not queries.troubles(cast.viewer("tang"))
    assert phone().get(f"{address}/{group.id}.png").status_code == 404
    keeper.get("/keep/relay")
    assert f'href="/keep/groups/{group.id}#entry"' in keeper.page and "&lt;" not in keeper.page
    keeper.get(f"/keep/groups/{group.id}")
    assert "过期了" in keeper.page
    keeper.post(f"/keep/groups/{group.id}/entry/withdraw")
    db.session.rollback()
    assert not queries.troubles(cast.viewer("shen"))


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"no picture",
        photos.png(),
        screenshot("https://weixin.qq.com.example/g/AQYAABdYmHcYqs0T"),
        screenshot("https://example.org/pay"),
        screenshot(ADDRESS, ADDRESS + "x"),
    ],
    ids=["nothing", "no picture", "no code", "a false address", "another address", "two groups"],
)
def test_what_is_no_code_of_one_wechat_group_is_refused_beside_the_field(cast, group, picture) -> None:
    with pytest.raises(Invalid) as refused:
        entry_codes.keep(group, cast.viewer("shen"), picture)
    assert set(refused.value.fields) == {"picture"}
    assert group.entry_code is None


def test_only_who_keeps_a_residents_group_puts_its_code_there(cast, group) -> None:
    with pytest.raises(Forbidden):
        entry_codes.keep(group, cast.viewer("tang"), screenshot(ADDRESS))
    work = binding.add(cast.viewer("shen"), "manual", "workers", "工作群", {}, [cast.place("3号院")])
    with pytest.raises(Refused):
        entry_codes.keep(work, cast.viewer("shen"), screenshot(ADDRESS))
