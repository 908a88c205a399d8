"""Doors of households in an address: entrance, floor and room. The building stays, for a matter needs it.

It reads text whose Chinese digits are already written as 0–9 (三单元五零一 as 3单元501).
"""

import re
from collections.abc import Iterator

MEASURES = (
    r"(?![\d%:：]|[./]\d|-\d{1,2}(?![\d单栋号])"
    r"|\s?(?:[年月日元块万岁天次人个辆路米平度斤公里分点秒多几w小时届条份倍期站线]|千|百|平米|毫|号线"
    r"|户(?:代表|居民|人)|层高|kw|KW))"
)
JOIN = r"[ ,，、的里\-]{0,2}"
ROOM = r"(?:[A-Za-z]?\d{3,4}|\d{1,2}[A-Za-z]\d{2})"
ROOMED = rf"{ROOM}(?: ?室|号房|房间|房(?![东子租产客屋价])|-\d{{3,4}}|号(?![楼院线])|户(?!外|[代居人]))?"
UNIT = r"(?:(?:[\d十]{1,2}|[A-Za-z甲乙丙丁东西南北中]|[东西南北中]边)(?: ?单元|门洞)|[\d十]{1,2}门(?=[\d ]))"
FLOOR = r"(?:(?:地下|负|-)?[\d十]{1,3}|顶|底)[楼层F]"
SIDE = r"(?:[东西中南北左右]户|[东西南北左右靠]{1,2}(?:边|手边|手|侧|面)?(?:那|第)(?:[1一])?[家户]|[左右]手边那?[家户])"
TURN = r"[东西中左右](?:门|户)?(?![侧头面边窗墙])"
INSIDE = rf"(?:{ROOMED}{MEASURES}|{SIDE}|\d{{1,2}}(?:号(?![楼院])|室|-\d{{1,2}}(?![\d月年])))"
SERVICES = r"(?!(?:11[0479]|12[0-2]|[1-9]00|1000)(?!\d|室|户|号房))"
ONES = rf"(?<![\d./:：-])(?<!第){SERVICES}{ROOM}"
WHO = (
    r"(?=(?:的)?(?:楼上|楼下|被\d{3}|住户|业主|那家|那户|邻居|家|租户|租客|房东|房客|老太|老头|老人|大爷|大妈|奶奶|爷爷|阿姨|小孩|孩子|[\u4e00-\u9fff](?:大爷|大妈|阿姨|叔|奶奶|爷爷|大姐|大哥|大伯|大娘|师傅|先生|女士)|女的|男的|两口子|漏|渗|养狗|养|装修|天天|半夜"
    r"|(?<=的)[老小][\u4e00-\u9fff]|每天|老是|太吵|吵|噪|往|敲门|没人|总是|经常))"
)
PATTERNS = (
    re.compile(rf"(?P<door>(?:{FLOOR})?{UNIT}{JOIN}(?:{FLOOR}{JOIN})?(?:门牌)?{INSIDE})"),
    re.compile(rf"(?P<door>{UNIT}{JOIN}{FLOOR}{JOIN}{TURN})"),
    re.compile(
        rf"(?:[\d十]{{1,3}}|[A-Za-z])(?:号楼"
        rf"|[栋幢座#号])(?P<door>[ -]{{0,2}}(?:\d{{1,2}}-)?(?:{FLOOR})?{ROOMED}{MEASURES})"
    ),
    re.compile(rf"(?P<door>{FLOOR}[ 的-]{{0,2}}(?:{ROOMED}{MEASURES}|{SIDE}|\d{{1,2}}(?:号(?![楼院线])|室)))"),
    re.compile(r"(?<!\d)(?<!\d[:./-])(?P<door>\d{1,3}-\d{1,2}-\d{3,4}(?:室|号房|房间)?)(?![\d年月日元块号-])"),
    re.compile(rf"(?<!\d)(?<!\d[:./-])(?P<door>\d{{1,3}}-\d{{3,4}}(?:室|房间)?){MEASURES}"),
    re.compile(rf"(?<![\d./:：第-])(?P<door>{ROOM}(?:室|号房|房间|房(?![东子租产客屋价])))"),
    re.compile(rf"(?<![\d./:：第-])(?P<door>{ROOM})(?=户(?!外|[代居人]))"),
    re.compile(
        rf"(?:住在?|家在|家住|我是|我在|我们|我家|俺家|咱家|找|送到|快递到|楼[上下]是?|对门是?|隔壁是?|邻居|被"
        rf"|门牌号?|房号|室号|房间号|漏水?到)[:： ]{{0,2}}(?P<door>{SERVICES}{ROOM}){MEASURES}"
    ),
    re.compile(rf"(?P<door>{ONES}(?:号(?![楼院线]))?){WHO}"),
    re.compile(rf"(?P<door>{FLOOR}\d{{1,2}}门)(?![禁口锁卡店])"),
    re.compile(rf"在(?P<door>{ONES})(?=$|[，,。；;！!、])"),
    re.compile(rf"[老小][\u4e00-\u9fff](?P<door>{ROOM})(?=$|[^\d\u4e00-\u9fff%./-])"),
)
SEPARATED = rf"[、,，/和与跟到]{ROOM}{MEASURES}"
SERIES = re.compile(rf"{ONES}(?:[、,，/和与跟]{ROOM})+(?=[两三]?[家户]|都|漏|停|没|$|的?(?:住户|业主))")
AFTER = re.compile(rf"(?:{SEPARATED})+")
BEFORE = re.compile(rf"(?<![\d./:：-])(?:{ROOM}[、,，/和与跟])+$")
ONE = re.compile(ROOM)
ROW = 24  # characters of doors before the one that is sure


def doors(text: str) -> Iterator[tuple[int, int]]:
    """Where doors stand in the text. Doors in a row (401、501) are each found."""
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("door")
            yield start, end
            begun = max(0, start - ROW)
            before, after = BEFORE.search(text[begun:start]), AFTER.match(text, end)
            yield from _each(text, begun + before.start(), start) if before else ()
            yield from _each(text, after.start(), after.end()) if after else ()
    for found in SERIES.finditer(text):
        yield from _each(text, *found.span())


def _each(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return (found.span() for found in ONE.finditer(text, start, end))
