"""A table is read as the spreadsheet shows it, or refused with a reason; nothing hostile gets further."""

import io
import random
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from governance.places.tables import BadTable, read_table
from tests.quickest import processor_seconds

LINES = [["名称", "类别", "户数"], ["花家地北里", "小区", "1200"], ["12号楼", "楼栋", "84"]]
EXPECTED = [
    (2, {"名称": "花家地北里", "类别": "小区", "户数": "1200"}),
    (3, {"名称": "12号楼", "类别": "楼栋", "户数": "84"}),
]


def joined(lines: list[list[str]], comma: str = ",", ending: str = "\r\n") -> str:
    return "".join(comma.join(line) + ending for line in lines)


def workbook(lines: list[list[object]]) -> bytes:
    made = io.BytesIO()
    with Workbook(made, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("地点")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return made.getvalue()


def as_read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(row.cells)) for row in read_table(data, "地点.csv").rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_csv_is_read_whatever_wrote_it(encoding, comma, ending):
    assert as_read(joined(LINES, comma, ending).encode(encoding)) == EXPECTED


def test_a_workbook_is_read_alike():
    assert as_read(workbook([LINES[0], ["花家地北里", "小区", 1200], ["12号楼", "楼栋", 84.0]])) == EXPECTED


def test_quotes_hold_commas_and_line_breaks_and_count_as_one_row():
    data = '名称,地址\n"甲, 乙","第一行\n第二行"\n丙,丁\n'.encode()
    assert as_read(data) == [(2, {"名称": "甲, 乙", "地址": "第一行\n第二行"}), (3, {"名称": "丙", "地址": "丁"})]


def test_row_numbers_are_those_beside_the_rows_even_past_empty_ones():
    data = "\n名称\n\n甲\n\n\n乙\n".encode()
    assert as_read(data) == [(4, {"名称": "甲"}), (7, {"名称": "乙"})]


def test_rows_above_and_left_of_a_sheets_first_cell_are_counted():
    made = io.BytesIO()
    with Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 0, ["名称"])
        sheet.write_row(5, 0, ["甲"])
    assert as_read(made.getvalue()) == [(6, {"名称": "甲"})]


def test_cells_are_written_as_people_write_them():
    line = [110105003000, 0.5, True, date(2024, 5, 1), datetime(2024, 5, 1, 9, 30), "  甲　", "007"]
    (row,) = read_table(workbook([["编码", "份额", "是否", "日", "时", "名", "号"], line]), "a.xlsx").rows
    assert list(row.cells.values()) == ["110105003000", "0.5", "是", "2024-05-01", "2024-05-01 09:30", "甲", "007"]


def test_short_rows_are_filled():
    assert as_read("名称,类别\n甲\n".encode()) == [(2, {"名称": "甲", "类别": ""})]


def far_apart() -> bytes:
    """Two cells at the corners of the largest sheet: nothing to unpack, all the memory to hold."""
    source, made = zipfile.ZipFile(io.BytesIO(workbook(LINES))), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for part in source.namelist():
            body = source.read(part)
            if part.endswith("sheet1.xml"):
                body = body.replace(b"A1:C3", b"A1:XFD1048576").replace(b'r="C3"', b'r="XFD1048576"')
            out.writestr(part, body)
    return made.getvalue()


def zip_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.writestr("xl/workbook.xml", b"0" * (400 << 20))
    return made.getvalue()


def lying_bomb() -> bytes:
    """Unpacks to 800 MB of one cell and declares 50 bytes."""
    source, made = zipfile.ZipFile(io.BytesIO(workbook(LINES))), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for part in source.namelist():
            if not part.endswith("sharedStrings.xml"):
                out.writestr(part, source.read(part))
                continue
            head, tail = source.read(part).split("名称".encode())
            with out.open(part, "w") as stream:
                stream.write(head)
                for _ in range(800):
                    stream.write(b"A" * (1 << 20))
                stream.write(tail)
            size = len(head) + (800 << 20) + len(tail)
    return made.getvalue().replace(size.to_bytes(4, "little"), (50).to_bytes(4, "little"))


HOSTILE = {
    "nothing": b"",
    "only blanks": b" \r\n \r\n",
    "only headers": "名称,类别\n".encode(),
    "two alike headers": "名称,名称\n甲,乙\n".encode(),
    "a column without header": "名称,,类别\n甲,乙,丙\n".encode(),
    "a row longer than the headers": "名称\n甲,乙\n".encode(),
    "an open quote": '名称\n"甲\n'.encode(),
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "too many rows": "名称\n".encode() + "甲\n".encode() * 50_001,
    "too many columns": (",".join(f"列{n}" for n in range(51)) + "\n1\n").encode(),
    "too many bytes": b"a" * ((20 << 20) + 1),
    "one endless cell": "名称\n".encode() + b"a" * 200_000,
    "broken zip": b"PK\x03\x04" + b"\0" * 300,
    "a workbook cut short": workbook(LINES)[:-30],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_table_is_refused_in_chinese(kind):
    with pytest.raises(BadTable) as refused:
        read_table(HOSTILE[kind], "地点.csv")
    assert any("一" <= character <= "鿿" for character in refused.value.reason_zh)


@pytest.mark.parametrize("bomb", [far_apart, zip_bomb, lying_bomb])
def test_a_bomb_is_refused_quickly(bomb):
    data = bomb()

    def read() -> None:
        with pytest.raises(BadTable):
            read_table(data, "地点.xlsx")

    assert processor_seconds(read) < 10


def test_the_wrong_row_is_named():
    with pytest.raises(BadTable, match="第 3 行有 2 格"):
        read_table("名称\n甲\n乙,丙\n".encode(), "地点.csv")


@given(st.binary(max_size=400))
def test_random_bytes_are_a_table_or_refused(data):
    try:
        table = read_table(data, "x")
    except BadTable:
        return
    assert all(set(row.cells) == set(table.headers) for row in table.rows)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_workbooks_are_a_table_or_refused(seed):
    dice, data = random.Random(seed), bytearray(workbook(LINES))
    for _ in range(dice.randint(1, 20)):
        data[dice.randrange(4, len(data))] = dice.randrange(256)
    with suppress(BadTable):
        read_table(bytes(data), "x.xlsx")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_twenty_thousand_rows_take_less_than_two_seconds(kind):
    lines = [["名称", "类别", "上级", "户数", "电话"]]
    lines += [[f"{n}号楼", "楼栋", "花家地北里", str(n), "010-5555 0123"] for n in range(20_000)]
    data = joined(lines).encode() if kind == "csv" else workbook(lines)
    rows: list[object] = []
    took = processor_seconds(lambda: rows.extend(read_table(data, f"地点.{kind}").rows))
    assert len(rows) == 20_000
    assert took < 2
