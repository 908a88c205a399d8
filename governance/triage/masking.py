"""What of a text is not published by the tap that accepts: numbers, doors and names, each masked by a short word.

The masked text still reads, and the parts say where they stood, so that a worker can see and change each. Masking is by
patterns: it finds what is written in a known way, never everything. A worker who reads remains the last check.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from governance.triage.contact_numbers import CARD, CHAT, IDENTITY, MAIL, PHONE, PLATE, QQ, as_digits, contact_numbers
from governance.triage.doors import doors
from governance.triage.person_names import person_names

DOOR, NAME = "door", "name"
WORDS = {
    PHONE: "（电话）",
    MAIL: "（邮箱）",
    CHAT: "（微信号）",
    QQ: "（QQ号）",
    IDENTITY: "（证件号）",
    CARD: "（卡号）",
    PLATE: "（车牌）",
    DOOR: "（门牌）",
    NAME: "（姓名）",
}


NO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
SPACED = re.compile(r"(?<=[\w-])(?:[ \u3000][\w-](?![\w-])){3,}")
WHERE = frozenset({DOOR, PLATE})  # what who does the work needs to find it


class Part(NamedTuple):
    """A masked part: its kind, and where it stood in the text that was typed, `end` not included."""

    kind: str
    start: int
    end: int


class Masked(NamedTuple):
    """`text` may be published; `parts` are what was masked, in order."""

    text: str
    parts: tuple[Part, ...]


def masked(words: str, kept: Collection[str] = ()) -> Masked:
    """The words with every part masked that could name, reach or find a person, but for the kinds that are `kept`."""
    parts = [part for part in _joined(_found(_folded(words))) if part.kind not in kept]
    pieces, last = [], 0
    for part in parts:
        pieces += [words[last : part.start], WORDS[part.kind]]
        last = part.end
    return Masked("".join([*pieces, words[last:]]), tuple(parts))


def _joined(found: Iterator[tuple[str, int, int]]) -> list[Part]:
    """Parts in order. Parts that overlap become one, of the kind that was found first."""
    joined: list[tuple[int, Part]] = []
    for start, order, end, kind in sorted((start, order, end, kind) for order, (kind, start, end) in enumerate(found)):
        first, last = joined[-1] if joined else (0, None)
        if last is None or start >= last.end:
            joined.append((order, Part(kind, start, end)))
        else:
            joined[-1] = (min(first, order), Part(last.kind if first < order else kind, last.start, max(last.end, end)))
    return [part for _, part in joined]


def _folded(words: str) -> str:
    """Full-width and encircled characters become plain ones, one for one, so that places stay."""
    plain = (unicodedata.normalize("NFKC", char) for char in words)
    return "".join(new if len(new) == 1 else old for old, new in zip(words, plain, strict=True))


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind and place of each part to mask, what is surest first. Parts may overlap."""
    yield from _found_in(text)
    places = _together(text)
    if len(places) < len(text):
        close = "".join(text[place] for place in places)
        yield from ((kind, places[start], places[end - 1] + 1) for kind, start, end in _found_in(close))


def _together(text: str) -> list[int]:
    """The places of the characters without those of no width, and without the blanks in what is s p a c e d out."""
    apart = {place for found in SPACED.finditer(text) for place in range(found.start(), found.end(), 2)}
    return [place for place, char in enumerate(text) if char not in NO_WIDTH and place not in apart]


def _found_in(text: str) -> Iterator[tuple[str, int, int]]:
    yield from contact_numbers(text)
    yield from ((DOOR, start, end) for start, end in doors(as_digits(text)))
    yield from ((NAME, start, end) for start, end in person_names(text))
