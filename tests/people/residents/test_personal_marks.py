"""Every column is marked personal or stands in the hand-written list; the pages are made from the marks."""

from pathlib import Path

from governance.core.crypto import Personal
from governance.core.db import Base
from governance.core.personal import MARK, Mark, sections

LIST = Path(__file__).parent / "not_personal.txt"
# Encrypted, and of nobody: secrets of platforms and names of their groups.
SECRETS = {
    "chat_group.settings", "customer_group.chat_id", "customer_group.owner", "mass_task.msgid", "mass_task.owner",
    "mass_task_part.chat_id", "pairing.chat", "robot.settings", "wechat_token.token",
}  # fmt: skip


def written() -> list[str]:
    lines = [line.split("#")[0].strip() for line in LIST.read_text().splitlines()]
    tables = [line.split(":") for line in lines if line]
    return [f"{table}.{column}" for table, columns in tables for column in columns.split()]


def columns() -> dict[str, Mark | None]:
    tables = Base.metadata.sorted_tables
    return {f"{table.name}.{column.name}": column.info.get(MARK) for table in tables for column in table.columns}


def test_every_column_is_marked_or_stands_in_the_list(app) -> None:
    marked = {name for name, mark in columns().items() if mark}
    assert {
        "neither marked nor listed": sorted(columns().keys() - marked - set(written())),
        "both": sorted(marked & set(written())),
        "listed and not there": sorted(set(written()) - columns().keys()),
        "listed twice": sorted({name for name in written() if written().count(name) > 1}),
    } == {"neither marked nor listed": [], "both": [], "listed and not there": [], "listed twice": []}


def test_every_mark_says_what_it_is_for_and_belongs_to_a_section(app) -> None:
    walked = {f"{section.name}.{name}" for section in sections() for name in section.marks}
    assert walked == {name for name, mark in columns().items() if mark}
    for name, mark in columns().items():
        assert mark is None or (name, str(mark.label) != "", str(mark.used_for) != "") == (name, True, True)


def test_what_is_encrypted_is_marked_unless_it_is_a_secret_of_a_platform(app) -> None:
    tables = Base.metadata.sorted_tables
    encrypted = {
        f"{one.table.name}.{one.name}" for each in tables for one in each.columns if isinstance(one.type, Personal)
    }
    assert {name for name in encrypted if columns()[name] is None} == SECRETS


def test_the_privacy_page_says_every_mark(phone) -> None:
    page = phone().get("/privacy").get_data(as_text=True)
    for section in sections():
        if section.name != "staff_session":
            assert (section.name, str(section.title) in page, str(section.kept) in page) == (section.name, True, True)
            for name, mark in section.marks.items():
                for said in (mark.label, mark.used_for, mark.erased.value):
                    assert (section.name, name, str(said) in page) == (section.name, name, True)


def test_the_privacy_page_is_linked_from_the_foot_of_every_page(phone, cast) -> None:
    assert 'href="/privacy"' in phone().get("/").get_data(as_text=True)
    assert 'href="/privacy"' in phone().sign_in("shen").get("/desk").get_data(as_text=True)
