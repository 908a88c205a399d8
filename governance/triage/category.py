"""Which category words belong to, and whether they are a matter at all, by tables of signs."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from governance.triage import emergencies
from governance.triage.crisis import crisis_in
from governance.triage.dangers import SAFETY

OTHER = "other"
SHORTEST_MATTER, SHORTEST_DETAIL = 4, 2
MEANT = {  # everyday words for the categories a deployment starts with
    "lift": ("电梯",),
    "water": ("漏水", "水管", "积水", "下水", "冒水", "渗水"),
    "light": (
        *("灯不亮", "灯坏", "路灯", "楼道灯", "没灯", "的灯", "灯又不亮", "灯还不亮", "灯也不亮", "灯都不亮", "灯又坏"),
        *("灯全", "灯灭"),
    ),
    "clean": ("垃圾", "臭味", "没人扫"),
    "parking": ("停车", "占车位", "乱停", "挡门"),
    "noise": ("扰民", "太吵", "噪音"),
    "safety": (
        "消防通道",
        "飞线",
        "墙皮",
        "要掉下来",
        "煤气",
        "着火",
        "冒烟",
        "井盖",
        "电线",
        "墙砖",
        "高空抛物",
        "楼道充电",
    ),
    "care": ("老人没人管", "孩子没人管"),
    "quarrel": ("吵架", "打架", "纠纷", "邻居骂", "出轨", "小三"),
    "misconduct": (
        *("举报", "贪污", "受贿", "行贿", "收黑钱", "收红包", "私吞", "回扣", "以权谋私", "吃拿卡要"),
        *("态度恶劣", "态度差", "收好处", "员收钱"),
    ),
    "wages": ("欠薪", "不发工资", "拖欠", "工资"),
}
TROUBLE = re.compile("停电|没电|停水|没水|停气|没气|跳闸|水压|断网|不热|堵了|坏了|裂了|爆了")  # always a matter
INFORMS = "举报"
THINGS = (  # things one reports with 举报 without accusing anybody in office
    *("违建", "违章", "搭建", "噪音", "噪声", "扰民", "占道", "占用", "乱停", "停车", "垃圾", "堆物", "堆放", "杂物"),
    *("飞线", "消防通道", "通道", "烧烤", "油烟", "广场舞", "装修", "渣土", "高空抛物", "群租", "遛狗", "养狗", "养鸡"),
    *("乱扔", "乱倒", "乱贴", "小广告", "污水", "充电", "僵尸车", "施工", "种菜", "圈地"),
)
IN_OFFICE = re.compile(
    r"网格[员长]|物业|保安|居委|村委|业委|书记|主任|干部|党员|领导|警察|民警|城管|工作人员|经理|公务员|楼长"
    r"|社区(?:的人|里的人)|[贪受行]贿|贪污|收黑钱|收钱|回扣|以权谋私|吃拿卡要|包庇|不作为"
)
FILLERS = "的了啊吧呢哦嗯呀吗么呃额哈嘿呵唉哎嗨是有在我你您他她它这那好请就都也还"


class Labelled(Protocol):
    """What a category must offer: `slug`, `label`, `hint` with examples, and whether it is private."""

    @property
    def slug(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def hint(self) -> str: ...
    @property
    def private(self) -> bool: ...


class Named(Protocol):
    """A category known by its `slug` alone."""

    @property
    def slug(self) -> str: ...


Choice = TypeVar("Choice", bound=Labelled)


def category_of(words: str, choices: Sequence[Choice]) -> Choice:
    """The category whose name or example stands in the words: private ones first, then the longest match.

    Without a match a danger gets the category of dangers, anything else the last of `choices` (别的). Crisis words
    always get their own category.
    """
    crisis = crisis_in(words)
    own = next((choice for choice in choices if crisis and choice.slug == crisis.slug), None)
    if own is not None:
        return own
    words = words.replace(INFORMS, "") if informs_of_a_thing(words) else words
    text = emergencies.without_everyday_phrases(words)[0]
    dangers = {danger.slug for danger in emergencies.dangers(words)}
    found = [(len(sign), choice) for choice in choices for sign in _signs(choice) if sign in text]
    found += [(0, choice) for choice in choices if choice.private and choice.slug in dangers]
    if found:
        return max(found, key=lambda pair: (pair[1].private, pair[0]))[1]
    safety = next((choice for choice in choices if choice.slug == SAFETY), None)
    return safety if safety is not None and dangers else choices[-1]


def meant(words: str) -> str | None:
    """The category whose everyday words stand in the words, whatever categories a deployment has: the longest match."""
    text = emergencies.without_everyday_phrases(words)[0]
    found = [(len(sign), slug) for slug, signs in MEANT.items() for sign in signs if sign in text]
    return max(found)[1] if found else None


def _signs(choice: Labelled) -> list[str]:
    """The signs of a category. Half of a four-character label is one too (垃圾 of 垃圾卫生), except for private
    categories."""
    halves = [] if choice.private or len(choice.label) != 4 else [choice.label[:2], choice.label[2:]]
    words_of_choice = (choice.label, *re.split(r"[、，/ ]", choice.hint), *halves)
    return [sign for sign in words_of_choice if len(sign) > 1] + list(MEANT.get(choice.slug, ()))


def is_a_matter(words: str, choices: Sequence[Labelled]) -> bool:
    """Do the words, however few, name a category, a danger or a fault?"""
    return category_of(words, choices).slug != OTHER or bool(emergencies.calls_for(words) or TROUBLE.search(words))


def go_together(one: Named, other: Named) -> bool:
    """May two texts of these categories be about one matter? Not if both have a category and they differ."""
    return len({one.slug, other.slug} - {OTHER}) < 2


def informs_of_a_thing(words: str) -> bool:
    """举报 of a visible thing, without naming anybody in office."""
    return INFORMS in words and any(thing in words for thing in THINGS) and not IN_OFFICE.search(words)


def says_something(words: str) -> bool:
    """Is there a content word, beside particles, numbers and emoji? Latin words need three letters."""
    left = [char for char in words if char.isalpha() and char not in FILLERS]
    return any(ord(char) > 0x2E80 for char in left) or len(left) > 2
