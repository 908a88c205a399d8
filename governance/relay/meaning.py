"""What words mean, as far as a table tells: which category, which of some places, whether they are a matter at all."""

import re

from governance.places.model import Place
from governance.tickets import emergencies
from governance.tickets.categories import Choice, active

OTHER, SHORTEST_MATTER = "other", 4
MEANT = {  # how people say it, for the categories a deployment starts with
    "lift": ("电梯",),
    "water": ("漏水", "水管", "积水", "下水", "冒水", "渗水"),
    "light": ("灯不亮", "灯坏", "路灯", "楼道灯", "没灯", "的灯"),
    "clean": ("垃圾", "臭味", "没人扫"),
    "parking": ("停车", "占车位", "乱停", "挡门"),
    "noise": ("扰民", "太吵", "噪音"),
    "safety": ("消防通道", "飞线", "墙皮", "要掉下来", "煤气", "着火", "冒烟"),
    "care": ("老人没人管", "孩子没人管"),
    "quarrel": ("吵架", "打架", "纠纷", "邻居骂", "出轨", "小三"),
    "violence": ("家暴", "打我", "打老婆", "打孩子", "打人", "被打", "挨打", "殴打", "虐待", "猥亵", "性骚扰"),
    "misconduct": ("举报", "贪污", "受贿", "行贿", "收黑钱", "回扣", "以权谋私", "吃拿卡要"),
    "wages": ("欠薪", "不发工资", "拖欠工资"),
}
NUMERALS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
COUNTED = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)(?=号|院|单元|栋|幢|座)")


def category_of(words: str) -> Choice:
    """The category whose name or examples stand in the words, a private one before others and then the longest match;
    else the last, 别的."""
    choices = active()
    found = [(len(sign), choice) for choice in choices for sign in _signs(choice) if sign in words]
    return max(found, key=lambda pair: (pair[1].private, pair[0]))[1] if found else choices[-1]


def _signs(choice: Choice) -> list[str]:
    """垃圾卫生 is meant by 垃圾 too; what is private only by the whole of a sign, as it cannot be said in a group."""
    halves = [] if choice.private or len(choice.label) != 4 else [choice.label[:2], choice.label[2:]]
    told = (choice.label, *re.split(r"[、，/ ]", choice.hint), *halves)
    return [sign for sign in told if len(sign) > 1] + list(MEANT.get(choice.slug, ()))


def is_a_matter(words: str) -> bool:
    """Few words, but of something we handle or of a danger."""
    return category_of(words).slug != OTHER or bool(emergencies.numbers(words))


def named_places(places: list[Place], words: str) -> list[Place]:
    """The places whose names stand in the words, 五号楼 for 5号楼 too; else those whose name the words begin."""
    spoken = COUNTED.sub(_counted, words).replace(" ", "")
    named = [place for place in places if re.search(rf"(?<!\d){re.escape(place.name.replace(' ', ''))}", spoken)]
    begun = [place for place in places if spoken and re.match(rf"{re.escape(spoken)}(?!\d)", place.name)]
    return named or begun


def _counted(found: re.Match[str]) -> str:
    tens, ten, ones = found.groups()
    if not ten:
        return "".join(NUMERALS[char] for char in (tens + ones))
    return f"{NUMERALS[tens] if tens else '1'}{NUMERALS[ones] if ones else '0'}"
