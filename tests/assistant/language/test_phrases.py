"""Every pattern takes linear time, also over long and repetitive text."""

import re

import pytest

from governance.assistant.dialogue import commands, details, fallback, privacy, quoted, staff_queries, take_part
from governance.assistant.language import phrases, place_names, quotes
from governance.triage import category, crisis, dangers
from tests.quickest import quickest

DIALOGUE = (commands, details, fallback, privacy, quoted, staff_queries, take_part)
MODULES = (*DIALOGUE, phrases, place_names, quotes, category)
PATTERNS = {
    f"{module.__name__}.{name}": found
    for module in MODULES
    for name, found in vars(module).items()
    if isinstance(found, re.Pattern)
}
PATTERNS |= {"despair": crisis.DESPAIR.signs, "assault": crisis.ASSAULT.signs}
PATTERNS |= {f"spoken {danger.kind}": danger.signs for danger in dangers.DANGERS}
SEARCHED = (
    "phrases.NUMBER",
    "phrases.PRAISE",
    "phrases.WANTS_MORE",
    "phrases.ASKS",
    "_IN",
    "relay.naming.",
    "IN_OFFICE",
    "UNSURE",
    "ORDERED",
    "ASKED_ABOUT",
    "despair",
    "assault",
    "spoken",
)  # the others match as a whole
WORD = re.compile(r"[\u4e00-\u9fff]{2,4}")
DULL = [
    *"是不报我也了请催好家的吗吃修号第x1跳想被摸@ ，\n",
    "1-",
    "1-8 ",
    "还没",
    "怎么",
    "电梯",
    "老人",
    "骚扰",
    "电话",
]
DULL += sorted(
    {word for one in vars(phrases).values() if isinstance(one, re.Pattern) for word in WORD.findall(one.pattern)}
)
DULL += ["偷看", "孩子", "编号", "老人敲门", "电梯卡", "我家也", "怎么样", "一下"]


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_no_time_over_five_thousand_of_the_same(name) -> None:
    pattern = PATTERNS[name]
    look = pattern.search if any(one in name for one in SEARCHED) else pattern.fullmatch
    for dull in DULL:
        for text in (dull * 5000, f"好{dull * 5000}", f"催{dull * 5000}"):
            assert quickest(look, text[:5000] + "#") < 0.1, (name, dull)
