"""Checks each row of a group import by itself. No error message repeats a cell, which may hold a secret."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from governance.core.errors import Invalid
from governance.core.import_plan import RowProblem
from governance.places.sheet import normalised_cell
from governance.places.tables import Row, Table
from governance.relay import channels
from governance.relay.delivery.quiet_hours import HOUR_FIELDS, Hours
from governance.relay.model import AUDIENCES

COLUMN = {
    "name": "群名",
    "places": "地点",
    "channel": "通道",
    "audience": "谁在群里",
    "keeper": "负责人账号",
    "quiet_from": "安静从",
    "quiet_until": "安静到",
    "digest_hour": "汇总钟点",
}
HEADINGS = {
    "name": ("群名", "群名称", "名称", "name"),
    "places": ("地点", "绑定的地点", "码", "place", "places"),
    "channel": ("通道", "channel"),
    "audience": ("谁在群里", "读者", "群类型", "audience"),
    "keeper": ("负责人账号", "负责人", "群主", "群主账号", "keeper"),
    "quiet_from": ("安静从", "安静开始", "quietfrom"),
    "quiet_until": ("安静到", "安静结束", "quietuntil"),
    "digest_hour": ("汇总钟点", "每天汇总", "digesthour"),
}
NEEDED = ("name", "places", "channel", "audience")
TEMPLATE = (
    ("群名", "地点", "通道", "谁在群里", "负责人账号", "安静从", "安静到", "汇总钟点", "key"),
    ("1号楼邻里群", "示例街道/示例社区/示例小区/1号楼", "人工转发", "居民群", "", "22", "7", "18", ""),
    ("网格工作群", "示例街道/示例社区", "企业微信群机器人", "工作群", "", "22", "7", "", "机器人的key"),
)
OFF = "不设"
SEVERAL = re.compile(r"[、；;\n]+")
_KNOWN = {heading: name for name, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True)
class GroupRow:
    """One group of the file. `settings` and `hours` hold only filled cells; an hour of None means 不设."""

    number: int
    name: str
    places: tuple[str, ...]
    channel: str
    audience: str
    keeper: str
    hours: Mapping[str, int | None]
    settings: Mapping[str, str] = field(repr=False)

    @property
    def says_nothing_of_quiet(self) -> bool:
        return not {"quiet_from", "quiet_until"} & self.hours.keys()


def read_rows(table: Table) -> tuple[list[GroupRow], list[RowProblem]]:
    """The valid rows, and the problems of the others. Raises Invalid when a column is missing."""
    headings = _columns(table.headers)
    rows, problems = [], []
    for line in table.rows:
        given = _cells(line, headings)
        try:
            rows.append(_row(line.number, given, _settings(line, headings)))
        except Invalid as wrong:
            problems += [RowProblem(line.number, COLUMN.get(name, name), why) for name, why in wrong.fields.items()]
    return rows, problems


def read_keepers(table: Table) -> dict[int, str]:
    """The account in each row, by row number; invalid rows included."""
    headings = _columns(table.headers)
    named = {line.number: _cells(line, headings)["keeper"].lower() for line in table.rows}
    return {number: account for number, account in named.items() if account}


def _columns(headings: Iterable[str]) -> dict[str, list[str]]:
    """Which heading is which column: one of ours, or `set.<name>` for a setting of the channels."""
    every = [need for kind in channels.for_groups().values() for need in kind.needs]
    needs = {_bare(text): need.name for need in every for text in (need.name, str(need.label))}
    found: dict[str, list[str]] = {}
    for heading in headings:
        bare = _bare(heading)
        name = _KNOWN.get(bare) or (f"set.{needs[bare]}" if bare in needs else None)
        if name:
            found.setdefault(name, []).append(heading)
    twice = [COLUMN[name] for name, many in found.items() if name in COLUMN and len(many) > 1]
    missing = [COLUMN[name] for name in NEEDED if name not in found]
    if twice or missing:
        raise Invalid({"file": f"有两列都是：{'、'.join(twice)}" if twice else f"第一行里没有：{'、'.join(missing)}"})
    return found


def _bare(heading: str) -> str:
    return re.sub(r"\(.*?\)|[\s*_:]", "", normalised_cell(heading)).lower()


def _cells(line: Row, headings: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: line.cells[headings[name][0]].strip() if name in headings else "" for name in COLUMN}


def _settings(line: Row, headings: Mapping[str, list[str]]) -> dict[str, str]:
    """The first filled cell of the columns with the same meaning."""
    found = {}
    for name, columns in headings.items():
        filled = [line.cells[column].strip() for column in columns if line.cells[column].strip()]
        if name.startswith("set.") and filled:
            found[name.removeprefix("set.")] = filled[0]
    return found


def _row(number: int, given: Mapping[str, str], settings: Mapping[str, str]) -> GroupRow:
    wrong: dict[str, str] = {}
    labels = {str(kind.label): name for name, kind in channels.for_groups().items()}
    channel = labels.get(given["channel"], given["channel"])
    if channel not in channels.for_groups():
        wrong["channel"] = f"通道只能是：{'、'.join(labels)}"
    audiences = {label: name for name, label in AUDIENCES.items()}
    audience = audiences.get(given["audience"], given["audience"])
    if audience not in AUDIENCES:
        wrong["audience"] = f"只能是：{'、'.join(audiences)}"
    if not 0 < len(given["name"]) <= 60 or not given["name"].isprintable():
        wrong["name"] = "要填群名，最多 60 个字"
    places = tuple(dict.fromkeys(part.strip() for part in SEVERAL.split(given["places"]) if part.strip()))
    if not places:
        wrong["places"] = "要填地点：码，或者从街道写起的名字"
    hours = {name: _hour(name, given[name], wrong) for name in HOUR_FIELDS if given[name]}
    if wrong:
        raise Invalid(wrong)
    Hours(**hours).checked()
    return GroupRow(number, given["name"], places, channel, audience, given["keeper"].lower(), hours, settings)


def _hour(name: str, text: str, wrong: dict[str, str]) -> int | None:
    """An hour of the day, written 7, 7点 or 7:00; None for 不设."""
    if normalised_cell(text) == OFF:
        return None
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])(?:点|时|:00)?", normalised_cell(text))
    if not found:
        wrong[name] = "要一个钟点，0 到 23，或者写“不设”"
    return int(found[1]) if found else None
