"""Which nicknames are allowed: short, readable, no number and no office. verification.py checks whether one is free."""

import re
import unicodedata

from governance.core.errors import Invalid
from governance.core.translation import LazyText
from governance.core.translation import LazyText as _l

SHORTEST, LONGEST = 2, 12
MARKS = "·-_~'&"  # allowed beside letters, digits, accents, pictures and blanks
HEAPED = re.compile("MM")  # stacked accents, in the string of categories
NUMERALS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
NUMBER = re.compile(rf"[\d{NUMERALS}]{{5}}")
# fmt: off
OFFICES = (  # would be taken for staff or an authority; traditional characters too
    "社区", "社區", "居委", "村委", "网格", "網格", "物业", "物業", "物管", "业委", "業委", "街道", "乡镇", "鄉鎮",
    "政府",
    "官方", "管理员", "管理員", "管理处", "管理處", "管理局", "群主", "工作人员", "工作人員", "客服", "系统", "系統",
    "民警", "警察", "警官", "公安", "派出所", "消防", "城管", "法院", "检察", "檢察", "纪委", "紀委", "书记", "書記",
    "党委", "黨委", "支部", "市长", "区长", "镇长", "村长", "主任", "局长", "社工站", "一码共治", "一碼共治",
    "接诉即办",
    "热线", "熱線", "银行", "銀行", "医保", "社保", "中奖", "已退出", "admin", "official", "police", "staff", "system",
    "12345", "onecode",
)
# fmt: on


def checked(text: str) -> str:
    """The nickname, normalised. Raises Invalid with the reason."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    plain = key(name)
    if not SHORTEST <= len(name) <= LONGEST or len(plain) < SHORTEST:
        raise _no(_l("昵称要 %(shortest)s 到 %(longest)s 个字", shortest=SHORTEST, longest=LONGEST))
    if not all(_usual(char) for char in name) or HEAPED.search(_kinds(name)):
        raise _no(_l("昵称里只用文字、数字和空格，不用网址和符号"))
    if NUMBER.search(plain):
        raise _no(_l("昵称里不要放电话、证件这样的号码，连着的数字最多 4 个"))
    if any(office in plain for office in OFFICES):
        raise _no(_l("这个昵称像是单位或工作人员，请换一个"))
    return name


def key(name: str) -> str:
    """Equal for nicknames that people would mix up: without blanks, marks and case."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LN" or ord(char) > 0xFFFF)


def others(name: str) -> list[str]:
    """Alternatives to offer for a name that is taken."""
    offered = (f"{name[: LONGEST - 1]}{number}" for number in range(2, 10))
    return [other for other in offered if not NUMBER.search(key(other))]


def _usual(char: str) -> bool:
    return (
        char in MARKS or char == " " or unicodedata.category(char) in ("Lu", "Ll", "Lo", "Lm", "Nd", "Mn", "Mc", "So")
    )


def _kinds(name: str) -> str:
    return "".join(unicodedata.category(char)[0] for char in name)


def _no(reason: LazyText) -> Invalid:
    return Invalid({"nickname": reason})
