"""The doors of places: found, listed, changed and added, and a refusal that loses nothing."""

import re

from tests.keep.parts import confirm, named, upload


def test_places_are_found_by_name_by_official_code_and_by_the_sticker(phone, cast):
    shen = phone().sign_in("shen")
    for asked in ("号楼", cast.codes["5号楼"], cast.code("5号楼").shown.lower()):
        assert "5号楼" in shen.get(f"/keep/places?q={asked}").text
    assert "1号楼" not in shen.get("/keep/places?q=号楼").text
    assert "没有找到" in shen.get("/keep/places?q=%25").text
    assert shen.get("/keep/places?q=%7F&after=-1&under=x&care=nothing").status_code == 200


def test_the_first_page_counts_what_needs_care_and_leads_to_it(phone, cast):
    shen = phone().sign_in("shen")
    assert "码印了还没贴" in shen.get("/keep/").text
    listed = shen.get("/keep/places?care=unposted").text
    assert "5号楼" in listed and "8号院" not in listed
    for place in ("3号院", "5号楼", "6号楼"):
        assert shen.post(f"/keep/codes/{cast.codes[place]}/mark", state="posted").status_code == 303
    assert "码印了还没贴" not in shen.get("/keep/").text


def test_long_lists_go_on_without_repeating(phone, cast):
    shen = phone().sign_in("shen")
    yard = cast.places["3号院"]
    shen.get("/keep/places/import")
    upload(shen, *(f"楼栋,{number}幢,3号院," for number in range(120)))
    assert confirm(shen).status_code == 200
    seen, address = [], f"/keep/places?under={yard}"
    while address:
        page = shen.get(address).text
        seen += re.findall(r"/keep/places/(\d+)\"><b>", page)
        more = re.search(r'href="([^"]*after=[^"]*)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 122


def test_a_place_is_changed_and_a_bad_value_is_refused_with_nothing_lost(phone, cast):
    shen, address = phone().sign_in("shen"), f"/keep/places/{cast.places['5号楼']}"
    shen.get(address)
    refused = shen.post(address, name="5号楼（东）", phone="不是电话", households="-1", hours="全天")
    assert refused.status_code == 422
    assert (
        "电话号码好像不对" in refused.text and 'value="5号楼（东）"' in refused.text and 'value="全天"' in refused.text
    )
    assert named("5号楼") is not None
    taken = shen.post(address, name="6号楼")
    assert taken.status_code == 422 and "已经有叫这个名字" in taken.text
    assert shen.post(address, name="5号楼（东）", phone="010-00000005", large_text="y").status_code == 303
    assert (named("5号楼（东）").phone, named("5号楼（东）").large_text) == ("010-00000005", True)


def test_a_form_with_a_stale_token_comes_back_filled(phone, cast):
    shen, address = phone().sign_in("shen"), f"/keep/places/{cast.places['5号楼']}"
    refused = shen.post(address, name="新名字", csrf_token="old")
    assert refused.status_code == 422 and 'value="新名字"' in refused.text
    assert named("新名字") is None


def test_a_place_is_added_inside_another(phone, cast):
    shen, address = phone().sign_in("shen"), f"/keep/places/{cast.places['3号院']}/new"
    shen.get(address)
    assert shen.post(address, kind="community", name="假社区").status_code == 422
    assert shen.post(address, kind="building", name="5号楼").status_code == 422
    added = shen.post(address, kind="building", name="9号楼", households="48")
    assert added.status_code == 303
    assert named("9号楼").areas() == cast.place("3号院").areas()
