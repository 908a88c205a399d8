"""Names of places as people write them: normalised numbers and buildings, short names, and stems before numbers."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

NUMERALS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
COUNTED = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)(?=号|院|单元|栋|幢|座)")
SEVERAL = re.compile(r"(?<!\d)(\d{1,3})(?=(?:[、,和及与/至到~-]\d{1,3}){1,8}号[楼院])")  # 1、2号楼
HOUSE = re.compile(r"(?<!\d)(\d{1,3})(?:[栋幢](?:号?楼)?|#楼?)")  # 2栋, 2#楼 for 2号楼
DOOR = re.compile(r"(?<![\d-])(\d{1,3})-\d{1,2}-\d{3,4}(?![\d-])")  # 5-2-501 for a door of 5号楼
DATE = re.compile(r"(?<=月)\d{1,2}号")
NOT_THERE = re.compile(r"(?:不[是在]|除了)\D{0,2}(?:\d{1,3}号[楼院]|[东西南北中]区|[\d一二三四五六七八九]期)")
A_BUILDING, A_COURTYARD = re.compile(r"\d{1,4}号楼"), re.compile(r"(?<!\d)\d{1,4}号院")
SHORT = re.compile(r"(?:(?<!\d)\d{1,4}号院|[东西南北中前后新老A-Z]区|[\d一二三四五六七八九]期)$")
LEADS_TO, GOES_ON = (
    "我你他们咱住在去到是就这那和跟院里苑园",
    "域块间分别",
)  # before a name; after it
SECTION = re.compile(rf"(?<![^\W\d{LEADS_TO}])[东西南北中]区(?![{GOES_ON}])")
NO_NAME = "我你您他她它咱本这那哪们个在从到去住是的家院楼屋房店间室厅层道库场群梯池坑箱心手水夜地村城区园街马对大公门"
EVERYDAY = (
    r"全|老|新|旧|同|贵|急|昨天|今[早天]|刚[刚才]|最近|因为|还有|好像|听说|发现|看[见看]|靠近|关于"
    r"|报[修事]|投诉|反映|请问|谢谢|路过"
)
CALLED = re.compile(
    rf"[^\W\d{NO_NAME}]{{2,4}}(?:小区|社区|胡同|[里苑园村坊庭府湾巷弄街路])\d{{1,3}}号院"
    rf"|(?<!\w)(?!(?:{EVERYDAY})+小区)[^\W\d{NO_NAME}]{{2,4}}小区\d{{1,3}}号楼"
)
BEFORE_A_NUMBER = re.compile(r"[^\W\d]{2,7}(?=\d{1,3}号[院楼])")
A_STEM = 2


def normalised(words: str) -> str:
    """One spelling of numbers and buildings, without dates and without places that are excluded (不是5号楼)."""
    plain = "".join(unicodedata.normalize("NFKC", words).split())
    counted = DATE.sub("", COUNTED.sub(_counted, plain))
    plain = DOOR.sub(r"\1号楼", HOUSE.sub(r"\1号楼", counted))
    return NOT_THERE.sub("", SEVERAL.sub(r"\1号楼", plain))


def _counted(found: re.Match[str]) -> str:
    tens, ten, ones = found.groups()
    if not ten:
        return "".join(NUMERALS[char] for char in (tens + ones))
    return f"{NUMERALS[tens] if tens else '1'}{NUMERALS[ones] if ones else '0'}"


@lru_cache(maxsize=4096)
def spoken_name(name: str) -> str:
    """The normalised name of a place, cached."""
    return normalised(name)


def matches_name(name: str, words: str) -> bool:
    """Do the normalised words contain the name, and not as part of a longer number?"""
    return any(not before.isdigit() for before, _ in _around(spoken_name(name), words))


def is_called_short(name: str, words: str) -> bool:
    """Do the words contain the short name as a word of its own? 山东区域 does not contain 东区."""
    short = short_of(name)
    if not short or short.endswith("号院"):
        return bool(short) and matches_name(short, words)
    return any(_is_apart(before, after) for before, after in _around(short, words))


def _is_apart(before: str, after: str) -> bool:
    return (not before.isalpha() or before in LEADS_TO) and after not in GOES_ON


def _around(called: str, words: str) -> Iterator[tuple[str, str]]:
    """The characters before and after each occurrence; a space at either end."""
    padded, at = f" {words} ", 0
    while called and (at := padded.find(called, at + 1)) > 0:
        yield padded[at - 1], padded[at + len(called)]


def short_of(name: str) -> str:
    """The short name, as 3号院 for 银杏里3号院 or 东区 for 海棠苑东区; empty when there is none."""
    found = SHORT.search(spoken_name(name))
    return found[0] if found else ""


def stems_before_numbers(words: str) -> set[str]:
    """All pairs of characters in a name before a building number: 海棠 and others in 海棠小区5号楼."""
    runs = BEFORE_A_NUMBER.findall(words)
    return {run[at : at + A_STEM] for run in runs for at in range(len(run) - A_STEM + 1)}
