"""What answers to "is it really solved?" mean, and what is none."""

import pytest

from governance.assistant.language.answers import answer_in, bare_score, thing_in

YES = (
    "解决了 已解决 已经解决了 好了 好啦 修好了 修好了，谢谢 昨天还没好，今天好了 灯亮了 不漏了 不吵了 没问题了 没事了 "
    "处理好了 都好了，辛苦 来水了 确实好了"
)
NO = (
    "没解决 没有解决 还没解决 未解决 没有真正解决 没好 还没好 没修好 根本没修 白修了 重办 还是不亮 灯还不亮 还在漏水 "
    "又漏了 修好了又坏了 灯亮了但是还闪 老样子 还是老样子 下雨了还是漏 一直没人来修 还没处理 又不行了 还是堵"
)
PARTLY = "好了一部分 好多了 解决了一半 好一点了"
SCORED = {"4分": 4, "五分": 5, "解决了 4分": 4, "好了，很满意": 5, "不满意": 2, "很不满意": 1, "一般": 3, "给3颗星": 3}
NONE = (
    "好了没 好了吗 修好没有 修好了吗？ 还没好吗 好的 早上好 没问题 不错 还不错 三分钟 10分 3点5分 灯不亮 谢谢 没人管 "
    "电梯响"
)
HALF = "没完全解决 没有彻底修好"


@pytest.mark.parametrize(
    ("words", "solved"), [(one, "yes") for one in YES.split()] + [(one, "no") for one in NO.split()]
    + [(one, "partly") for one in PARTLY.split()],
)  # fmt: skip
def test_an_answer_is_understood_in_everyday_words(words: str, solved: str) -> None:
    said = answer_in(words)
    assert said is not None and said.solved == solved


@pytest.mark.parametrize(("words", "score"), SCORED.items())
def test_a_score_is_understood_in_figures_and_words(words: str, score: int) -> None:
    said = answer_in(words)
    assert said is not None and said.satisfied == score


@pytest.mark.parametrize("words", NONE.split())
def test_a_question_or_other_words_are_no_answer(words: str) -> None:
    assert answer_in(words) is None


@pytest.mark.parametrize("words", HALF.split())
def test_what_may_mean_two_things_is_left_open(words: str) -> None:
    said = answer_in(words)
    assert said is not None and said.solved is None


def test_a_score_alone_is_a_figure_after_our_question() -> None:
    assert [bare_score(words) for words in ("4", "四分", "打5分", "很满意", "6", "45", "4楼")] == [
        4,
        4,
        5,
        5,
        None,
        None,
        None,
    ]


ALONE = "好了 修好了，谢谢师傅 昨天还没好，今天好了 解决了，很满意 还是老样子"
NAMES = {"灯还是不亮": "灯", "饭还没好": "饭", "好了，下楼吧": "下楼", "门铃又响了": "门铃"}


@pytest.mark.parametrize(("words", "thing"), [*dict.fromkeys(ALONE.split(), "").items(), *NAMES.items()])
def test_what_is_named_beside_the_answer_is_told_apart(words: str, thing: str) -> None:
    assert thing_in(words) == thing
