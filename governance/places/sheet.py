"""What one row of an import of places says, checked by itself: headings and the contents of each cell."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from governance.core.errors import Invalid
from governance.core.import_plan import RowProblem
from governance.places.finding import SEPARATORS, names_of
from governance.places.kinds import KINDS, LABELS
from governance.places.tables import BadTable, Table, read_table

HEADINGS = {
    "kind": ("类别", "类型", "地点类别", "kind", "type"),
    "name": ("名称", "地点名称", "名字", "name"),
    "parent": ("上级", "上级地点", "所属", "parent"),
    "official_code": ("官方代码", "代码", "区划代码", "officialcode", "code"),
    "households": ("户数", "households"),
    "phone": ("电话", "联系电话", "phone"),
    "hours": ("接待时间", "办公时间", "hours"),
    "large_text": ("大字", "长辈版", "largetext"),
}
TEMPLATE = (
    ("类别", "名称", "上级", "官方代码", "户数", "电话", "接待时间", "大字"),
    ("社区", "示例社区", "示例街道", "", "2600", "010-00000000", "工作日 9:00–17:00", ""),
    ("小区", "示例小区", "示例街道/示例社区", "", "480", "", "", ""),
    ("楼栋", "1号楼", "示例街道/示例社区/示例小区", "", "60", "", "", "是"),
)
YES, NO = ("是", "1", "对", "√", "y", "yes", "true"), ("否", "0", "不", "n", "no", "false")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}")
COLUMN = {name: headings[0] for name, headings in HEADINGS.items()}
_KNOWN = {heading: name for name, headings in HEADINGS.items() for heading in headings}


@dataclass
class Row:
    """One place of the file. Blank cells are not in `facts`: those facts stay as they are."""

    number: int
    kind: str
    name: str
    parent: str
    facts: dict[str, str | int | bool] = field(default_factory=dict)

    @property
    def parent_names(self) -> tuple[str, ...]:
        return names_of(self.parent)


def normalised_cell(text: str) -> str:
    """A cell stripped, with full-width digits and letters made ordinary (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


def _cell(name: str, text: str) -> str:
    return text.strip() if name in ("name", "parent", "hours") else normalised_cell(text)


def open_table(data: bytes, name: str) -> Table:
    """The table in a file. Raises Invalid with the reason when there is none."""
    try:
        return read_table(data, name)
    except BadTable as trouble:
        raise Invalid({"file": trouble.reason_zh}) from trouble


def _columns(headings: tuple[str, ...]) -> dict[str, str]:
    """Which heading means which column. Raises Invalid when one is missing or two mean the same."""
    found: dict[str, str] = {}
    for heading in headings:
        bare = re.sub(r"\(.*?\)|[\s*_:]", "", normalised_cell(heading)).lower()
        name = _KNOWN.get(bare)
        if name in found:
            raise Invalid({"file": f"有两列都是“{COLUMN[name]}”"})
        if name:
            found[name] = heading
    missing = [COLUMN[name] for name in ("kind", "name", "parent") if name not in found]
    if missing:
        raise Invalid({"file": f"第一行要是列名，没有找到：{'、'.join(missing)}"})
    return found


def read_rows(table: Table) -> tuple[list[Row], list[RowProblem]]:
    """The rows that are sound in themselves, and the problems of the others."""
    headings = _columns(table.headers)
    rows: list[Row] = []
    problems: list[RowProblem] = []
    for given_row in table.rows:
        given = {name: _cell(name, given_row.cells[heading]) for name, heading in headings.items()}
        wrong = list(_wrong(given_row.number, given))
        problems += wrong
        rows += [] if wrong else [_row(given_row.number, given)]
    return rows, problems


def _row(number: int, given: dict[str, str]) -> Row:
    row = Row(number, _kind(given["kind"]) or "", given["name"], given["parent"])
    row.facts = {name: given[name] for name in ("official_code", "phone", "hours") if given.get(name)}
    if given.get("households"):
        row.facts["households"] = int(_whole(given["households"]))
    if given.get("large_text"):
        row.facts["large_text"] = given["large_text"].lower() in YES
    return row


def _kind(text: str) -> str | None:
    return LABELS.get(text) or (text if text in KINDS else None)


def _whole(text: str) -> str:
    """480.0 as 480: spreadsheets write whole numbers so."""
    return re.sub(r"\.0+$", "", text)


def _wrong(number: int, given: dict[str, str]) -> Iterator[RowProblem]:
    """The problem of each cell by itself."""
    for name, fits, reason in CHECKS:
        if name in given and not fits(given):
            yield RowProblem(number, COLUMN[name], reason)


def _empty_or(name: str, fits: Callable[[str], object]) -> Callable[[dict[str, str]], bool]:
    return lambda given: not given[name] or bool(fits(given[name]))


# The column, whether a row's cells fit, and the reason when they do not.
CHECKS: tuple[tuple[str, Callable[[dict[str, str]], bool], str], ...] = (
    ("kind", lambda given: _kind(given["kind"]) is not None, f"类别只能是：{'、'.join(LABELS)}"),
    ("name", lambda given: 0 < len(given["name"]) <= 60, "要填名称，最多 60 个字"),
    (
        "name",
        _empty_or("name", lambda name: not SEPARATORS.search(name) and name.isprintable()),
        "不能有斜线、“>”和看不见的字符",
    ),
    (
        "parent",
        lambda given: bool(given["parent"]) or _kind(given["kind"]) in (None, "district"),
        "要填上级；只有区没有上级",
    ),
    ("parent", lambda given: not (given["parent"] and _kind(given["kind"]) == "district"), "区没有上级，请留空"),
    (
        "official_code",
        _empty_or("official_code", re.compile(r"[0-9]{12}").fullmatch),
        "要 12 位数字；这一列请设成文本，免得表格改了它",
    ),
    (
        "households",
        _empty_or("households", lambda text: re.fullmatch(r"[0-9]{1,6}", _whole(text))),
        "要 0 到 999999 的整数",
    ),
    ("phone", _empty_or("phone", PHONE.fullmatch), "电话号码好像不对"),
    ("hours", lambda given: len(given["hours"]) <= 60, "最多 60 个字"),
    ("large_text", _empty_or("large_text", lambda text: text.lower() in YES + NO), "只填“是”或“否”"),
)
