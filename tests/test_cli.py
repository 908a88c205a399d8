"""The operator's commands as processes would see them: what they do, what they say, and how they end."""

import sqlite3
import tarfile
import uuid
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from governance.cli import __main__ as cli
from governance.core.config import Settings
from governance.core.db import db, writing
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person, Post
from governance.people.staff.signin import sign_in
from governance.places.actions import print_code
from governance.places.model import Code, Place
from governance.tickets.model import Ticket
from governance.tickets.reporting.reports import submit_report
from governance.web.app import build
from tests import cast as casting
from tests.app import settings_for


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command; its exit code and what it said."""

    def command(*arguments):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


@pytest.fixture
def deployment(tmp_path, monkeypatch, settled):
    """A deployment of its own in a folder, holding the cast, as the environment describes it."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    _, cast = settled
    source = sqlite3.connect(settled[0] / "onecode.sqlite3")
    (tmp_path / "var").mkdir()
    source.execute("VACUUM INTO ?", [str(tmp_path / "var" / "onecode.sqlite3")])
    source.close()
    for name, value in {"VAR_DIR": tmp_path / "var", "DEMO": "1", "PUBLIC_URL": "https://onecode.example"}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("DATABASE_URL", "MEDIA_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    app = build(settings_for(tmp_path / "var", f"sqlite:///{tmp_path / 'var' / 'onecode.sqlite3'}"))
    with app.app_context():
        yield cast
        db.session.remove()
        db.engine.dispose()


def test_every_command_explains_itself(run):
    for words in (
        "",
        "demo",
        "places import",
        "codes issue",
        "codes print",
        "codes retire",
        "people add",
        "people post",
        "people end",
        "groups add",
        "groups import",
        "groups list",
        "relay status",
        "relay retry",
        "worker",
        "migrate",
        "backup",
        "restore",
    ):
        code, said = run(*words.split(), "--help")
        assert code == 0 and "usage: governance" in said


@pytest.mark.parametrize(
    "words",
    [
        "",
        "nonsense",
        "places",
        "places import",
        "codes print --under 3号院 --out x --format a0",
        "people add a b --role king --at x",
        "people add a b --role grid",
    ],
)
def test_what_is_used_wrongly_ends_with_two(run, words):
    assert run(*words.split())[0] == 2


def test_places_are_imported_after_a_dry_run(run, deployment, tmp_path):
    file = tmp_path / "places.csv"
    file.write_bytes("类别,名称,上级\n楼栋,甲楼,银杏社区/3号院\n".encode("gb18030"))
    assert run("places", "import", file, "--dry-run") == (0, "会加 1 处，会改 0 处，0 处不变\n")
    assert db.session.scalar(select(Place.id).filter_by(name="甲楼")) is None
    db.session.rollback()
    assert run("places", "import", file) == (0, "加了 1 处，改了 0 处，0 处没有变\n")
    assert run("places", "import", file) == (0, "加了 0 处，改了 0 处，1 处没有变\n")


def test_an_import_with_problems_ends_with_one_and_names_the_rows(run, deployment, tmp_path):
    file = tmp_path / "places.csv"
    file.write_text("类别,名称,上级\n楼栋,甲楼,3号院\n大楼,乙楼,3号院\n")
    code, said = run("places", "import", file)
    assert code == 1 and "第 3 行\t类别\t" in said and "什么都没有导入" in said
    assert run("places", "import", tmp_path / "none.csv")[0] == 1


def test_codes_are_issued_printed_and_retired(run, deployment, tmp_path):
    file, pdf = tmp_path / "places.csv", tmp_path / "codes.pdf"
    file.write_text("类别,名称,上级,电话\n楼栋,甲楼,3号院,\n社区,银杏社区,柳荫街道,010-00000001\n")
    run("places", "import", file)
    assert run("codes", "issue", "--under", "柳荫街道/银杏社区") == (0, "加了 1 张新码\n")
    code, said = run("codes", "print", "--under", "银杏社区", "--format", "a4", "--out", pdf)
    assert code == 0 and said.startswith("4 张码") and len(pypdfium2.PdfDocument(pdf)) == 4
    old, elsewhere = deployment.codes["5号楼"], deployment.codes["6号楼"]
    code, said = run("codes", "retire", old, "--successor", elsewhere)
    assert code == 1 and "那张码贴在6号楼" in said
    with writing():
        new = print_code(deployment.place("5号楼"), "demo").token
    assert run("codes", "retire", old, "--successor", new.lower())[0] == 0
    db.session.rollback()
    assert db.session.get(Code, old).replaced_by == new
    assert run("codes", "retire", old)[0] == 1
    assert run("codes", "retire", "00000000")[0] == 1
    assert run("codes", "print", "--under", "没有的地方", "--out", pdf)[0] == 1


@pytest.mark.parametrize("place", ["id", "银杏社区/第一网格", "柳荫街道/第一网格"])
def test_people_are_added_given_posts_and_ended(run, deployment, place):
    place = deployment.places["第一网格"] if place == "id" else place
    code, said = run("people", "add", "XiaoXin", "小新", "--role", "grid", "--at", place)
    kind, account, password, role, name = said.strip().split("\t")
    assert (code, kind, account, role, name) == (0, "person", "xiaoxin", "grid", "小新")
    assert sign_in("xiaoxin", password, "test")
    assert run("people", "post", "xiaoxin", "--role", "body", "--body", "绿叶物业", "--until", "2999-12-31")[0] == 0
    code, said = run("people", "end", "xiaoxin")
    assert code == 1 and "--role" in said
    assert run("people", "end", "xiaoxin", "--role", "grid")[0] == 0
    assert run("people", "end", "xiaoxin")[0] == 0
    db.session.rollback()
    person = db.session.scalars(select(Identity).filter_by(subject="xiaoxin")).one().person_id
    assert all(post.until for post in db.session.scalars(select(Post).filter_by(person_id=person)))
    assert run("people", "end", "nobody")[0] == 1
    assert run("people", "post", "xiaoxin", "--role", "community", "--at", "5号楼")[0] == 1


def test_the_demo_is_only_put_into_an_empty_database(run, deployment):
    for size in ("small", "district"):
        assert run("demo", "--size", size) == (1, "数据库里已经有地点了，演示只放进空的数据库\n")
    assert run("demo", "--tickets", "many")[0] == 2


def test_groups_are_imported_after_a_dry_run_and_problems_name_the_rows(run, deployment, tmp_path):
    sheet = tmp_path / "groups.csv"
    head = "群名,地点,通道,谁在群里,key"
    sheet.write_text(f"{head}\n甲群,银杏社区,企业微信群机器人,居民群,key-0001-of-a-robot\n")
    code, said = run("groups", "import", str(sheet), "--dry-run")
    assert code == 0 and "会加 1 个群" in said and "甲群" not in run("groups", "list")[1]
    assert "加了 1 个群" in run("groups", "import", str(sheet))[1] and "甲群" in run("groups", "list")[1]
    assert "1 个没有变" in run("groups", "import", str(sheet))[1]
    sheet.write_text(f"{head}\n乙群,没有的地方,企业微信群机器人,居民群,key-0001-of-a-robot\n")
    code, said = run("groups", "import", str(sheet))
    assert code == 1 and "第 2 行" in said and "key-0001" not in said


def test_a_backup_is_whole_and_comes_back_somewhere_else(run, deployment, tmp_path, monkeypatch):
    media, file = tmp_path / "var" / "media", tmp_path / "backup.tar.gz"
    media.mkdir(exist_ok=True)
    (media / "photo").write_bytes(b"picture")
    assert run("backup", file)[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as bundle:
        assert not [name for name in bundle.getnames() if "key" in name]
    assert run("restore", file)[0] == 1
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "new"))
    assert run("restore", file)[0] == 0
    assert (tmp_path / "new" / "media" / "photo").read_bytes() == b"picture"
    restored = sqlite3.connect(tmp_path / "new" / "onecode.sqlite3")
    assert restored.execute("SELECT count(*) FROM place").fetchone() == (len(casting.STAFF) + 5,)


@pytest.mark.parametrize("damage", ["cut", "other", "none"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_left(run, deployment, tmp_path, monkeypatch, damage):
    file = tmp_path / "backup.tar.gz"
    run("backup", file)
    whole = file.read_bytes()
    damaged = {"cut": whole[: len(whole) // 2], "other": b"hello", "none": None}[damage]
    Path(file).unlink() if damaged is None else file.write_bytes(damaged)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "new"))
    assert run("restore", file)[0] == 1
    assert not (tmp_path / "new" / "onecode.sqlite3").exists()


def test_on_postgresql_its_own_tools_are_named(run, monkeypatch, tmp_path):
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://x:secret@127.0.0.1:1/x")
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        code, said = run(command, tmp_path / "x")
        assert code == 1 and tool in said and "secret" not in said


def test_a_group_is_bound_and_listed_and_the_relay_says_how_it_stands(run, deployment):
    bind = ("groups", "add", "银杏社区", "--audience", "residents", "--name", "银杏三号院群")
    code, said = run(*bind, "--channel", "wecom_webhook", "--set", "key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa")
    assert code == 0 and said.endswith("\twecom_webhook\tresidents\t银杏三号院群\n")
    assert "银杏三号院群\t银杏社区" in run("groups", "list")[1] and "693a" not in run("groups", "list")[1]
    code, said = run("relay", "status")
    assert code == 0 and dict(line.split("\t") for line in said.splitlines())["due"] == "0"
    assert run("relay", "retry") == (0, "0 条重新等着发\n")
    for wrong in (("--channel", "pigeon"), ("--channel", "wecom_webhook"), ("--channel", "manual", "--set", "key")):
        assert run(*bind, *wrong)[0] == 1
    assert run("groups", "add", "没有的地方", *bind[3:], "--channel", "manual")[0] == 1


def test_erase_says_first_what_would_go_and_then_that_it_went(run, deployment):
    person_id, number, ref = _reported(deployment, "灯不亮")
    code, said = run("erase", "--person", person_id, "--dry-run")
    assert (code, "would erase\t1\t您报的事" in said) == (0, True)
    assert _words_of(ref) == "灯不亮"
    code, said = run("erase", "--person", person_id)
    assert (code, "erased\t1\t您报的事" in said) == (0, True)
    assert _words_of(ref) == ""
    assert run("erase", "--person", person_id)[0] == 0  # safe to repeat


def test_erase_of_one_ticket_leaves_the_reporters_others(run, deployment):
    person_id, number, ref = _reported(deployment, "灯不亮")
    _, _, other = _reported(deployment, "门坏了", person_id)
    code, said = run("erase", "--ticket", number)
    assert (code, _words_of(ref), _words_of(other)) == (0, "", "门坏了")


def test_erase_by_phone_finds_a_number_left_with_a_report(run, deployment):
    _, _, ref = _reported(deployment, "灯不亮")
    _, _, other = _reported(deployment, "门坏了", phone="13800002222")
    assert run("erase", "--phone", "138 0000 1111")[0] == 0
    assert (_words_of(ref), _words_of(other)) == ("", "门坏了")


def test_erased_rows_leave_the_files_on_request(run, deployment):
    assert run("erase", "--vacuum", "--dry-run")[1].startswith("would rewrite\t")
    code, said = run("erase", "--vacuum")
    assert (code, said.startswith("rewritten\t")) == (0, True)


@pytest.mark.parametrize(
    "words", [("--phone", "13999999999"), ("--ticket", "1-1"), ("--person", "999"), ("--person", "nobody")]
)
def test_erase_of_nobody_is_refused(run, deployment, words):
    assert run("erase", *words)[0] == 1


def test_erase_is_not_for_staff(run, deployment):
    code, said = run("erase", "--person", deployment.people["shen"])
    assert (code, "工作账号" in said) == (1, True)


def _reported(cast, words, person_id=None, phone="13800001111"):
    with writing():
        person = db.session.get_one(Person, person_id) if person_id else Person()
        db.session.add(person)
        db.session.flush()
        details = {"words": words, "contact_phone": phone}
        by = Viewer(person_id=person.id)
        ticket = submit_report(cast.place("5号楼"), by, cast.category("light"), str(uuid.uuid4()), **details)
    return person.id, ticket.number, ticket.ref


def _words_of(ref):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Ticket.words).filter_by(ref=ref)).one()
