"""A message that quotes another: separates the speaker's own words from the quoted ones.

WeCom gives a robot the quoted message beside the words (developer.work.weixin.qq.com/document/path/100719). WeChat's
copy, as other bots pass it on, is 「somebody：words」, a line of dashes, and the words below.
"""

import re

OPENS, CLOSES = "「", "」"
DASHES, SHORTEST_LINE, LONGEST_NAME = set("-—–－ \t"), 5, 30
MENTION = re.compile(r"\s*(?:@\S+\s*)+")


def own_words(text: str) -> str:
    """The text without the mention of the robot."""
    return MENTION.sub("", text, count=1).strip() if MENTION.match(text) else text.strip()


def split(text: str, given: str = "") -> tuple[str, str]:
    """The speaker's own words and the quoted ones. `given` is the quote as the platform gives it."""
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
    """The quoted words without the name of who said them, which is private."""
    name, colon, words = quoted.partition("：")
    return words if colon and len(name) <= LONGEST_NAME and "\n" not in name else quoted
