"""The default categories of a new deployment, and queries for active categories. Categories are rows, not code."""

from typing import Any, NamedTuple

from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Invalid
from governance.core.translation import LazyText as _l
from governance.tickets.model import Category


def _category(slug: str, label: str, hours: int, hint: str, **more: Any) -> dict[str, Any]:
    return {"slug": slug, "label": label, "hours": hours, "hint": hint, **more}


DEFAULTS = (
    _category("lift", "电梯", 24, "异响、停运、平层不准", photo_to_finish=True, scan_to_finish=True),
    _category("water", "漏水积水", 24, "管道漏水、地库积水、下水堵", photo_to_finish=True),
    _category("light", "路灯照明", 72, "楼道灯、路灯不亮", photo_to_finish=True),
    _category("clean", "垃圾卫生", 24, "垃圾堆放、异味、楼道脏", photo_to_finish=True),
    _category("parking", "停车", 72, "占道、堵门、电动车乱停"),
    _category("noise", "噪音", 72, "施工、装修、广场舞"),
    _category("safety", "安全隐患", 4, "堵消防通道、飞线充电、墙皮脱落", photo_to_finish=True, verify=True),
    _category(
        "care",
        "老人小孩",
        4,
        "独居老人、孩子没人看",
        private=True,
        elsewhere="有危险打 110、120；孩子的事也可以打 12355",
    ),
    _category(
        "quarrel", "邻里纠纷", 120, "只有办事的人看得到", private=True, elsewhere="动了手打 110；法律上的事问 12348"
    ),
    _category(
        "violence",
        "家暴",
        2,
        "只有办事的人看得到",
        private=True,
        elsewhere="正在发生请打 110；妇女维权热线 12338",
    ),
    _category("allowance", "低保救助", 120, "只有办事的人看得到", private=True, elsewhere="急着要救助，也可以打 12345"),
    _category("wages", "欠薪", 120, "社区可以帮着问", private=True, elsewhere="劳动监察热线 12333 办得最快"),
    _category(
        "misconduct",
        "举报",
        120,
        "管事的人不守规矩，直接送到社区",
        private=True,
        above_grid=True,
        elsewhere="举报党员、干部也可以打 12388",
    ),
    _category("sticker", "二维码", 72, "码破了、码掉了、码像是假的"),
    _category("other", "别的", 72, "说不准就选这个"),
)


FIRST, LAST_RESORT = 9, "other"  # how many a resident sees at once, and the one that is always among them


class Choice(NamedTuple):
    """The columns of a category that a report needs."""

    id: int
    slug: str
    label: str
    hint: str
    hours: int
    private: bool
    above_grid: bool
    elsewhere: str | None


_WHAT = (Category.id, Category.slug, Category.label, Category.hint, Category.hours, Category.private)
COLUMNS = (*_WHAT, Category.above_grid, Category.elsewhere)
_IN_USE = select(*COLUMNS).where(Category.retired_at.is_(None))
ACTIVE = _IN_USE.order_by(Category.position, Category.id)


def active() -> list[Choice]:
    """Return the categories that a resident may choose, in display order."""
    return [Choice._make(row) for row in db.session.execute(ACTIVE)]


def first_and_more(categories: list[Choice]) -> tuple[list[Choice], list[Choice]]:
    """The categories shown first, and those behind 更多."""
    if len(categories) <= FIRST:
        return categories, []
    first = [one for one in categories if one.slug != LAST_RESORT]
    last = [one for one in categories if one.slug == LAST_RESORT]
    cut = FIRST - len(last)
    return first[:cut] + last, first[cut:]


def add_category(**facts: Any) -> Category:
    """Add a category, last in the list by default. Raises Invalid: label or slug taken, hours not 1 to 2160."""
    if not 1 <= facts["hours"] <= 2160:
        raise Invalid({"hours": _l("时限要在 1 到 2160 小时之间")})
    for name in ("slug", "label"):
        if db.session.scalar(select(Category.id).filter_by(**{name: facts[name]})):
            raise Invalid({name: _l("已经有这一类了")})
    category = Category(**facts)
    db.session.add(category)
    db.session.flush()
    category.position = category.position or category.id * 10
    return category
