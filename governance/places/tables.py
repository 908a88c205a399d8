"""Reads an uploaded CSV or XLSX file into rows under headings. The importer decides what columns mean.

Everything wrong with a file is a BadTable with a reason in Chinese. Workbooks are opened in the sandbox
(workbook_reader.py): two cells far apart can make a reader take all memory.
"""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from governance.core import sandbox

MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 20 << 20, 50_000, 50
_MOST_UNPACKED, _MOST_PARTS = 300 << 20, 500
_SECONDS = 30.0
_READER = Path(__file__).with_name("workbook_reader.py")
_NO_TABLE = "这个文件读不出来，请另存为 XLSX 或 CSV 再上传"
_TOO_LARGE = "表格太大了：最多 50,000 行、50 列、20 MB，请分成几份"

Cells = Iterable[list[str]]


class BadTable(Exception):
    """The file cannot be read as a table; the reason is in Chinese."""

    def __init__(self, reason_zh: str) -> None:
        super().__init__(reason_zh)
        self.reason_zh = reason_zh


@dataclass(frozen=True)
class Row:
    """One row under the headings, with its number in the spreadsheet."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes, name: str) -> Table:
    """The first sheet of a workbook, or a CSV in a common encoding. Raises BadTable; its reason may use `name`."""
    if len(data) > MOST_BYTES:
        raise BadTable(_TOO_LARGE)
    if not data.strip():
        raise BadTable(f"“{name[-60:]}”是空的")
    return _headed(_workbook(data) if data.startswith(b"PK\x03\x04") else _comma_separated(data))


def _headed(lines: Cells) -> Table:
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if number > MOST_ROWS + 1:
            raise BadTable(_TOO_LARGE)
        cells = _trimmed(line)
        if not cells:
            continue
        if not headers:
            headers = _checked(cells)
            continue
        if len(cells) > len(headers):
            raise BadTable(f"第 {number} 行有 {len(cells)} 格，表头只有 {len(headers)} 列")
        cells += [""] * (len(headers) - len(cells))
        rows.append(Row(number, dict(zip(headers, cells, strict=True))))
    if not rows:
        raise BadTable("表里没有内容：第一行写表头，下面每行一个")
    return Table(headers, tuple(rows))


def _trimmed(line: list[str]) -> list[str]:
    cells = [cell.strip() for cell in line]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _checked(headers: list[str]) -> tuple[str, ...]:
    if len(headers) > MOST_COLUMNS:
        raise BadTable(_TOO_LARGE)
    if "" in headers:
        raise BadTable(f"第 {headers.index('') + 1} 列没有表头")
    twice = [header for header, times in Counter(headers).items() if times > 1]
    if twice:
        raise BadTable(f"表头“{twice[0][:40]}”出现了两次")
    return tuple(headers)


def _comma_separated(data: bytes) -> Cells:
    text = _decoded(data)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as trouble:
        raise BadTable("表里有没配对的引号或过长的一格，" + _NO_TABLE) from trouble


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadTable(_NO_TABLE)


def _workbook(data: bytes) -> Cells:
    _must_unpack_small(data)
    try:
        lines = sandbox.run(_READER, "python_calamine", [str(MOST_ROWS), str(MOST_COLUMNS)], data, _SECONDS)
    except sandbox.Fell as trouble:
        raise BadTable({"large": _TOO_LARGE}.get(trouble.words, _NO_TABLE)) from trouble
    return (json.loads(line) for line in lines.splitlines())


def _must_unpack_small(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as trouble:
        raise BadTable(_NO_TABLE) from trouble
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise BadTable(_TOO_LARGE)
