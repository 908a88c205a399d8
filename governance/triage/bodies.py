"""Whether words name a body of work: by its name, by the part of it people say, or by its trade."""

import re

ASIDE = re.compile(r"[（(].*?[)）]")
KIND = re.compile(
    r"(?:有限责任|股份|有限|集团)*公司$|(?:物业|维保|保洁|保安|园林|绿化|环卫)?(?:管理|服务)(?:处|中心|站|所|部)?$|(?:物业|维保|保洁|保安|工程|电梯|园林|绿化)(?:处|站|所|队)?$"
)
TRADES = re.compile(r"物业|园林|绿化|环卫|保洁|保安|维保|电梯公司|供水|自来水|供电|燃气|热力|供暖|城管|施工队")
SHORTEST = 2  # characters of a name that is enough alone


def is_named(name: str, words: str) -> bool:
    """Whether the words name this body. A trade counts: who writes 物业 means the property company of the place."""
    plain = ASIDE.sub("", name).strip()
    stem = plain
    while (shorter := KIND.sub("", stem)) != stem and len(shorter) >= SHORTEST:
        stem = shorter
    trades = TRADES.findall(plain)
    return any(said in words for said in (plain, stem, *trades) if len(said) >= SHORTEST)
