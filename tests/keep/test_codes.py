"""The doors of codes: from print to successor, and the files to print."""

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from governance.core.db import db
from governance.keep import codes as code_doors
from governance.places.model import Code
from tests.keep.parts import confirm, fresh, upload


def test_a_code_lives_from_print_to_its_successor(phone, cast):
    shen, place, old = phone().sign_in("shen"), cast.places["5号楼"], cast.codes["5号楼"]
    assert shen.post(f"/keep/places/{place}/codes").status_code == 303
    fresh()
    new = db.session.scalars(select(Code).filter_by(place_id=place, number=2)).one()
    assert shen.post(f"/keep/codes/{old}/mark", state="lost").status_code == 303
    assert shen.post(f"/keep/codes/{old}/mark", state="eaten").status_code == 422
    wrong = shen.post(f"/keep/codes/{old}/retire", successor="ABCD-EFGH")
    assert wrong.status_code == 422 and "没有找到替换它的码" in wrong.text and 'value="ABCD-EFGH"' in wrong.text
    assert shen.post(f"/keep/codes/{old}/retire", successor=cast.codes["8号院"]).status_code == 422
    assert shen.post(f"/keep/codes/{old}/retire", successor=new.shown.lower()).status_code == 303
    fresh()
    assert (cast.code("5号楼").state, cast.code("5号楼").replaced_by) == ("retired", new.token)
    assert shen.post(f"/keep/codes/{old}/mark", state="posted").status_code == 409
    assert shen.post(f"/keep/codes/{new.token}/retire", successor=old).status_code == 422


def test_every_courtyard_and_building_without_a_code_gets_one(phone, cast):
    shen = phone().sign_in("shen")
    upload(shen, *(f"楼栋,{number}幢,3号院," for number in range(3)))
    confirm(shen)
    before = db.session.query(Code).count()
    address = f"/keep/places/{cast.places['银杏社区']}/codes/missing"
    assert [shen.post(address).status_code for _ in range(2)] == [303, 303]
    fresh()
    assert db.session.query(Code).count() == before + 3


@pytest.mark.parametrize("format", ["a4", "sticker", "card"])
def test_the_file_to_print_holds_every_code_in_use_here_and_a_reader_reads_them(phone, cast, format):
    du, shen = phone().sign_in("du"), phone().sign_in("shen")
    for community in ("银杏社区", "海棠社区"):
        du.post(f"/keep/places/{cast.places[community]}", name=community, phone="010-00000001")
    answer = shen.get(f"/keep/places/{cast.places['银杏社区']}/poster.pdf?format={format}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.data)
    read = {found.text for page in document for found in zxingcpp.read_barcodes(page.render(scale=2).to_pil())}
    assert read == {f"https://onecode.example/c/{cast.codes[name]}" for name in ("3号院", "5号楼", "6号楼")}


def test_a_file_that_cannot_be_printed_says_why(phone, cast, monkeypatch):
    shen = phone().sign_in("shen")
    address = f"/keep/places/{cast.places['银杏社区']}/poster.pdf"
    assert shen.get(address + "?format=a0").status_code == 404
    assert shen.get(f"/keep/places/{cast.places['第一网格']}/poster.pdf").status_code == 200
    monkeypatch.setattr(code_doors, "MOST_PRINTED", 2)
    refused = shen.get(address)
    assert refused.status_code == 409 and "一次最多 2 张" in refused.text
