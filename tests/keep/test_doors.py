"""The pages of /keep as people meet them, on both databases: what they may reach, and that bad input loses nothing."""

import re
import threading
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from governance.core.db import db, now
from governance.keep import codes as code_doors
from governance.people.model import Body, Identity, Person
from governance.places.model import Code, Place
from governance.tickets.model import Category

BY_KEEPER = (
    "/keep/",
    "/keep/places",
    "/keep/places/import",
    "/keep/people",
    "/keep/people/new",
    "/keep/bodies",
    "/keep/bodies/new",
)
BY_OFFICER = ("/keep/categories", "/keep/categories/new")


def csv(*lines, head="类别,名称,上级,户数"):
    return BytesIO("\n".join((head, *lines)).encode("gb18030"))


def fresh():
    db.session.rollback()
    db.session.expire_all()


def named(name):
    fresh()
    return db.session.scalars(select(Place).filter_by(name=name)).one_or_none()


@pytest.mark.parametrize("address", BY_KEEPER + BY_OFFICER)
def test_who_keeps_nothing_gets_nowhere(phone, cast, address):
    assert phone().get(address).status_code == 303
    assert phone().sign_in("gao").get(address).status_code == 403
    assert phone().sign_in("wu").get(address).status_code == 403


@pytest.mark.parametrize("account", ["shen", "qiao", "du"])
def test_every_keeper_sees_the_pages_of_keeping_and_officers_the_categories_too(phone, cast, account):
    someone = phone().sign_in(account)
    assert {someone.get(address).status_code for address in BY_KEEPER} == {200}
    expected = 403 if account == "shen" else 200
    assert {someone.get(address).status_code for address in BY_OFFICER} == {expected}


@pytest.mark.parametrize(
    "door",
    [
        "/keep/places/{place}",
        "/keep/places/{place}/new",
        "/keep/places/{place}/poster.pdf",
        "/keep/places?under={place}",
        "/keep/people/new?at={place}",
        "/keep/people/{person}",
        "/keep/bodies/{body}",
    ],
)
def test_what_is_anothers_looks_like_what_is_not_there(phone, cast, door):
    shen = phone().sign_in("shen")
    foreign = door.format(place=cast.places["8号院"], person=cast.people["lin"], body=cast.bodies["绿叶物业"])
    answers = [shen.get(foreign), *(shen.get(door.format(place=n, person=n, body=n)) for n in (999_999, 2**31, 2**70))]
    assert {answer.status_code for answer in answers} <= ({404} if "?" not in door else {404, 200})
    assert answers[0].status_code == answers[1].status_code == 404


@pytest.mark.parametrize(
    "door",
    [
        "/keep/places/{place}",
        "/keep/places/{place}/codes",
        "/keep/places/{place}/codes/missing",
        "/keep/codes/{code}/mark",
        "/keep/codes/{code}/retire",
        "/keep/people/{person}/posts",
        "/keep/posts/{person}/end",
        "/keep/people/{person}/disable",
        "/keep/people/{person}/password",
        "/keep/bodies/{body}",
    ],
)
def test_what_is_anothers_cannot_be_changed(phone, cast, door):
    shen = phone().sign_in("shen")
    before = db.session.query(Code).count()
    values = {
        "place": cast.places["8号院"],
        "code": cast.codes["8号院"],
        "person": cast.people["lin"],
        "body": cast.bodies["绿叶物业"],
    }
    assert shen.post(door.format(**values), state="lost", name="改了").status_code == 404
    fresh()
    assert (db.session.query(Code).count(), cast.code("8号院").state) == (before, "printed")
    assert cast.place("8号院").name == "8号院" and cast.person("lin").posts[0].in_force(now())


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


def upload(someone, *lines, **more):
    someone.get("/keep/places/import")
    return someone.post("/keep/places/import", file=(csv(*lines, **more), "places.csv"))


def confirm(someone):
    return someone.post("/keep/places/import/confirm", mark=someone.field("mark"))


def test_an_import_is_shown_first_and_done_when_it_is_confirmed(phone, cast):
    shen = phone().sign_in("shen")
    shown = upload(shen, "楼栋,甲楼,3号院,60", "楼栋,5号楼,3号院,48")
    assert shown.status_code == 200 and "甲楼" in shown.text and named("甲楼") is None
    done = confirm(shen)
    assert done.status_code == 200 and "加了 1 处，改了 1 处" in done.text
    assert named("甲楼").households == 60 and named("5号楼").households == 48
    assert shen.post("/keep/places/import/confirm", mark="x").status_code == 303


def test_an_import_with_problems_lists_them_and_offers_nothing_to_confirm(phone, cast):
    shen = phone().sign_in("shen")
    refused = upload(shen, "楼栋,甲楼,3号院,60", "大楼,乙楼,3号院,60", "楼栋,丙楼,8号院,60")
    assert refused.status_code == 422
    assert "类别只能是" in refused.text and "没有找到上级“8号院”" in refused.text and shen.field("mark") == ""
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


def test_a_new_person_gets_a_password_once_and_can_sign_in(phone, cast):
    shen = phone().sign_in("shen")
    shen.get(f"/keep/people/new?at={cast.places['第一网格']}")
    refused = shen.post("/keep/people/new", nickname="小新", account="有", role="grid", place="第一网格", body="0")
    assert refused.status_code == 422 and 'value="小新"' in refused.text
    made = shen.post("/keep/people/new", nickname="小新", account="xiaoxin", role="grid", place="第一网格", body="0")
    password = re.search(r"<code>([^<]+)</code>", made.text)[1]
    assert made.headers["Cache-Control"] == "no-store"
    other = phone()
    other.get("/signin")
    assert other.post("/signin", account="xiaoxin", password=password).status_code == 303
    assert "小新" in shen.get("/keep/people").text and password not in shen.page


@pytest.mark.parametrize(
    ("role", "place", "reason"),
    [
        ("grid", "第二网格", "没有找到"),
        ("street", "柳荫街道", ""),
        ("grid", "", "请填在哪里"),
        ("body", "", ""),
        ("king", "", ""),
    ],
)
def test_a_post_out_of_reach_is_refused_beside_its_field(phone, cast, role, place, reason):
    shen = phone().sign_in("shen")
    refused = shen.post("/keep/people/new", nickname="小新", account="xiaoxin", role=role, place=place, body="0")
    assert refused.status_code == 422 and reason in refused.text and 'class="wrong"' in refused.text
    fresh()
    assert db.session.scalar(select(Identity.id).filter_by(subject="xiaoxin")) is None


def test_a_post_is_given_and_ended_and_the_phone_in_hand_is_signed_out(phone, cast):
    shen, gao = phone().sign_in("shen"), phone().sign_in("gao")
    assert gao.get("/desk").status_code == 200
    person = cast.person("gao")
    address = f"/keep/people/{person.id}/posts"
    assert shen.post(address, role="grid", place="柳荫街道/银杏社区", body="0").status_code == 303
    assert shen.post(address, role="grid", place="柳荫街道/银杏社区", body="0").status_code == 409
    fresh()
    for post in db.session.get(Person, person.id).posts:
        assert shen.post(f"/keep/posts/{post.id}/end").status_code == 303
    assert gao.get("/desk").status_code == 303


def test_an_account_is_closed_and_opened_again(phone, cast):
    shen, gao, address = phone().sign_in("shen"), phone().sign_in("gao"), f"/keep/people/{cast.people['gao']}"
    assert shen.post(f"{address}/disable").status_code == 303
    assert "停用" in shen.get(address).text and gao.get("/desk").status_code == 303
    assert [shen.post(f"{address}/{verb}").status_code for verb in ("disable", "enable", "enable")] == [409, 303, 409]


def test_the_same_account_asked_for_at_once_is_made_once_and_nobody_sees_a_fault(phone, cast):
    phones, answers = [phone().sign_in("shen") for _ in range(4)], []
    form = {"nickname": "小新", "account": "xiaoxin", "role": "grid", "place": "第一网格", "body": "0"}
    for one in phones:
        one.get("/keep/people/new")

    def ask(one):
        answers.append(one.post("/keep/people/new", **form).status_code)

    threads = [threading.Thread(target=ask, args=(one,)) for one in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh()
    assert len(answers) == 4 and answers.count(200) == 1 and set(answers) <= {200, 409, 422}
    assert len(db.session.scalars(select(Identity).filter_by(subject="xiaoxin")).all()) == 1


def test_a_body_is_added_and_changed(phone, cast):
    qiao = phone().sign_in("qiao")
    refused = qiao.post("/keep/bodies/new", name="新物业", kind="物业公司", phone="", place="没有的地方")
    assert refused.status_code == 422 and "没有找到" in refused.text and 'value="新物业"' in refused.text
    assert qiao.post("/keep/bodies/new", name="绿叶物业", kind="物业公司", place="柳荫街道").status_code == 422
    assert qiao.post("/keep/bodies/new", name="新物业", kind="物业公司", place="银杏社区").status_code == 303
    fresh()
    body = db.session.scalars(select(Body).filter_by(name="新物业")).one()
    assert qiao.post(f"/keep/bodies/{body.id}", name="新物业二", kind="其他单位", place="海棠社区").status_code == 303
    fresh()
    assert db.session.get(Body, body.id).place_id == cast.places["海棠社区"]


def test_a_category_is_added_changed_retired_and_brought_back(phone, cast):
    qiao = phone().sign_in("qiao")
    for wrong in (
        {"slug": "Tree!"},
        {"slug": "lift"},
        {"label": "电梯"},
        {"hours": "0"},
        {"hours": "x"},
        {"label": ""},
    ):
        refused = qiao.post("/keep/categories/new", **({"slug": "tree", "label": "树木", "hours": "48"} | wrong))
        assert refused.status_code == 422 and 'class="wrong"' in refused.text
    assert qiao.post("/keep/categories/new", slug="tree", label="树木", hours="48", verify="y").status_code == 303
    fresh()
    row = cast.category("tree")
    assert (row.hours, row.verify, row.private) == (48, True, False)
    address = f"/keep/categories/{row.id}"
    assert qiao.post(address, label="电梯", hours="24").status_code == 422
    assert qiao.post(address, label="树木倒伏", hours="24").status_code == 303
    steps = [qiao.post(f"{address}/{verb}").status_code for verb in ("retire", "retire", "restore", "restore")]
    assert steps == [303, 409, 303, 409]
    fresh()
    assert db.session.get(Category, row.id).label == "树木倒伏"
    assert phone().sign_in("shen").post(address, label="改", hours="1").status_code == 403
