"""A message that points at another: the speaker's own words, and the quoted ones, which are never taken for theirs.

A robot is given the quoted message beside the words (developer.work.weixin.qq.com/document/path/100719); WeChat's own
copy of such a message, as other bots pass it on, is 「somebody：words」, a line of dashes, and the words below it.
"""

import re

OPENS, CLOSES = "「", "」"
DASHES, SHORTEST_LINE, LONGEST_NAME = set("-—–－ \t"), 5, 30
MENTION = re.compile(r"\s*(?:@\S+\s*)+")


def own_words(text: str) -> str:
    """Without the mention by which a robot is spoken to."""
    return MENTION.sub("", text, count=1).strip() if MENTION.match(text) else text.strip()


def split(text: str, given: str = "") -> tuple[str, str]:
    """The speaker's own words, and those they point at; `given` is what the platform says they point at."""
    words = own_words(text)
    lines = words.splitlines()
    for number, line in enumerate(lines):
        if number and words.startswith(OPENS) and _is_rule(line) and lines[number - 1].rstrip().endswith(CLOSES):
            quoted = "\n".join(lines[:number]).rstrip()[1:-1]
            return own_words("\n".join(lines[number + 1 :])), own_words(_unnamed(quoted))
    return words, own_words(given)


def _is_rule(line: str) -> bool:
    return set(line) <= DASHES and len(line) - line.count(" ") >= SHORTEST_LINE


def _unnamed(quoted: str) -> str:
    """Who said it is nobody else's business."""
    name, colon, words = quoted.partition("：")
    return words if colon and len(name) <= LONGEST_NAME and "\n" not in name else quoted
