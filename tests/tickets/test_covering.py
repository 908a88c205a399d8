"""A part of a photo is blacked out for everybody and for good; what was there is in no file any more."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from governance.core import media
from governance.core.db import db
from governance.core.events import Event
from governance.tickets.model import Photo
from governance.tickets.photos import clean_photo

pytestmark = pytest.mark.mainly_on("sqlite")


@pytest.fixture
def ticket(phone, cast):
    """The reporter's phone and the address of a report with one clean photo, all white."""
    made = io.BytesIO()
    Image.new("RGB", (800, 400), "white").save(made, "PNG")
    mine = phone()
    address = mine.report(cast.codes["5号楼"], words="灯坏了", photos=(io.BytesIO(made.getvalue()), "a.png"))
    clean_photo(photo().id)
    return mine, address


def photo() -> Photo:
    db.session.rollback()
    return db.session.query(Photo).one()


def pixels(who, address: str, size: str = "full") -> np.ndarray:
    answer = who.get(f"{address}/photos/{photo().key}-{size}.jpg")
    assert answer.status_code == 200
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("L")).astype(int)


def test_cells_and_boxes_are_black_for_all_and_the_old_picture_is_gone(phone, ticket) -> None:
    mine, address = ticket
    gao, old = phone().sign_in("gao"), photo().key
    page = gao.get(address).text
    assert f"{address}/photos/{old}/cover" in page
    page = gao.get(f"{address}/photos/{old}/cover").text
    assert "找不回来" in page and len(re.findall('name="cell"', page)) == 64
    covered = gao.post(f"{address}/photos/{old}/cover", cell=["0-0"], box=["500,500,750,1000"], reason="人脸和车牌")
    assert covered.status_code == 303
    assert photo().key != old
    assert {key.rpartition("/")[2][:24] for key in media.keys("photos")} == {photo().key}
    for who in (gao, mine):
        assert who.get(f"{address}/photos/{old}-full.jpg").status_code == 404
        seen = pixels(who, address)
        assert seen[:46, :96].max() < 20 and seen[204:, 404:596].max() < 20
        assert seen[:190, 110:].min() > 235 and seen[60:, :390].min() > 235
    assert pixels(mine, address, "thumb")[:15, :30].max() < 30
    lines = db.session.scalars(db.select(Event).filter_by(verb="cover")).all()
    assert [(line.words, line.data["boxes"]) for line in lines] == [("人脸和车牌", 2)]
    assert "遮住了照片的一部分" in mine.get(address).text
    assert gao.post(f"{address}/photos/{old}/cover", cell=["0-0"], reason="又一次").status_code == 404


@pytest.mark.parametrize(
    "form", [{}, {"cell": ["9-9"]}, {"cell": ["-1-0"]}, {"box": ["0,0,0,0"]}, {"box": ["0,0,9999,9"]}, {"box": ["x"]}]
)
def test_what_covers_nothing_or_lies_outside_changes_nothing(phone, ticket, form) -> None:
    _, address = ticket
    gao, old = phone().sign_in("gao"), photo().key
    gao.get(address)
    assert gao.post(f"{address}/photos/{old}/cover", reason="人脸", **form).status_code == 422
    assert "请在照片上点要遮住的格子" in gao.page and photo().key == old


def test_a_cover_without_a_reason_is_asked_for_one_and_keeps_the_ticks(phone, ticket) -> None:
    _, address = ticket
    gao, old = phone().sign_in("gao"), photo().key
    gao.get(address)
    assert gao.post(f"{address}/photos/{old}/cover", cell=["3-4"]).status_code == 422
    assert 'value="3-4" aria-label="第 4 行第 5 格" checked' in gao.page and photo().key == old
