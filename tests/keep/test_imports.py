"""The door of imports: shown first, done when confirmed, and what was confirmed is what was seen."""

from io import BytesIO

from governance.core import crypto, media
from tests.keep.parts import confirm, named, upload


def test_an_import_is_shown_first_and_done_when_it_is_confirmed(phone, cast):
    shen = phone().sign_in("shen")
    shown = upload(shen, "楼栋,甲楼,3号院,60", "楼栋,5号楼,3号院,48")
    assert shown.status_code == 200 and "甲楼" in shown.text and named("甲楼") is None
    done = confirm(shen)
    assert done.status_code == 200 and "加了 1 处，改了 1 处" in done.text
    assert named("甲楼").households == 60 and named("5号楼").households == 48
    assert shen.post("/keep/places/import/confirm", digest="x").status_code == 303


def test_the_file_that_waits_is_encrypted(phone, cast):
    upload(phone().sign_in("shen"), "楼栋,甲楼,3号院,60")
    waiting = media.get(f"imports/places/{cast.people['shen']}")
    name = "甲楼".encode("gb18030")
    assert name not in waiting and name in crypto.opened(waiting)


def test_an_import_with_problems_lists_them_and_offers_nothing_to_confirm(phone, cast):
    shen = phone().sign_in("shen")
    refused = upload(shen, "楼栋,甲楼,3号院,60", "大楼,乙楼,3号院,60", "楼栋,丙楼,8号院,60")
    assert refused.status_code == 422
    assert "类别只能是" in refused.text and "没有找到上级“8号院”" in refused.text and shen.field("digest") == ""
    assert named("甲楼") is None
    assert shen.post("/keep/places/import", file=(BytesIO(b"\x00\xff"), "x.xlsx")).status_code == 422
    assert shen.post("/keep/places/import").status_code == 422


def test_what_is_confirmed_is_what_was_seen(phone, cast):
    shen, other = phone().sign_in("shen"), phone().sign_in("shen")
    upload(shen, "楼栋,甲楼,3号院,60")
    upload(other, "楼栋,乙楼,3号院,60")
    again = confirm(shen)
    assert again.status_code == 409 and "请再看一遍" in again.text and "乙楼" in again.text
    assert named("甲楼") is None and named("乙楼") is None
    assert confirm(shen).status_code == 200 and named("乙楼") is not None


def test_the_template_can_be_uploaded_as_it_comes(phone, cast):
    shen = phone().sign_in("shen")
    template = shen.get("/keep/places/import/template.csv").data
    assert template.startswith(b"\xef\xbb\xbf")
    assert shen.post("/keep/places/import", file=(BytesIO(template), "places.csv")).status_code == 422
