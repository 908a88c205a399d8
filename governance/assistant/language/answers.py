"""What people say to "is it really solved?": solved, in part or not, and how satisfied. Pure, in linear time."""

import re
from typing import NamedTuple

from governance.assistant.language.phrases import AROUND, ASKS

YES, PARTLY, NO = "yes", "partly", "no"
ALSO = "也"  # 我家也没好: somebody who did not report it
DONE = r"(?:解决|[修弄办搞]好|处理好|处理完|[修弄办]完)"
SOLVED_IN = re.compile(
    rf"(?<![没未不])(?:已经?)?{DONE}(?:了|啦|咯|喽)?|(?<![没不])好(?:了|啦|咯|喽)|(?<!不)(?:亮|通|正常|恢复|暖和?|热|干净|安静|能用|可以用)(?:了|啦)"
    r"|不(?:再)?(?:漏|响|堵|吵|臭|滴|闪|卡|晃)了|没(?:有)?(?:问题|事儿?)了|来[水电气]了|有[水电气]了"
)
NOT_DONE = (
    rf"(?:没有?|未)(?:真正|真的|怎么|有)?(?:{DONE}|好(?!几|多)|修(?!过)|弄(?!过))"
    r"|白[修弄]|重新?办|返工|不管用|不顶用|老样子|跟没[修弄办]一样"
)
SYMPTOM = (
    r"(?:还是?|仍然?|仍旧|依然|依旧|照样|照旧|又|一直|继续)(?:在|老|那么|这么|不停地?)?"
    r"(?:一样|那样|这样|没(?!问题|事)|不(?!错)|坏|漏|响|堵|黑|臭|吵|停|脏|滴|渗|闪|卡|晃|积水|冒)|(?:又|还是?)不行"
)
UNSOLVED_IN = re.compile(f"{NOT_DONE}|{SYMPTOM}")
FILLER = re.compile(
    r"我们?|你们?|他们?|您|咱们?|大家|邻居|师傅|网格员|物业|社区|工人|家|这|那|里|边|儿|次|回|现在|今天|昨天|刚才?|已经|终于|总算|都|真|确实|但是?"
    r"|可是?|就|的|了|吧|啊|呀|呢|到|也|还|又|在|有|没|不|很|太|挺|下雨|半夜|晚上|早上|谢谢|多谢|感谢|辛苦|快|不错|可以|问题|事情?|情况|觉得|感觉"
    r"|根本|完全|彻底|水|亮|灭|人|来|修|弄|办|管|过|一|点|好|是|[^\u3400-\u9fff]"
)
IN_PART = re.compile(
    r"(?:好|解决|修好)了?(?:一部分|一半|一些|一点)|好多了|好[一些]点|只?(?:修|弄)好了?一[半个盏处]|部分(?:解决|好了)"
)
HALF_SAID = re.compile(rf"(?:没有?|未)(?:完全|彻底|全部?|根本)(?:都)?(?:{DONE}|好)")
NUMERALS = dict(zip("12345一二三四五", (1, 2, 3, 4, 5) * 2, strict=True)) | {"两": 2}
SCORE = re.compile(r"(?<![\d.点十])([1-5一二三四五两])\s?(?:分|颗?星)(?!钟|之|\d)")
BARE_SCORE = re.compile(r"(?:打|给)?\s?([1-5一二三四五两])\s?分?")
SATISFIED: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile("(?:很|非常|特别|太|极其?)不满意"), 1),
    (re.compile("不(?:太|大|怎么)?满意"), 2),
    (re.compile("(?:马马虎虎|凑合|一般般?|还行)"), 3),
    (re.compile("(?:很|非常|特别|十分|太|挺)满意"), 5),
    (re.compile("满意"), 4),
)
SCORE_WORDS = re.compile(r"(?:打|给)?\s?[1-5一二三四五两]\s?(?:分|颗?星)|(?:很|非常|特别|十分|太|挺|不太?|不怎么)?满意")
HAVE_YET = re.compile(r"没(?:有)?[?？。]?$")  # 好了没 asks


class Said(NamedTuple):
    """`solved` is None where only a score was given, or where it stays open whether it is solved."""

    solved: str | None
    satisfied: int | None


def answer_in(words: str) -> Said | None:
    """The answer that the words give; None where they give none, or ask. Of yes and no the later one counts."""
    words = words.strip(AROUND)
    if ASKS.search(words) or HAVE_YET.search(words):
        return None
    solved, half, satisfied = _solved(words), HALF_SAID.search(words), score_in(words)
    if solved is None and not half and satisfied is None:
        return None
    return Said(None if half else solved, satisfied)


def thing_in(words: str) -> str:
    """What the words name beside the answer: 灯 in 灯又闪了, 饭 in 饭还没好; empty for an answer that stands alone."""
    for pattern in (IN_PART, HALF_SAID, UNSOLVED_IN, SOLVED_IN, SCORE, *(pattern for pattern, _ in SATISFIED)):
        words = pattern.sub("", words)
    return FILLER.sub("", words)


def score_in(words: str) -> int | None:
    """The score from 1 to 5, in figures or in words."""
    if found := SCORE.search(words):
        return NUMERALS[found[1]]
    return next((score for pattern, score in SATISFIED if pattern.search(words)), None)


def bare_score(words: str) -> int | None:
    """The score when the words are nothing else: 4, 四分, 打5分, 很满意."""
    words = words.strip(AROUND)
    found = BARE_SCORE.fullmatch(words)
    return NUMERALS[found[1]] if found else next((n for pattern, n in SATISFIED if pattern.fullmatch(words)), None)


def _solved(words: str) -> str | None:
    if IN_PART.search(words):
        return PARTLY
    yes, no = _last(SOLVED_IN, words), _last(UNSOLVED_IN, words)
    if max(yes, no) < 0:
        return None
    return YES if yes > no else NO


def _last(pattern: re.Pattern[str], words: str) -> int:
    return max((found.end() for found in pattern.finditer(words)), default=-1)
