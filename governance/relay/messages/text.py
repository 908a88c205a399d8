"""The text of messages: what users typed is sanitised, and lines are condensed, cut and signed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from flask import current_app

from governance.core.crypto import ALPHABET
from governance.tickets.model import read_number
from governance.triage.contact_numbers import DATE, LONG_NUMBER

NAME_LONGEST, LINE_LONGEST = 40, 120
FIRST_LINES, OPENING_LONGEST = 6, 300
GAP = "\n\n"
CLOSING = "()（）\\[\\]【】〔〕{}「」『』《》<>“”‘’，。；！？、"
TAIL = rf"(?:[^\s{CLOSING}]|\([^\s{CLOSING}]*\))*"  # an address ends before closing punctuation
LINK = re.compile(
    rf"(?i)[a-z][a-z0-9+.-]{{1,20}}:/+{TAIL}"  # any scheme
    rf"|#\w{{1,12}}:/+{TAIL}"  # a mini program's
    rf"|(?:[\w-]{{1,63}}[.]){{1,8}}(?:[a-z]{{2,}}(?![a-z])|[а-яё]{{2,}}(?![а-яё])){TAIL}"  # a bare host
    rf"|(?:\d{{1,3}}[.]){{3}}\d{{1,3}}[:/]{TAIL}"
    rf"|(?:(?!\d+[.])[\w-]{{1,63}}[.]){{1,8}}(?:中国|公司|网络|网址|网站|在线|中文网|商城|集团|手机)(?!\w){TAIL}"
)
TICKET, FEW = re.compile(r"\d{1,9}-\d"), 6  # a date with two times has six parts of one or two digits
MARKS = re.compile(r"[，！？；（）]|：(?!\s*[/／])")
SPOKEN = str.maketrans("@#~<>[]【】{}`*", "＠＃～‹›〔〕〔〕〔〕'＊")


def opening(words: str) -> tuple[tuple[str, ...], bool]:
    """The first lines of a longer text, sanitised; and whether the text goes on."""
    lines = [_referring(line) for line in words.splitlines() if line.strip()]
    first: list[str] = []
    for line in lines[:FIRST_LINES]:
        if sum(map(len, first)) + len(line) > OPENING_LONGEST and first:
            break
        first.append(sanitised(line, LINE_LONGEST))
    whole = len(first) == len(lines) and all(len(line.strip()) <= LINE_LONGEST for line in lines)
    return tuple(first), not whole


def _referring(line: str) -> str:
    """Replace a link or a long number by a pointer to the full text. A date is no long number."""
    return _masked(_folded(line), "〔链接见全文〕", "〔号码见全文〕")


def _masked(text: str, link: str, number: str) -> str:
    """Replace addresses and numbers that could reach somebody. Dates, times and ticket numbers stay."""
    dated = DATE.sub(r"\1年\2月\3日", LINK.sub(link, text))
    return LONG_NUMBER.sub(lambda found: found[0] if _is_harmless(found[0]) else number, dated)


def _is_harmless(digits: str) -> bool:
    parts = re.findall(r"\d+", digits)
    moments = "." in digits and len(parts) <= FEW and all(len(part) <= 2 for part in parts)
    return moments or bool(TICKET.fullmatch(digits)) and read_number(digits) is not None


def sanitised(text: str, longest: int = NAME_LONGEST) -> str:
    """User text for a group: one line without mentions, links, long numbers or control characters, cut to `longest`."""
    seen = "".join(char if char.isprintable() or char.isspace() else "" for char in _folded(text))
    seen = "".join(char for char in seen if unicodedata.category(char) not in ("Cf", "Cc", "Co", "Cn", "Cs"))
    seen = _masked(" ".join(seen.split()), "（链接略）", "＊＊＊ ")
    seen = seen.translate(SPOKEN).strip()
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def _folded(text: str) -> str:
    """Full-width letters and digits become ASCII; Chinese punctuation stays."""
    parts = MARKS.split(text)
    marks = MARKS.findall(text)
    return "".join(unicodedata.normalize("NFKC", part) + mark for part, mark in zip(parts, [*marks, ""], strict=True))


def cut(text: str, longest_bytes: int) -> str:
    """At most `longest` bytes of UTF-8. It cuts between lines where possible, never inside a character, and marks the
    cut."""
    if len(text.encode()) <= longest_bytes:
        return text
    kept = text.encode()[: longest_bytes - len("…".encode())].decode(errors="ignore")
    lines = kept.rpartition("\n")[0].rstrip()
    return (lines if len(lines) * 2 >= len(kept) else kept.rstrip()) + "…"


def condensed(lines: Sequence[tuple[Any, str]], longest_bytes: int) -> tuple[list[str], int]:
    """The first lines that fit into one message, only the latest about each subject; and how many lines that covers.

    At least the first line is taken, cut if necessary. A line is a pair of its subject and its words.
    """
    said: dict[Any, str] = {}
    for taken, (about, text) in enumerate(lines):
        latest = {other: words for other, words in said.items() if other != about} | {about: text}
        if taken and len(GAP.join(latest.values()).encode()) > longest_bytes:
            return list(said.values()), taken
        said = latest if taken else {about: cut(text, longest_bytes)}
    return list(said.values()), len(lines)


def message_code(delivery_id: int) -> str:
    """The signature of a message. It is the same when the message is sent again, so people recognise a repetition."""
    symbols = ""
    while delivery_id or len(symbols) < 4:
        delivery_id, last = divmod(delivery_id, len(ALPHABET))
        symbols = ALPHABET[last] + symbols
    return symbols.upper()


def signed(texts: Iterable[str], sign: str) -> str:
    return f"{GAP.join(texts)}\n〔{sign}〕"


def room_for_words(longest_bytes: int) -> int:
    """The number of bytes left for the words beside the signature."""
    return longest_bytes - len(signed(("",), "0" * 8).encode())


def address(path: str) -> str:
    """The absolute address of one of our own paths."""
    base: str = current_app.extensions["settings"].base_url
    return base + path
